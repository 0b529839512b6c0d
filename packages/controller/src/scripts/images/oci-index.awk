# Prints the number of manifests that the OCI index in `file` lists, and the digest of the first. Needs json.awk.

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
