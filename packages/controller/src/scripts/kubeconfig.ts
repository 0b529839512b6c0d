/**
 * The cluster input: writes a kubeconfig that kubectl uses, in POSIX sh on any stock image.
 *
 * Who it is comes in the environment, where the kubelet puts what Secrets hold: USERNAME, PASSWORD, TOKEN (which wins over the password)
 * and CADATA. The text is that of Tekton v0.9.2, to the byte where no value needs quotes. Nothing of these is printed, and the
 * file is its owner's alone.
 */

import { compact } from './shell-text.js';

const SCRIPT = compact(`
  LC_ALL=C
  name=$1 url=$2 namespace=$3 insecure=$4 from_secret=$5
  shift 5
  # Sets $text to what YAML reads as $1. A container starts few programs: each costs more than all else here.
  value() {
    text=$1
    case $text in *[[:cntrl:]]*) text=$(printf %s "$text" | tr -d '\\000-\\037') ;; esac
    case $text in
      '' | *[!A-Za-z0-9._/@:+=-]* | [!A-Za-z]* | *:) ;;
      [Tt][Rr][Uu][Ee] | [Ff][Aa][Ll][Ss][Ee] | [Yy][Ee][Ss] | [Nn][Oo] | [Oo][Nn] | [Oo][Ff][Ff]) ;;
      [Yy] | [Nn] | [Nn][Uu][Ll][Ll] | [Nn][Aa][Nn] | [Ii][Nn][Ff]) ;;
      *) return ;;
    esac
    case $text in *[\\\\\\"]*) text=$(printf %s "$text" | sed 's/[\\\\"]/\\\\&/g') ;; esac
    text=\\"$text\\"
  }
  ca= encode=
  case $CADATA in
    '') ;;
    *-----BEGIN*) encode=yes ;;
    *)
      ca=$(printf %s "$CADATA" | tr -d ' \\t\\r\\n')
      if [ "$from_secret" = true ] && ! printf %s "$ca" | base64 -d 2>/dev/null | grep -q -e -----BEGIN; then encode=yes; fi ;;
  esac
  if [ "$encode" ]; then ca=$(printf %s "$CADATA" | base64 | tr -d '\\n'); fi
  value "$TOKEN" && token=$text
  value "$PASSWORD" && password=$text
  value "\${USERNAME:-$name}" && user=$text
  value "$USERNAME" && username=$text
  value "$url" && url=$text
  value "$name" && name=$text
  if [ -n "$namespace" ]; then value "$namespace" && namespace=$text; fi
  kubeconfig() {
    printf 'apiVersion: v1\\nclusters:\\n- cluster:\\n'
    if [ "$insecure" = true ] || [ -z "$ca" ]; then printf '    insecure-skip-tls-verify: true\\n'
    else printf '    certificate-authority-data: %s\\n' "$ca"; fi
    printf '    server: %s\\n  name: %s\\ncontexts:\\n- context:\\n    cluster: %s\\n' "$url" "$name" "$name"
    if [ -n "$namespace" ]; then printf '    namespace: %s\\n' "$namespace"; fi
    printf '    user: %s\\n  name: %s\\ncurrent-context: %s\\n' "$user" "$name" "$name"
    printf 'kind: Config\\npreferences: {}\\nusers:\\n- name: %s\\n  user:\\n' "$user"
    if [ -n "$TOKEN" ]; then printf '    token: %s\\n' "$token"
    elif [ -n "$USERNAME$PASSWORD" ]; then printf '    password: %s\\n    username: %s\\n' "$password" "$username"
    else printf '    {}\\n'; fi
  }
  for dir in "$@"; do
    [ -d "$dir" ] || mkdir -p "$dir" || exit 1
    (umask 077 && kubeconfig >"$dir/kubeconfig") || { echo "could not write $dir/kubeconfig" >&2; exit 1; }
    printf '{"level":"info","ts":%s,"logger":"fallback-logger","caller":"kubeconfigwriter/main.go:106","msg":"kubeconfig file successfully written to %s"}\\n' "$(date +%s)" "$dir/kubeconfig"
  done
`);

/** Which cluster, and where its kubeconfig is wanted. */
export interface Kubeconfig {
  /** Of cluster and context, and of the user where there is no USERNAME. */
  readonly name: string;
  readonly url: string;
  /** What commands without one act in; empty for kubectl's own default. */
  readonly namespace: string;
  /** Leave the server's certificate unchecked even if there is an authority to check it against. */
  readonly insecure: boolean;
  /**
   * Whether CADATA is what a Secret holds, which Tekton encodes whatever it is; a param is base64 already. PEM is encoded in both cases,
   * and PEM in base64 in none.
   */
  readonly caFromSecret: boolean;
  /** Each gets a file `kubeconfig`. */
  readonly directories: readonly string[];
}

/** @returns command and arguments of the step */
export const kubeconfig = ({
  name,
  url,
  namespace,
  insecure,
  caFromSecret,
  directories,
}: Kubeconfig): readonly string[] => [
  '/bin/sh',
  '-c',
  SCRIPT,
  'kubeconfig',
  name,
  url,
  namespace,
  String(insecure),
  String(caFromSecret),
  ...directories,
];
