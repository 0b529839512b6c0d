/** The file that tells kubectl where the cluster is, whom to trust, and who you are. */

/** What a kubeconfig says. */
export interface KubeconfigOptions {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

/** A kubeconfig with one cluster, one user and one context, all called `pipewright`. */
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
