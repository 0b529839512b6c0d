/**
 * The little of ASN.1 DER that a certificate is made of (X.690).
 *
 * Pure. Written out because a certificate needs a dozen kinds of value, and a library for all of them takes half a second to load.
 */

const tagged = (tag: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([tag]), lengthOf(content), content]);

function lengthOf({ byteLength }: Uint8Array): Buffer {
  if (byteLength < 0x80) return Buffer.from([byteLength]);
  const bytes: number[] = [];
  for (let left = byteLength; left > 0; left >>= 8) bytes.unshift(left & 0xff);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

/** A SEQUENCE. */
export const sequence = (...items: readonly Uint8Array[]): Buffer => tagged(0x30, Buffer.concat(items));
/** A SET. */
export const set = (...items: readonly Uint8Array[]): Buffer => tagged(0x31, Buffer.concat(items));
/** A UTF8String. */
export const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text));
/** An OCTET STRING. */
export const octets = (bytes: Uint8Array): Buffer => tagged(0x04, bytes);
/** A BIT STRING of whole bytes, or of fewer bits in its last one. */
export const bits = (bytes: Uint8Array, unused = 0): Buffer =>
  tagged(0x03, Buffer.concat([Buffer.from([unused]), bytes]));
/** BOOLEAN TRUE. */
export const yes = (): Buffer => tagged(0x01, Buffer.from([0xff]));
/** A field with a context tag; `constructed` when it wraps whole values. */
export const field = (number: number, content: Uint8Array, constructed: boolean): Buffer =>
  tagged((constructed ? 0xa0 : 0x80) | number, content);

/** An INTEGER, not negative, of any length. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first));
  return tagged(0x02, (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const digits = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift(0x80 | (left & 0x7f));
    bytes.push(...digits);
  }
  return tagged(0x06, Buffer.from(bytes));
}

/** A moment, in whole seconds: UTCTime until 2049, GeneralizedTime after, as certificates want it. */
export function time(moment: Date): Buffer {
  const text = `${moment.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
  return moment.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text));
}
