#!/bin/sh
# Writes a kubeconfig into each directory: NAME URL NAMESPACE INSECURE CA_FROM_SECRET DIRECTORY...
#
# The environment has USERNAME, PASSWORD, TOKEN (used before the password) and CADATA; nothing of them is printed. The
# output is Tekton v0.9.2's, to the byte where no value needs quotes. Only the owner can read the files.

LC_ALL=C
name=$1 url=$2 namespace=$3 insecure=$4 from_secret=$5
shift 5
# Sets $text to a YAML scalar of $1. Starts a program only if it has to: a process costs more than everything else here.
value() {
  text=$1
  case $text in *[[:cntrl:]]*) text=$(printf %s "$text" | tr -d '\000-\037') ;; esac
  case $text in
    '' | *[!A-Za-z0-9._/@:+=-]* | [!A-Za-z]* | *:) ;;
    [Tt][Rr][Uu][Ee] | [Ff][Aa][Ll][Ss][Ee] | [Yy][Ee][Ss] | [Nn][Oo] | [Oo][Nn] | [Oo][Ff][Ff]) ;;
    [Yy] | [Nn] | [Nn][Uu][Ll][Ll] | [Nn][Aa][Nn] | [Ii][Nn][Ff]) ;;
    *) return ;;
  esac
  case $text in *[\\\"]*) text=$(printf %s "$text" | sed 's/[\\"]/\\&/g') ;; esac
  text=\"$text\"
}
ca='' encode=''
case $CADATA in
  '') ;;
  *-----BEGIN*) encode=yes ;;
  *)
    ca=$(printf %s "$CADATA" | tr -d ' \t\r\n')
    if [ "$from_secret" = true ] && ! printf %s "$ca" | base64 -d 2>/dev/null | grep -q -e -----BEGIN; then encode=yes; fi ;;
esac
if [ "$encode" ]; then ca=$(printf %s "$CADATA" | base64 | tr -d '\n'); fi
value "$TOKEN" && token=$text
value "$PASSWORD" && password=$text
value "${USERNAME:-$name}" && user=$text
value "$USERNAME" && username=$text
value "$url" && url=$text
value "$name" && name=$text
if [ -n "$namespace" ]; then value "$namespace" && namespace=$text; fi
kubeconfig() {
  printf 'apiVersion: v1\nclusters:\n- cluster:\n'
  if [ "$insecure" = true ] || [ -z "$ca" ]; then printf '    insecure-skip-tls-verify: true\n'
  else printf '    certificate-authority-data: %s\n' "$ca"; fi
  printf '    server: %s\n  name: %s\ncontexts:\n- context:\n    cluster: %s\n' "$url" "$name" "$name"
  if [ -n "$namespace" ]; then printf '    namespace: %s\n' "$namespace"; fi
  printf '    user: %s\n  name: %s\ncurrent-context: %s\n' "$user" "$name" "$name"
  printf 'kind: Config\npreferences: {}\nusers:\n- name: %s\n  user:\n' "$user"
  if [ -n "$TOKEN" ]; then printf '    token: %s\n' "$token"
  elif [ -n "$USERNAME$PASSWORD" ]; then printf '    password: %s\n    username: %s\n' "$password" "$username"
  else printf '    {}\n'; fi
}
for dir in "$@"; do
  [ -d "$dir" ] || mkdir -p "$dir" || exit 1
  (umask 077 && kubeconfig >"$dir/kubeconfig") || { echo "could not write $dir/kubeconfig" >&2; exit 1; }
  printf '{"level":"info","ts":%s,"logger":"fallback-logger","caller":"kubeconfigwriter/main.go:106","msg":"kubeconfig file successfully written to %s"}\n' "$(date +%s)" "$dir/kubeconfig"
done
