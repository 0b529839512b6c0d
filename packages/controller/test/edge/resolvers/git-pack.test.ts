/** Packs of untrusted servers. */

import { deflateSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { objectsOf } from '../../../src/edge/resolvers/git-pack.js';
import { packetsOf } from '../../../src/edge/resolvers/git-packets.js';
import { ResolverError } from '../../../src/resolvers/resolution.js';

const header = Buffer.from('5041434b0000000200000001', 'hex');

test('a blob has the id that git gives it', () => {
  const pack = Buffer.concat([header, Buffer.from([0x36]), deflateSync('hello\n')]);
  expect([...objectsOf(pack)]).toEqual([
    ['ce013625030ba8dba906f756967f9e9ca394464a', { type: 'blob', content: Buffer.from('hello\n') }],
  ]);
});

test.each([
  ['of another kind', Buffer.from('HTML')],
  ['with an object that is longer than it says', Buffer.concat([header, Buffer.from([0x31]), deflateSync('hello\n')])],
  ['with a delta without a base', Buffer.concat([header, Buffer.from([0x61, 0x01]), deflateSync('x')])],
])('a pack %s is rejected', (_what, pack) => {
  expect(() => objectsOf(pack)).toThrow('git clone error: fatal: the server sent a damaged pack');
});

test('a pack whose objects are too large together is rejected before they are read', () => {
  const size = Buffer.from([0xbf, 0xff, 0xff, 0xff, 0x7f]);
  expect(() => objectsOf(Buffer.concat([header, size, deflateSync('x')]))).toThrow('larger than 268435456 bytes');
});

test('arbitrary bytes are rejected with a message, or read', () => {
  const accepts = (read: () => unknown): boolean => {
    try {
      read();
      return true;
    } catch (error) {
      return error instanceof ResolverError;
    }
  };
  const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
  fc.assert(fc.property(bytes, (content) => accepts(() => objectsOf(Buffer.concat([header, content])))));
  fc.assert(fc.property(bytes, (content) => accepts(() => packetsOf(content))));
});
