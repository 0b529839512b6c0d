# A JSON reader: slurp(file) reads a text; skip() returns the raw text of the next value, word() the content of the next
# string, space() the next character, after(c) whether it is c. A value is copied as it was written. Nothing is validated: a
# text that is not JSON gives empty results.

function slurp(file,  line) { s = ""; p = 1; while ((getline line < file) > 0) s = s line "\n"; close(file); n = length(s); return n }
function space() { while (p <= n && index(" \t\r\n", substr(s, p, 1))) p++; return substr(s, p, 1) }
function skip(  from, c, depth) {
  space(); from = p; depth = 0
  while (p <= n) {
    c = substr(s, p, 1)
    if (c == "\"") { p++; while (p <= n && (c = substr(s, p, 1)) != "\"") p += (c == "\\") ? 2 : 1; p++ }
    else if (c == "{" || c == "[") { depth++; p++ }
    else if (c == "}" || c == "]") { if (depth == 0) break; depth--; p++ }
    else if (depth == 0 && index(",: \t\r\n", c)) break
    else { p++; if (depth == 0) continue }
    if (depth == 0) break
  }
  return substr(s, from, p - from)
}
function word(  raw) { raw = skip(); return substr(raw, 2, length(raw) - 2) }
function after(c) { if (space() == c) { p++; return 1 } return 0 }
