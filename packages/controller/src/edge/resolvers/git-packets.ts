/** The framing of git's protocol: packets with a length of four hexadecimal digits, and marks between them. */

import { ResolverError } from '../../resolvers/resolution.js';

/** Ends a request or a response. */
export const FLUSH = '0000';
const DELIMITER = '0001';

const packet = (text: string): string => (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;

/** Returns a command of protocol version 2 with its arguments. */
export const protocolCommand = (command: string, args: readonly string[]): Buffer =>
  Buffer.from([packet(`command=${command}\n`), DELIMITER, ...args.map((arg) => packet(`${arg}\n`)), FLUSH].join(''));

/** Returns the first packet of a connection to a git daemon. */
export const daemonRequest = (path: string, host: string): string =>
  packet(`git-upload-pack ${path}\0host=${host}\0\0version=2\0`);

/** Returns the packets of a response without marks. @throws ResolverError for an error of the server, or damaged framing */
export function packetsOf(response: Buffer): readonly Buffer[] {
  const packets: Buffer[] = [];
  for (let offset = 0; offset < response.length;) {
    const digits = response.toString('latin1', offset, offset + 4);
    const length = /^[0-9a-f]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
    if (length < 0 || length === 3 || offset + length > response.length)
      throw new ResolverError('the response is not in the protocol of git; check that the URL is that of a repository');
    const content = response.subarray(offset + 4, offset + Math.max(length, 4));
    offset += Math.max(length, 4);
    if (length <= 4) continue; // a mark
    const text = content.toString('utf8', 0, 4);
    if (text === 'ERR ')
      throw new ResolverError(`git clone error: fatal: remote error: ${content.toString('utf8', 4).trim()}`);
    packets.push(content);
  }
  return packets;
}
