/**
 * The listeners of a cluster, which opens no port until kubectl needs one or the first pod with a token starts.
 */

import type { KeyPair } from '../tls/certificate.js';
import { newServerCertificate } from '../tls/certificate.js';
import type { Send } from '@pipewright/apimachinery';
import { kubeconfigText } from './kubeconfig.js';
import { listen, type Listening, type ListenOptions } from './serve.js';

/** The address and credentials of a cluster for clients outside of the process. */
export interface Served {
  readonly url: string;
  readonly port: number;
  /** The authority that signed the server's certificate. */
  readonly caPem: string;
  /** The token of the administrator. */
  readonly token: string;
  /** A kubeconfig with these values. */
  readonly kubeconfig: string;
}

/** DNS names and addresses of the API server. */
const SERVER_NAMES = [
  '127.0.0.1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** Options of the listeners. */
export interface ListenersOptions {
  readonly send: Send;
  readonly authority: KeyPair;
  readonly adminToken: string;
  readonly now: () => Date;
}

/** The listeners of one cluster. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #open = new Set<Promise<Listening>>();
  #loopback: Promise<Listening> | undefined;

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /** Listens for clients outside of the process. Rejects with a `ClusterError` if the port cannot be opened. */
  async serve(options: ListenOptions = {}): Promise<Served> {
    const { authority, adminToken: token } = this.#options;
    const listening = this.#listen(options);
    const { host, port } = await listening;
    if (host === '127.0.0.1') this.#loopback ??= listening;
    const url = `https://${host}:${port}`;
    const { certPem: caPem } = authority;
    return { url, port, caPem, token, kubeconfig: kubeconfigText({ url, caPem, token }) };
  }

  /** Returns the address of the API server for pods; starts listening on the first call. */
  async inCluster(): Promise<{ readonly host: string; readonly port: number; readonly caPem: string }> {
    this.#loopback ??= this.#listen({});
    const { host, port } = await this.#loopback;
    return { host, port, caPem: this.#options.authority.certPem };
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map(async (each) => (await each).close()));
  }

  async #listen(options: ListenOptions): Promise<Listening> {
    const { send, authority, now } = this.#options;
    const names = options.host === undefined ? SERVER_NAMES : [...new Set([...SERVER_NAMES, options.host])];
    const listening = listen(send, newServerCertificate(authority, names, now()), options);
    this.#open.add(listening);
    listening.catch(() => this.#open.delete(listening)); // the caller receives the error; nothing to close
    return listening;
  }
}
