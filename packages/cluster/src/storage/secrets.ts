/**
 * What a cluster must keep to itself: the authority's key, the key that signs tokens, and the administrator's token.
 *
 * Kept beside the data when there is a data directory, so that kubeconfigs and tokens outlive a restart.
 */

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { newAuthority, type KeyPair } from '../api/certificate.js';
import { writeNamed } from '../disk-failure.js';

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

interface Stored {
  readonly authority: KeyPair;
  readonly tokenKey: string;
  readonly adminToken: string;
}

/** The secrets of a data directory, made when it has none. Readable by its owner alone. */
export function secretsIn(directory: string, now: Date): ClusterSecrets {
  const file = join(directory, 'secrets.json');
  if (existsSync(file)) {
    const { authority, tokenKey, adminToken } = JSON.parse(readFileSync(file, 'utf8')) as Stored; // written below
    return { authority, adminToken, tokenKey: Buffer.from(tokenKey, 'base64') };
  }
  const { authority, tokenKey, adminToken } = newSecrets(now);
  const stored: Stored = { authority, adminToken, tokenKey: tokenKey.toString('base64') };
  writeNamed(`${file}.new`, JSON.stringify(stored), { mode: 0o600 }); // half a file would be in the way for ever
  renameSync(`${file}.new`, file);
  return { authority, tokenKey, adminToken };
}
