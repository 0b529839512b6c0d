/**
 * Sends one request to an address that a user chose, from where the controller stands.
 *
 * The controller may reach what that user may not. So only http and https are spoken, redirects are not followed, addresses of the
 * link alone are refused after the name was looked up (clouds keep their machines' credentials there), and of the answer
 * nothing but its status goes on.
 */

import { lookup, type LookupAddress } from 'node:dns';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Send } from '@pipewright/kube';

/** Milliseconds until a receiver must have answered. */
const TIMEOUT_MS = 10_000;

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** Also when an IPv4 address is written as an IPv6 one. */
const isLinkLocal = (address: string): boolean => LINK_LOCAL.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const LINK_LOCAL_MESSAGE = 'addresses of the link alone (169.254.0.0/16, fe80::/10) are not told anything';

const guardedLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error) return done(error, '', 0);
    const [first] = found;
    if (!first || found.some(({ address }) => isLinkLocal(address))) return done(new Error(LINK_LOCAL_MESSAGE), '', 0);
    if (options.all === true) done(null, found);
    else done(null, first.address, first.family);
  });
};

/** Sends. Rejects with an Error whose message may be shown when there is no answer. */
export const sendEvent: Send = async (event) => {
  const url = new URL(event.url);
  const make = { 'http:': overHttp, 'https:': overHttps }[url.protocol];
  if (!make) throw new Error(`${url.protocol} is not spoken here; the target must be an http or https url`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isLinkLocal(host)) throw new Error(LINK_LOCAL_MESSAGE);
  const body = Buffer.from(await event.arrayBuffer());
  return await new Promise<Response>((resolve, reject) => {
    const headers = { ...Object.fromEntries(event.headers), 'content-length': String(body.length) };
    const options = { method: event.method, headers, lookup: guardedLookup, agent: false };
    const sent = make(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }, (answer) => {
      answer.destroy(); // the status is all that is wanted
      resolve(new Response(null, { status: answer.statusCode ?? 502 }));
    });
    sent.on('error', (error) =>
      reject(
        error.name === 'TimeoutError' || error.name === 'AbortError'
          ? new Error(`there was no answer within ${String(TIMEOUT_MS / 1000)} s`)
          : error,
      ),
    );
    sent.end(body);
  });
};
