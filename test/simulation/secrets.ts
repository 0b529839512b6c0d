/** The secrets of every simulated cluster: constant, because new keys would make each run different. */

import type { ClusterSecrets } from '@pipewright/cluster';

/** Placeholders: no simulated process uses TLS. */
export const SECRETS: ClusterSecrets = {
  authority: { certPem: 'certificate of the simulation\n', keyPem: 'key of the simulation\n' },
  tokenKey: Buffer.alloc(32, 1),
  adminToken: 'token of the simulation',
};
