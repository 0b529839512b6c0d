/**
 * Adds the registry logins of a node to those of a task, in `$HOME/.docker/config.json`.
 *
 * A local cluster has a registry whose login is in a file of every container. Tools read one file, which is the task's own; so the
 * entries are added to what the ServiceAccount's secrets have made of it, and nothing else in it changes. Where that is not
 * possible the task runs without: it may not push at all.
 */

import { JSON_AWK } from './json-awk.js';
import { compact } from './shell-text.js';

/** Prints the config in ARGV[1] with the `auths` of that in ARGV[2] added. Fails at what is not a JSON object. */
const ADD_AWK = compact(`${JSON_AWK}
  function begin(file) { slurp(file); if (!after("{")) exit 1 }
  function more(  from) { if (p == stuck) exit 1; stuck = p; return space() != "}" && p <= n }
  function joined(object, entries) {
    if (object !~ /^[{]/) return "{" entries "}"
    return object ~ /^[{][ \\t\\r\\n]*[}]/ ? "{" entries "}" : "{" entries "," substr(object, 2)
  }
  BEGIN {
    begin(ARGV[2])
    while (more()) { key = word(); after(":"); value = skip(); if (key == "auths") entries = substr(value, 2, length(value) - 2); after(",") }
    begin(ARGV[1]); stuck = 0
    while (more()) {
      raw = skip(); after(":"); value = skip(); after(",")
      if (raw == "\\"auths\\"") { value = joined(value, entries); found = 1 }
      out = out (out == "" ? "" : ",") raw ":" value
    }
    if (space() != "}") exit 1
    if (!found) out = out (out == "" ? "" : ",") "\\"auths\\":{" entries "}"
    print "{" out "}"
  }
`);

/**
 * @param file the node's docker config, as containers see it
 * @returns shell text for the first step's entrypoint; it prints nothing and always succeeds
 */
export const nodeLoginScript = (file: string): string =>
  compact(`
    (
      umask 077
      export LC_ALL=C
      from='${file}' own="$HOME/.docker/config.json"
      if [ -f "$own" ]; then
        awk '${ADD_AWK}' "$own" "$from" >"$own.new" && mv "$own.new" "$own" || rm -f "$own.new"
      elif [ -s "$from" ]; then
        mkdir -p "$HOME/.docker" && cat "$from" >"$own"
      fi
    ) 2>/dev/null || :
  `);
