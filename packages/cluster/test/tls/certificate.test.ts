/** The CA and server certificates, as parsed by OpenSSL (through Node). */

import { X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { newAuthority, newServerCertificate } from '../../src/tls/certificate.js';

const now = new Date('2026-01-01T00:00:00Z');

test('the authority can only sign; the server certificate is valid only for its names', () => {
  const authority = newAuthority(now);
  const server = new X509Certificate(newServerCertificate(authority, ['127.0.0.1', 'localhost'], now).certPem);
  const ca = new X509Certificate(authority.certPem);

  expect([ca.ca, server.ca]).toEqual([true, false]);
  expect([ca.subject, server.issuer, server.subject]).toEqual(['CN=pipewright', 'CN=pipewright', 'CN=kubernetes']);
  expect(server.verify(ca.publicKey)).toBe(true);
  expect(server.checkIssued(ca)).toBe(true);
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']); // serverAuth
  expect(server.subjectAltName).toBe('IP Address:127.0.0.1, DNS:localhost');
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(server.checkHost('example.com')).toBeUndefined();
  expect([server.validFrom, server.validTo]).toEqual(['Dec 31 23:00:00 2025 GMT', 'Jan  1 00:00:00 2036 GMT']);
});

test('a certificate may end after 2049, when certificates write years with four digits', () => {
  const ca = new X509Certificate(newAuthority(new Date('2041-06-01T00:00:00Z')).certPem);
  expect([ca.validFrom, ca.validTo]).toEqual(['May 31 23:00:00 2041 GMT', 'Jun  1 00:00:00 2051 GMT']);
});

test('a certificate that ends after 2049 has times without fractions of a second, as RFC 5280 requires', () => {
  const ca = new X509Certificate(newAuthority(new Date('2041-06-01T00:00:00.500Z')).certPem);
  expect(ca.raw.toString('latin1')).toContain('20510601000000Z');
});

test('serial numbers are positive, and differ', () => {
  const serials = Array.from({ length: 20 }, () => new X509Certificate(newAuthority(now).certPem).serialNumber);
  expect(serials.filter((serial) => !/^[0-9A-F]{1,32}$/.test(serial))).toEqual([]);
  expect(new Set(serials).size).toBe(20);
});

test('two authorities are independent', () => {
  const server = new X509Certificate(newServerCertificate(newAuthority(now), ['localhost'], now).certPem);
  expect(server.verify(new X509Certificate(newAuthority(now).certPem).publicKey)).toBe(false);
});
