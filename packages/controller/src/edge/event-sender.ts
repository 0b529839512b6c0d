/**
 * Sends one request from the controller's network to an address that a user has chosen.
 *
 * The controller can reach hosts that this user cannot. Therefore only http and https are supported, redirects are not followed, link-local
 * addresses are rejected after name resolution (clouds serve credentials there), and only the status of the response is used.
 */

import { lookup, type LookupAddress } from 'node:dns';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Send } from '@pipewright/apimachinery';

/** Milliseconds until a receiver must have responded. */
const TIMEOUT_MS = 10_000;

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** Includes IPv4 addresses in IPv6 notation. */
const isLinkLocal = (address: string): boolean => LINK_LOCAL.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const LINK_LOCAL_MESSAGE = 'CloudEvents are not sent to link-local addresses (169.254.0.0/16, fe80::/10)';

const guardedLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error) return done(error, '', 0);
    const [first] = found;
    if (!first || found.some(({ address }) => isLinkLocal(address))) return done(new Error(LINK_LOCAL_MESSAGE), '', 0);
    if (options.all === true) done(null, found);
    else done(null, first.address, first.family);
  });
};

/** Sends a request. Without a response, rejects with an Error whose message can be shown to users. */
export const sendEvent: Send = async (event) => {
  const url = new URL(event.url);
  const make = { 'http:': overHttp, 'https:': overHttps }[url.protocol];
  if (!make) throw new Error(`the protocol ${url.protocol} is not supported; use an http or https URL`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isLinkLocal(host)) throw new Error(LINK_LOCAL_MESSAGE);
  const body = Buffer.from(await event.arrayBuffer());
  return await new Promise<Response>((resolve, reject) => {
    const headers = { ...Object.fromEntries(event.headers), 'content-length': String(body.length) };
    const options = { method: event.method, headers, lookup: guardedLookup, agent: false };
    const sent = make(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }, (answer) => {
      answer.destroy(); // only the status is used
      resolve(new Response(null, { status: answer.statusCode ?? 502 }));
    });
    sent.on('error', (error) =>
      reject(
        error.name === 'TimeoutError' || error.name === 'AbortError'
          ? new Error(`no response within ${String(TIMEOUT_MS / 1000)} s`)
          : error,
      ),
    );
    sent.end(body);
  });
};
