/**
 * The secrets of a cluster: the key of the certificate authority, the token signing key, and the administrator's token.
 *
 * Stored in the data directory, so that kubeconfigs and tokens stay valid after a restart.
 */

import { createHash, randomBytes } from 'node:crypto';
import { newAuthority, type KeyPair } from '../tls/certificate.js';
import { isObject, objectAt, stringAt } from '../model/json.js';
import { systemCode } from '../platform/cluster-error.js';
import { damaged, FORMAT_VERSION, missing, unknownVersion } from './journal/damage.js';
import { pathOn, readUpTo, writeFully, type Disk } from './disk/disk.js';

/** A cluster's secrets. Anyone who can read them can act as the cluster. */
export interface ClusterSecrets {
  readonly authority: KeyPair;
  readonly tokenKey: Buffer;
  readonly adminToken: string;
}

const FILE = 'secrets.json';
const FORMAT = 'pipewright-secrets';
const MAX_BYTES = 64 * 1024;

/** Creates new random secrets. */
export const newSecrets = (now: Date): ClusterSecrets => ({
  authority: newAuthority(now),
  tokenKey: randomBytes(32),
  adminToken: randomBytes(24).toString('base64url'),
});

/**
 * Returns the secrets of a data directory. Creates them in a new directory, readable only by its owner. Throws
 * `DATA_DIR_DAMAGED` if they are damaged or missing.
 */
export async function openSecrets(disk: Disk, isUsed: boolean, now: () => Date): Promise<ClusterSecrets> {
  const path = pathOn(disk, FILE);
  try {
    return await readSecrets(disk, path);
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw cause;
    if (isUsed) throw missing(path, 'it contains the keys of this cluster');
  }
  const secrets = newSecrets(now());
  const { authority, tokenKey, adminToken } = secrets;
  const content = JSON.stringify({ authority, adminToken, tokenKey: tokenKey.toString('base64') });
  const text = JSON.stringify({
    format: FORMAT,
    version: FORMAT_VERSION,
    sha256: checksum(FORMAT_VERSION, content),
    content,
  });
  const file = await disk.create(`${FILE}.tmp`);
  try {
    await writeFully(file, Buffer.from(`${text}\n`), 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  await disk.rename(`${FILE}.tmp`, FILE);
  await disk.syncDirectory();
  return secrets;
}

async function readSecrets(disk: Disk, path: string): Promise<ClusterSecrets> {
  const file = await disk.open(FILE);
  let bytes: Buffer;
  try {
    bytes = await readUpTo(file, MAX_BYTES);
  } finally {
    await file.close();
  }
  const outer = parse(bytes.toString('utf8'));
  if (!isObject(outer)) throw damaged(path, bytes.byteLength === 0 ? 'it is empty' : 'record 1 at byte 0 is not JSON');
  const content = stringAt(outer, 'content');
  if (outer['format'] !== FORMAT || outer['sha256'] !== checksum(outer['version'], content)) {
    throw damaged(path, 'record 1 at byte 0 has a wrong checksum');
  }
  if (outer['version'] !== FORMAT_VERSION) throw unknownVersion(path, outer['version']);
  const read = parse(content);
  const authority = objectAt(read, 'authority');
  return {
    authority: authority as unknown as KeyPair, // written above, and the checksum is valid
    adminToken: stringAt(read, 'adminToken'),
    tokenKey: Buffer.from(stringAt(read, 'tokenKey'), 'base64'),
  };
}

const checksum = (version: unknown, content: string): string =>
  createHash('sha256')
    .update(JSON.stringify([version, content]))
    .digest('hex');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller reports it
  }
}
