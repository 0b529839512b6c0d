/**
 * Requests generated from seeds: the server must respond with the requested object or a Status, must not report an
 * internal error, and must still be able to list all kinds.
 */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '@pipewright/cluster';
import { groupVersionOf } from '../../src/api/kinds/resource-type.js';
import { definition, requestFor, TYPES, type GeneratedRequest } from '../support/generated-requests.js';
import { isThorough } from '../../../../test/thorough.js';

let cluster: Cluster;
const internalErrors: string[] = [];
beforeAll(async () => {
  cluster = await startCluster({ crds: [definition], log: (line) => internalErrors.push(line) });
});
afterAll(() => cluster.close());

/** Returns the response to a request, excluding later watch events. */
async function responseTo({
  method,
  path,
  headers,
  body,
}: GeneratedRequest): Promise<{ status: number; text: string }> {
  const stop = new AbortController();
  const init = {
    method,
    headers,
    signal: stop.signal,
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Blob([Uint8Array.from(body)]) }),
  };
  const response = await cluster.send(new Request(`http://kubernetes${path}`, init));
  if (!/[?&]watch=/.test(path)) return { status: response.status, text: await response.text() };
  stop.abort();
  const text = await response.text().catch(() => '');
  return { status: response.status, text: text.split('\n')[0] ?? '' };
}

const KNOWN_ERRORS = /does not serve|etcdserver: request is too large|without impersonating a user/;

async function expectAllKindsListed(precedingRequest: string): Promise<void> {
  for (const type of TYPES.filter(({ verbs }) => verbs.includes('list'))) {
    const path = `${type.group === '' ? '/api' : '/apis'}/${groupVersionOf(type)}/${type.plural}`;
    for (const accept of ['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io']) {
      const { status, text } = await responseTo({ method: 'GET', path, headers: { accept } });
      expect(`${path} ${status} ${typeof JSON.parse(text)} ${precedingRequest}`).toBe(
        `${path} 200 object ${precedingRequest}`,
      );
    }
  }
  for (const path of [
    '/openapi/v3/api/v1',
    '/openapi/v3/apis/apiextensions.k8s.io/v1',
    '/openapi/v3/apis/fuzz.example.com/v1',
  ])
    expect((await responseTo({ method: 'GET', path, headers: {} })).status).toBe(200);
}

const SEEDS = isThorough ? 3000 : 1500;

test(`each of ${SEEDS} generated requests gets a valid response, and none damages the server`, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const request = requestFor(seed);
    const { status, text } = await responseTo(request);
    const description = `seed ${seed}: ${request.method} ${request.path} ${String(request.body).slice(0, 2000)}`;
    if (internalErrors.length > 0) throw new Error(`${description}\n${internalErrors.join('\n')}`);
    expect([description, status < 500 || status === 504 || KNOWN_ERRORS.test(text)]).toEqual([description, true]);
    if (status >= 400)
      expect([description, JSON.parse(text)]).toEqual([
        description,
        expect.objectContaining({ kind: 'Status', code: status }),
      ]);
    if (seed % 500 === 0) await expectAllKindsListed(description);
  }
});
