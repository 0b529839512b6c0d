/**
 * The last step of a Task with image outputs: reads the digest of what the user's steps wrote as an OCI layout.
 *
 * One manifest in `index.json`: its digest is the image's. Several: the index itself is the image, so the digest is the
 * file's own. None written (a push straight to a registry): said in the log, and no result. Shell and awk on busybox.
 */

import { JSON_AWK } from './json-awk.js';
import { compact } from './shell-text.js';

const FIRST_DIGEST = compact(`${JSON_AWK}
  function manifests(  count, key) {
    if (!after("[")) return
    while (space() != "]" && p <= n) {
      count++
      if (after("{")) {
        while (space() != "}" && p <= n) {
          key = word(); after(":")
          if (key == "digest" && count == 1) first = word(); else skip()
          after(",")
        }
        p++
      } else skip()
      after(",")
    }
    p++
    print count + 0, first
  }
  BEGIN {
    slurp(file); after("{")
    while (space() != "}" && p <= n) { key = word(); after(":"); if (key == "manifests") manifests(); else skip(); after(",") }
  }
`);

const SCRIPT = compact(`
  message=$1 read=$2 results=
  shift 2
  log() {
    printf '{"level":"%s","ts":%s,"logger":"fallback-logger","caller":"imagedigestexporter/main.go:%s","msg":"%s"}\\n' "$1" "$(date +%s)" "$2" "$3"
  }
  while [ "$#" -ge 2 ]; do
    name=$1 index=
    for dir in "$2" "/builder/home/image-outputs/$1"; do
      if [ -f "$dir/index.json" ]; then index=$dir/index.json; break; fi
    done
    shift 2
    if [ -z "$index" ]; then log info 62 "No index.json found for: $name"; continue; fi
    set -f
    found=$(awk -v file="$index" "$read")
    case $found in
      '' | 0\\ *) log error 70 "$index lists no manifests, so the digest of $name is unknown"; exit 1 ;;
      1\\ *) digest=\${found#1 } ;;
      *) digest=$(sha256sum "$index") digest=sha256:\${digest%% *} ;;
    esac
    case $digest in sha256:*[!0-9a-f]* | [!s]* | '') log error 74 "$index holds no sha256 digest for $name"; exit 1 ;; esac
    results=$results\${results:+,}'{"name":"'$name'","digest":"'$digest'","key":"","value":"","resourceRef":{}}'
    results=$results',{"name":"","digest":"","key":"digest","value":"'$digest'","resourceRef":{"name":"'$name'"}}'
  done
  if [ -n "$results" ]; then printf '[%s]' "$results" >"$message"; fi
`);

/** An image output: the resource's name and the directory its OCI layout may be in. */
export interface ImageOutput {
  readonly resource: string;
  readonly directory: string;
}

/**
 * @param message where the termination message is written; tests that run the text outside a pod name another file
 * @returns command and arguments of the step
 */
export const imageDigest = (outputs: readonly ImageOutput[], message = '/dev/termination-log'): readonly string[] => [
  '/bin/sh',
  '-c',
  SCRIPT,
  'image-digest-exporter',
  message,
  FIRST_DIGEST,
  ...outputs.flatMap(({ resource, directory }) => [resource, directory]),
];
