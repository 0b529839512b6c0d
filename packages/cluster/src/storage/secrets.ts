/**
 * What a cluster must keep to itself: the authority's key, the key that signs tokens, and the administrator's token.
 */

import { randomBytes } from 'node:crypto';
import { newAuthority, type KeyPair } from '../api/certificate.js';

/** A cluster's secrets. Whoever reads them is the cluster. */
export interface ClusterSecrets {
  readonly authority: KeyPair;
  readonly tokenKey: Buffer;
  readonly adminToken: string;
}

/** New secrets, which no other cluster has. */
export const newSecrets = (now: Date): ClusterSecrets => ({
  authority: newAuthority(now),
  tokenKey: randomBytes(32),
  adminToken: randomBytes(24).toString('base64url'),
});
