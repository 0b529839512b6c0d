/** Limits the requests of a controller to a server that permanently rejects one kind of request. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isThorough } from '../../../../test/thorough.js';
import { VirtualCluster } from '../support/virtual-cluster.js';

/** Duration of each failure in milliseconds, longer than the timeout of the run. */
const FAILURE_MS = 20 * 60_000;
/** The maximum number of reconciles per object in that time: retries back off to one per minute. */
const MOST_RECONCILES = 80;

const status =
  (code: number, reason: string, message = reason) =>
  (): Promise<Response> =>
    Promise.resolve(Response.json({ kind: 'Status', code, reason, message }, { status: code }));

const REJECTIONS: Readonly<Record<string, () => Promise<Response>>> = {
  'a conflict': status(409, 'Conflict', 'the object has been modified'),
  'already there': status(409, 'AlreadyExists'),
  'not found': status(404, 'NotFound'),
  forbidden: status(403, 'Forbidden'),
  'forbidden for a quota': status(403, 'Forbidden', 'exceeded quota: few'),
  'an internal error': status(500, 'InternalError'),
  'a broken connection': () => Promise.reject(new Error('ECONNRESET')),
  'not JSON': () => Promise.resolve(new Response('<html>', { status: 200 })),
};

/** The kind of request that fails in each way by default. `npm run test:thorough` tests all combinations. */
const DEFAULT_KINDS: Readonly<Record<string, string>> = {
  'a conflict': 'PATCH taskruns/status',
  'already there': 'POST taskruns',
  'not found': 'GET tasks',
  forbidden: 'DELETE pods',
  'forbidden for a quota': 'POST pods',
  'an internal error': 'PATCH pipelineruns/status',
  'a broken connection': 'GET pipelines',
  'not JSON': 'POST persistentvolumeclaims',
};

/** Returns, for example, `PATCH taskruns/status`. Skips lists and watches of the caches (tested in packages/kube). */
function kindOfRequest({ method, url }: Request): string | undefined {
  const [, plural = '', name, subresource] =
    /\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(new URL(url).pathname) ?? [];
  if (method === 'GET' && name === undefined) return undefined;
  return [method, [plural, subresource].filter(Boolean).join('/')].join(' ');
}

const virtual = new VirtualCluster();
let pods = 0;

/** Creates a run that uses most features. */
async function createRun(): Promise<void> {
  pods = 0;
  virtual.script = ({ metadata }, container) => {
    if (container.startsWith('sidecar-')) return 'stays';
    if (container === 'step-condition-check-sunny') return {};
    if (metadata.labels?.['tekton.dev/pipelineTask'] === 'long') return 'stays';
    return { exitCode: metadata.labels?.['tekton.dev/pipelineTask'] === 'retried' && pods++ === 0 ? 1 : 0 };
  };
  const { harness } = virtual;
  const steps = [{ name: 's', image: 'ubuntu', command: ['true'] }];
  const resources = [
    { name: 'src', type: 'git' },
    { name: 'told', type: 'cloudEvent' },
  ];
  await harness.create('Task', 'ok', {
    metadata: { labels: { team: 'a' } },
    spec: { steps, sidecars: [{ name: 'db', image: 'postgres' }] },
  });
  await harness.create('Task', 'makes', { spec: { steps, outputs: { resources } } });
  await harness.create('Condition', 'sunny', { spec: { check: { image: 'busybox', command: ['true'] } } });
  const taskRef = { name: 'ok' };
  const outputs = resources.map(({ name }) => ({ name, resource: name }));
  await harness.create('Pipeline', 'p', {
    spec: {
      resources,
      tasks: [
        { name: 'makes', taskRef: { name: 'makes' }, resources: { outputs } },
        { name: 'retried', taskRef, retries: 1 },
        { name: 'long', taskRef, runAfter: ['retried'], conditions: [{ conditionRef: 'sunny' }] },
      ],
    },
  });
  await harness.create('PipelineRun', 'run', {
    spec: {
      pipelineRef: { name: 'p' },
      timeout: '10m',
      resources: [
        { name: 'src', resourceSpec: { type: 'git', params: [{ name: 'url', value: 'https://git.corp/a' }] } },
        { name: 'told', resourceSpec: { type: 'cloudEvent', params: [{ name: 'targetURI', value: 'http://sink' }] } },
      ],
    },
  });
}

const sendEvent = (): Promise<Response> => Promise.reject(new Error('ECONNREFUSED'));
let kinds: readonly string[] = [];

beforeAll(async () => {
  const requestKinds = new Set<string>();
  await virtual.open({ sendEvent });
  await virtual.stopController();
  const send = virtual.intercept((request) => void requestKinds.add(kindOfRequest(request) ?? ''));
  await virtual.startController({ sendEvent, send });
  await createRun();
  await virtual.clock.advance(FAILURE_MS);
  kinds = [...requestKinds].filter((kind) => kind !== '' && !kind.includes('events')).toSorted();
});
afterAll(() => virtual.close());

test('the run of this suite sends all of these requests', () => {
  expect(kinds).toEqual([
    'DELETE persistentvolumeclaims',
    'DELETE pods',
    'GET conditions',
    'GET configmaps',
    'GET pipelines',
    'GET serviceaccounts',
    'GET tasks',
    'PATCH pipelineruns',
    'PATCH pipelineruns/status',
    'PATCH pods',
    'PATCH taskruns',
    'PATCH taskruns/status',
    'POST persistentvolumeclaims',
    'POST pods',
    'POST taskruns',
  ]);
});

describe('a server that permanently answers one kind of request with', () => {
  test.each(Object.entries(REJECTIONS))(
    '%s is not asked without end',
    async (title, rejection) => {
      const excessive: unknown[] = [];
      const rejectedKinds = kinds.filter((kind) => isThorough || kind === DEFAULT_KINDS[title]);
      expect(rejectedKinds).not.toEqual([]);
      for (const kind of rejectedKinds) {
        await virtual.open({ sendEvent });
        await virtual.stopController();
        const send = virtual.intercept((request) => (kindOfRequest(request) === kind ? rejection() : undefined));
        await virtual.startController({ sendEvent, send });
        await createRun();
        await virtual.clock.advance(FAILURE_MS);
        const { reconciles, requests } = virtual;
        if (reconciles.most > MOST_RECONCILES || requests.most > 3 * MOST_RECONCILES)
          excessive.push([kind, reconciles.entries.filter(([, count]) => count > MOST_RECONCILES), requests.most]);
      }
      expect(excessive).toEqual([]);
    },
    300_000,
  );
});
