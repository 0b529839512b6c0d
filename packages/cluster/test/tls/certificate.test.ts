/** The authority and the server's certificate, as OpenSSL (through Node) reads them. */

import { X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { newAuthority, newServerCertificate } from '../../src/tls/certificate.js';
import { integer, oid, time } from '../../src/tls/der.js';

const now = new Date('2026-01-01T00:00:00Z');

test('the authority may sign, the server may serve, and only under its names', () => {
  const authority = newAuthority(now);
  const server = new X509Certificate(newServerCertificate(authority, ['127.0.0.1', 'localhost'], now).certPem);
  const ca = new X509Certificate(authority.certPem);

  expect([ca.ca, server.ca]).toEqual([true, false]);
  expect(server.verify(ca.publicKey)).toBe(true);
  expect(server.checkIssued(ca)).toBe(true);
  expect(server.subjectAltName).toBe('IP Address:127.0.0.1, DNS:localhost');
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(server.checkHost('example.com')).toBeUndefined();
  expect([server.validFrom, server.validTo]).toEqual(['Dec 31 23:00:00 2025 GMT', 'Jan  1 00:00:00 2036 GMT']);
});

test('two authorities share nothing', () => {
  const server = new X509Certificate(newServerCertificate(newAuthority(now), ['localhost'], now).certPem);
  expect(server.verify(new X509Certificate(newAuthority(now).certPem).publicKey)).toBe(false);
});

test.each([
  ['an integer keeps its sign', integer(Buffer.from([0x80])), '02020080'],
  ['an integer drops leading zeros', integer(Buffer.from([0, 0, 5])), '020105'],
  ['zero is one byte', integer(Buffer.from([0, 0])), '020100'],
  ['an object identifier', oid('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
  ['a moment of this half century', time(new Date('2049-12-31T23:59:59Z')), '170d3439313233313233353935395a'],
  ['a moment of the next', time(new Date('2050-01-01T00:00:00Z')), '180f32303530303130313030303030305a'],
])('%s', (_what, bytes, want) => {
  expect(bytes.toString('hex')).toBe(want);
});
