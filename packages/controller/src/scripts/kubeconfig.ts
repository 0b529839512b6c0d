/**
 * The cluster input: writes a kubeconfig that kubectl uses, in POSIX sh on any stock image.
 *
 * Who it is comes in the environment, where the kubelet puts what Secrets hold: USERNAME, PASSWORD, TOKEN (which wins over both) and
 * CADATA, as PEM or as base64 of it. Nothing of these is printed, and the file is its owner's alone.
 */

import { compact } from './shell-text.js';

const SCRIPT = compact(`
  name=$1 url=$2 namespace=$3 insecure=$4
  shift 4
  quoted() { printf '"%s"' "$(printf %s "$1" | tr -d '\\000-\\037' | sed 's/[\\\\"]/\\\\&/g')"; }
  case $CADATA in
    *-----BEGIN*) ca=$(printf '%s\\n' "$CADATA" | base64 | tr -d '\\n') ;;
    *) ca=$(printf %s "$CADATA" | tr -d ' \\t\\r\\n') ;;
  esac
  kubeconfig() {
    printf 'apiVersion: v1\\nclusters:\\n- cluster:\\n'
    if [ "$insecure" = true ] || [ -z "$ca" ]; then printf '    insecure-skip-tls-verify: true\\n'
    else printf '    certificate-authority-data: %s\\n' "$ca"; fi
    printf '    server: %s\\n  name: %s\\ncontexts:\\n- context:\\n    cluster: %s\\n' "$(quoted "$url")" "$name" "$name"
    if [ -n "$namespace" ]; then printf '    namespace: %s\\n' "$(quoted "$namespace")"; fi
    printf '    user: %s\\n  name: %s\\ncurrent-context: %s\\nkind: Config\\npreferences: {}\\nusers:\\n- name: %s\\n  user:\\n' "$name" "$name" "$name" "$name"
    if [ -n "$TOKEN" ]; then printf '    token: %s\\n' "$(quoted "$TOKEN")"
    elif [ -n "$USERNAME$PASSWORD" ]; then printf '    password: %s\\n    username: %s\\n' "$(quoted "$PASSWORD")" "$(quoted "$USERNAME")"
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
  /** Of cluster, context and user alike; a Kubernetes name. */
  readonly name: string;
  readonly url: string;
  /** What commands without one act in; empty for kubectl's own default. */
  readonly namespace: string;
  /** Leave the server's certificate unchecked even if there is an authority to check it against. */
  readonly insecure: boolean;
  /** Each gets a file `kubeconfig`. */
  readonly directories: readonly string[];
}

/** @returns command and arguments of the step */
export const kubeconfig = ({ name, url, namespace, insecure, directories }: Kubeconfig): readonly string[] => [
  '/bin/sh',
  '-c',
  SCRIPT,
  'kubeconfig',
  name,
  url,
  namespace,
  String(insecure),
  ...directories,
];
