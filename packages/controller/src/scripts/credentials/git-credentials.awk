# Prints .gitconfig (mode=config) or .git-credentials (mode=store): [SECRET_DIRECTORY URL]... Needs bytes.awk.

function quote(text,  i, c, out) {
  for (i = 1; i <= length(text); i++) { c = substr(text, i, 1); out = out (c == "\n" ? "\\n" : c == "\"" || c == "\\" ? "\\" c : c) }
  return out
}
BEGIN {
  if (mode == "config") printf "[credential]\n\thelper = store\n"
  for (k = 1; k + 1 < ARGC; k += 2) {
    user = content(ARGV[k] "/username"); at = ARGV[k + 1]
    if (mode == "config") { printf "[credential \"%s\"]\n\tusername = %s\n", quote(at), user ~ /^[A-Za-z0-9_.@+-]*$/ ? user : "\"" quote(user) "\""; continue }
    scheme = "https://"
    if (match(at, /^[a-z]+:\/\//)) { scheme = substr(at, 1, RLENGTH); at = substr(at, RLENGTH + 1) }
    print scheme url(user) ":" url(content(ARGV[k] "/password")) "@" at
  }
}
