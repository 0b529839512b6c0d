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
  quoted() { printf '"%s"' "$(printf %s "$1" | sed 's/[\\\\"]/\\\\&/g')"; }
  value() {
    text=$(printf %s "$1" | tr -d '\\000-\\037')
    case $text in
      '' | *[!A-Za-z0-9._/@:+=-]* | [!A-Za-z]* | *:) quoted "$text"; return ;;
    esac
    case $(printf %s "$text" | tr A-Z a-z) in
      true | false | yes | no | on | off | y | n | null | nan | inf) quoted "$text" ;;
      *) printf %s "$text" ;;
    esac
  }
  ca=$(printf %s "$CADATA" | tr -d ' \\t\\r\\n') encode=
  case $CADATA in
    '') ;;
    *-----BEGIN*) encode=yes ;;
    *) if [ "$from_secret" = true ] && ! printf %s "$ca" | base64 -d 2>/dev/null | grep -q -e -----BEGIN; then encode=yes; fi ;;
  esac
  if [ "$encode" ]; then ca=$(printf %s "$CADATA" | base64 | tr -d '\\n'); fi
  user=\${USERNAME:-$name}
  kubeconfig() {
    printf 'apiVersion: v1\\nclusters:\\n- cluster:\\n'
    if [ "$insecure" = true ] || [ -z "$ca" ]; then printf '    insecure-skip-tls-verify: true\\n'
    else printf '    certificate-authority-data: %s\\n' "$ca"; fi
    printf '    server: %s\\n  name: %s\\ncontexts:\\n- context:\\n    cluster: %s\\n' "$(value "$url")" "$(value "$name")" "$(value "$name")"
    if [ -n "$namespace" ]; then printf '    namespace: %s\\n' "$(value "$namespace")"; fi
    printf '    user: %s\\n  name: %s\\ncurrent-context: %s\\n' "$(value "$user")" "$(value "$name")" "$(value "$name")"
    printf 'kind: Config\\npreferences: {}\\nusers:\\n- name: %s\\n  user:\\n' "$(value "$user")"
    if [ -n "$TOKEN" ]; then printf '    token: %s\\n' "$(value "$TOKEN")"
    elif [ -n "$USERNAME$PASSWORD" ]; then printf '    password: %s\\n    username: %s\\n' "$(value "$PASSWORD")" "$(value "$USERNAME")"
    else printf '    {}\\n'; fi
  }
  for dir in "$@"; do
    mkdir -p "$dir" || exit 1
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
