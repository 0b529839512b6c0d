/** The kubeconfig of a cluster. */

/** The contents of a kubeconfig. */
export interface KubeconfigOptions {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

/** Returns a kubeconfig with one cluster, user and context, all named `pipewright`. */
export const kubeconfigText = ({ url, caPem, token }: KubeconfigOptions): string => `apiVersion: v1
kind: Config
clusters:
  - name: pipewright
    cluster:
      server: ${url}
      certificate-authority-data: ${Buffer.from(caPem).toString('base64')}
users:
  - name: pipewright
    user:
      token: ${token}
contexts:
  - name: pipewright
    context: { cluster: pipewright, user: pipewright, namespace: default }
current-context: pipewright
`;
