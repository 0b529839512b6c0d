# Encodings of a file's content, byte by byte (under LC_ALL=C a character is a byte): url(), json(), base64().

BEGIN { for (b = 1; b < 256; b++) code[sprintf("%c", b)] = b; A = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" }
function content(file,  line, all, lines) { while ((getline line < file) > 0) all = all (lines++ ? "\n" : "") line; close(file); return all }
function url(text,  i, c, out) {
  for (i = 1; i <= length(text); i++) { c = substr(text, i, 1); out = out (c ~ /[A-Za-z0-9_.~-]/ ? c : sprintf("%%%02X", code[c])) }
  return out
}
function json(text,  i, c, out) {
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    out = out (c == "\"" || c == "\\" ? "\\" c : code[c] < 32 ? sprintf("\\u%04x", code[c]) : c)
  }
  return out
}
function base64(text,  i, x, y, z, out) {
  for (i = 1; i <= length(text); i += 3) {
    x = code[substr(text, i, 1)] + 0; y = code[substr(text, i + 1, 1)] + 0; z = code[substr(text, i + 2, 1)] + 0
    out = out substr(A, int(x / 4) + 1, 1) substr(A, x % 4 * 16 + int(y / 16) + 1, 1)
    out = out (i + 1 > length(text) ? "=" : substr(A, y % 16 * 4 + int(z / 64) + 1, 1))
    out = out (i + 2 > length(text) ? "=" : substr(A, z % 64 + 1, 1))
  }
  return out
}
