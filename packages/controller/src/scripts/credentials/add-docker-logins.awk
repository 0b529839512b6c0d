# Prints the docker config in the first file with the `auths` of the second added. Fails if one is not a JSON object.
# Needs json.awk.

function begin(file) { slurp(file); if (!after("{")) exit 1 }
function more(  from) { if (p == stuck) exit 1; stuck = p; return space() != "}" && p <= n }
function joined(object, entries) {
  if (object !~ /^[{]/) return "{" entries "}"
  return object ~ /^[{][ \t\r\n]*[}]/ ? "{" entries "}" : "{" entries "," substr(object, 2)
}
BEGIN {
  begin(ARGV[2])
  while (more()) { key = word(); after(":"); value = skip(); if (key == "auths") entries = substr(value, 2, length(value) - 2); after(",") }
  begin(ARGV[1]); stuck = 0
  while (more()) {
    raw = skip(); after(":"); value = skip(); after(",")
    if (raw == "\"auths\"") { value = joined(value, entries); found = 1 }
    out = out (out == "" ? "" : ",") raw ":" value
  }
  if (space() != "}") exit 1
  if (!found) out = out (out == "" ? "" : ",") "\"auths\":{" entries "}"
  print "{" out "}"
}
