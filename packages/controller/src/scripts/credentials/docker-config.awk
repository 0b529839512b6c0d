# Prints one config.json: [KIND SECRET_DIRECTORY REGISTRY]... A later entry replaces an earlier one. Needs json.awk, bytes.awk.

function entry(key, value) { if (!(key in auth)) order[++entries] = key; auth[key] = value }
function members(  key) {
  if (!after("{")) return
  while (space() != "}" && p <= n) { key = word(); after(":"); entry(key, skip()); after(",") }
  p++
}
BEGIN {
  for (k = 1; k + 2 < ARGC; k += 3) {
    dir = ARGV[k + 1]
    if (ARGV[k] == "docker-cfg") { slurp(dir "/.dockercfg"); members() }
    else if (ARGV[k] == "docker-config") {
      slurp(dir "/.dockerconfigjson"); after("{")
      while (space() != "}" && p <= n) { key = word(); after(":"); if (key == "auths") members(); else skip(); after(",") }
    } else {
      user = content(dir "/username"); pass = content(dir "/password")
      entry(json(ARGV[k + 2]), "{\"username\":\"" json(user) "\",\"password\":\"" json(pass) "\",\"auth\":\"" base64(user ":" pass) "\",\"email\":\"not@val.id\"}")
    }
  }
  for (i = 2; i <= entries; i++) {
    key = order[i]; for (j = i - 1; j >= 1 && order[j] "" > key ""; j--) order[j + 1] = order[j]
    order[j + 1] = key
  }
  printf "{\"auths\":{"
  for (i = 1; i <= entries; i++) printf "%s\"%s\":%s", (i > 1 ? "," : ""), order[i], auth[order[i]]
  printf "}}"
}
