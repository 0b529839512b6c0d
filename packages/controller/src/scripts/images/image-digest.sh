#!/bin/sh
# Reports the digests of OCI layouts as results: MESSAGE_FILE AWK_PROGRAM [NAME DIRECTORY]...
#
# With one manifest in index.json the image has the manifest's digest; with several, the digest of index.json itself.
# Without an index.json (the step pushed to a registry) there is no result.

message=$1 read=$2 results=
shift 2
log() {
  printf '{"level":"%s","ts":%s,"logger":"fallback-logger","caller":"imagedigestexporter/main.go:%s","msg":"%s"}\n' "$1" "$(date +%s)" "$2" "$3"
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
    '' | 0\ *) log error 70 "$index lists no manifests, so the digest of $name is unknown"; exit 1 ;;
    1\ *) digest=${found#1 } ;;
    *) digest=$(sha256sum "$index") digest=sha256:${digest%% *} ;;
  esac
  case $digest in sha256:*[!0-9a-f]* | [!s]* | '') log error 74 "$index holds no sha256 digest for $name"; exit 1 ;; esac
  results=$results${results:+,}'{"name":"'$name'","digest":"'$digest'","key":"","value":"","resourceRef":{}}'
  results=$results',{"name":"","digest":"","key":"digest","value":"'$digest'","resourceRef":{"name":"'$name'"}}'
done
if [ -n "$results" ]; then printf '[%s]' "$results" >"$message"; fi
