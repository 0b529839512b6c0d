/**
 * The cluster's own certificate authority, and the certificate of its API server.
 *
 * ECDSA on P-256, signed here; nothing is asked of the machine's trust. Clients are given the authority in their kubeconfig,
 * pods find it next to their token.
 */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, field, integer, octets, oid, sequence, set, time, utf8, yes } from './der.js';

/** A certificate and its key, as PEM. */
export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

const ECDSA_SHA256 = oid('1.2.840.10045.4.3.2');
const YEARS = 10;
const AUTHORITY = 'pipewright';

/** A new authority, good for ten years from `now`. */
export function newAuthority(now: Date): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = [
    extension('2.5.29.19', sequence(yes()), true),
    extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true), // keyCertSign, cRLSign
    extension('2.5.29.14', octets(keyId(publicKey)), false),
  ];
  return issue({ subject: AUTHORITY, publicKey, signer: privateKey, key: privateKey, extensions, now });
}

/** A server's certificate for names and IPv4 addresses, signed by an authority. */
export function newServerCertificate(authority: KeyPair, names: readonly string[], now: Date): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = createPrivateKey(authority.keyPem);
  const alternatives = names.map((name) =>
    isIPv4(name) ? field(7, Buffer.from(name.split('.').map(Number)), false) : field(2, Buffer.from(name), false),
  );
  const extensions = [
    extension('2.5.29.15', bits(Buffer.from([0x80]), 7), true), // digitalSignature
    extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1')), false), // serverAuth
    extension('2.5.29.35', sequence(field(0, keyId(createPublicKey(signer)), false)), false),
    extension('2.5.29.17', sequence(...alternatives), false),
  ];
  return issue({ subject: 'kubernetes', publicKey, signer, key: privateKey, extensions, now });
}

const extension = (id: string, value: Uint8Array, critical: boolean): Buffer =>
  sequence(oid(id), ...(critical ? [yes()] : []), octets(value));

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const keyId = (key: KeyObject): Buffer => createHash('sha1').update(spki(key)).digest();
const nameOf = (text: string): Buffer => sequence(set(sequence(oid('2.5.4.3'), utf8(text))));

interface Issue {
  readonly subject: string;
  readonly publicKey: KeyObject;
  /** Signs; the authority's. */
  readonly signer: KeyObject;
  /** Goes with the certificate; the subject's. */
  readonly key: KeyObject;
  readonly extensions: readonly Uint8Array[];
  readonly now: Date;
}

function issue({ subject, publicKey, signer, key, extensions, now }: Issue): KeyPair {
  const from = new Date(now.getTime() - 3_600_000); // clocks of one machine agree; of a virtual machine and its host, nearly
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + YEARS);
  const algorithm = sequence(ECDSA_SHA256);
  const toSign = sequence(
    field(0, integer(Buffer.from([2])), true),
    integer(randomBytes(16)),
    algorithm,
    nameOf(AUTHORITY),
    sequence(time(from), time(until)),
    nameOf(subject),
    spki(publicKey),
    field(3, sequence(...extensions), true),
  );
  const certificate = sequence(toSign, algorithm, bits(sign('sha256', toSign, signer)));
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' });
  return { certPem: pem(certificate), keyPem: keyPem.toString() };
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
