/**
 * The certificate authority of a cluster, and the certificate of its API server.
 *
 * Separate because it owns the certificate profile: which fields and extensions of RFC 5280 the certificates have. asn1js encodes
 * them, Node signs them (ECDSA on P-256). The machine's trust store is not used: kubeconfigs and pods carry the authority.
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
import {
  BitString,
  Boolean as Asn1Boolean,
  Constructed,
  GeneralizedTime,
  Integer,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
  Set as Asn1Set,
  UTCTime,
  Utf8String,
  fromBER,
  type AsnType,
} from 'asn1js';

/** A certificate and its key, as PEM. */
export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

const VALID_YEARS = 10;
const AUTHORITY_NAME = 'pipewright';

/** How far certificates are backdated: the clocks of a virtual machine and its host differ a little. */
const BACKDATE_MS = 3_600_000;

/** Creates an authority that is valid for ten years from `now`. */
export function newAuthority(now: Date): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = [
    extension(OID.basicConstraints, sequence(new Asn1Boolean({ value: true })), true),
    extension(OID.keyUsage, new BitString({ valueHex: bytes([0x06]), unusedBits: 1 }), true), // keyCertSign, cRLSign
    extension(OID.subjectKeyIdentifier, new OctetString({ valueHex: bytes(keyId(publicKey)) }), false),
  ];
  return issue({ subject: AUTHORITY_NAME, publicKey, signer: privateKey, key: privateKey, extensions, now });
}

/** Creates a server certificate for DNS names and IPv4 addresses, signed by an authority. */
export function newServerCertificate(authority: KeyPair, names: readonly string[], now: Date): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = createPrivateKey(authority.keyPem);
  const alternatives = names.map((name) =>
    isIPv4(name) ? tagged(7, Buffer.from(name.split('.').map(Number))) : tagged(2, Buffer.from(name)),
  );
  const extensions = [
    extension(OID.keyUsage, new BitString({ valueHex: bytes([0x80]), unusedBits: 7 }), true), // digitalSignature
    extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth)), false),
    extension(OID.authorityKeyIdentifier, sequence(tagged(0, keyId(createPublicKey(signer)))), false),
    extension(OID.subjectAltName, sequence(...alternatives), false),
  ];
  return issue({ subject: 'kubernetes', publicKey, signer, key: privateKey, extensions, now });
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** asn1js takes whole ArrayBuffers. */
const bytes = (content: Iterable<number>): ArrayBuffer => Uint8Array.from(content).buffer;

const sequence = (...value: AsnType[]): Sequence => new Sequence({ value });
const oid = (value: string): ObjectIdentifier => new ObjectIdentifier({ value });

/** A context-specific field that holds bytes. */
const tagged = (tagNumber: number, content: Uint8Array): Primitive =>
  new Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex: bytes(content) });

/** A context-specific field that wraps a value. */
const explicit = (tagNumber: number, value: AsnType): Constructed =>
  new Constructed({ idBlock: { tagClass: 3, tagNumber }, value: [value] });

const extension = (id: string, value: AsnType, isCritical: boolean): Sequence =>
  sequence(
    oid(id),
    ...(isCritical ? [new Asn1Boolean({ value: true })] : []),
    new OctetString({ valueHex: value.toBER() }),
  );

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const keyId = (key: KeyObject): Buffer => createHash('sha1').update(spki(key)).digest();

const nameOf = (value: string): Sequence =>
  sequence(new Asn1Set({ value: [sequence(oid(OID.commonName), new Utf8String({ value }))] }));

/** RFC 5280 requires UTCTime until 2049 and GeneralizedTime from 2050, both in whole seconds. */
function time(date: Date): UTCTime | GeneralizedTime {
  const valueDate = new Date(Math.floor(date.getTime() / 1000) * 1000);
  return valueDate.getUTCFullYear() < 2050 ? new UTCTime({ valueDate }) : new GeneralizedTime({ valueDate });
}

interface CertificateRequest {
  readonly subject: string;
  readonly publicKey: KeyObject;
  /** The authority's private key. */
  readonly signer: KeyObject;
  /** The subject's private key. */
  readonly key: KeyObject;
  readonly extensions: readonly Sequence[];
  readonly now: Date;
}

function issue({ subject, publicKey, signer, key, extensions, now }: CertificateRequest): KeyPair {
  const from = new Date(now.getTime() - BACKDATE_MS);
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + VALID_YEARS);
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const toSign = sequence(
    explicit(0, new Integer({ value: 2 })), // X.509 version 3
    Integer.fromBigInt(BigInt(`0x${randomBytes(16).toString('hex')}`)),
    algorithm,
    nameOf(AUTHORITY_NAME),
    sequence(time(from), time(until)),
    nameOf(subject),
    fromBER(bytes(spki(publicKey))).result,
    explicit(3, sequence(...extensions)),
  );
  const signature = sign('sha256', Buffer.from(toSign.toBER()), signer);
  const certificate = sequence(toSign, algorithm, new BitString({ valueHex: bytes(signature) }));
  return { certPem: pem(certificate.toBER()), keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function pem(der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
