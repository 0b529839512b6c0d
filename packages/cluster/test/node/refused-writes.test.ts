import { afterEach, describe, expect, test } from '@jest/globals';
import { fake, startNode, virtualClock, type FakeOutcome, type Node, type PodClock } from '../../src/index.js';
import type { Send, PlainRequest } from '@pipewright/apimachinery';
import { PodTestCluster, stateOf } from '../support/pods.js';

/** A pod clock on which delays elapse immediately. */
const instantClock = (): PodClock => virtualClock(new Date('2026-01-01T12:00:00Z'), { automatic: true });

let testCluster: PodTestCluster;
let nodes: Node[] = [];
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  nodes = [];
  await testCluster.cluster.close();
});

/** Starts a node with its own transport to the API server. */
async function join(send: Send, script: () => FakeOutcome = () => ({}), clock = instantClock()): Promise<Node> {
  const node = await startNode({
    send,
    clock,
    runtime: fake({ script, clock }),
    images: () => ({ rootfs: 'host' }),
    inCluster: () => Promise.reject(new Error('no pod has a token')),
  });
  nodes.push(node);
  return node;
}

/** Returns a transport that rejects the first `times` matching requests as the API server does if its disk is full. */
function rejectingTransport(times: number, isRefused: (request: PlainRequest) => boolean): Send {
  const { plain: sendPlain } = testCluster.cluster.send;
  let remaining = times;
  const message = 'Internal error occurred: the disk is full';
  return Object.assign(() => Promise.reject(new Error('not used')), {
    plain: (request: PlainRequest) => {
      if (remaining === 0 || !isRefused(request)) return sendPlain!(request);
      remaining -= 1;
      return Promise.resolve({ status: 500, headers: {}, value: { message } });
    },
  });
}

const isClaim = ({ method, body }: PlainRequest): boolean =>
  method === 'PATCH' && JSON.stringify(body).includes('"nodeName"');
const isStatus = ({ method, url }: PlainRequest): boolean =>
  method === 'PATCH' && url.includes('/pods/') && url.endsWith('/status');
const isDeletion = ({ method }: PlainRequest): boolean => method === 'DELETE';
const isList = ({ method, url }: PlainRequest): boolean => method === 'GET' && url === '/api/v1/pods';

describe('a node continues when the API server could not write for a while', () => {
  test('a pod is bound to the node', async () => {
    testCluster = await PodTestCluster.open({});
    await join(rejectingTransport(3, isClaim));
    await testCluster.pod('p', [{ name: 'main', command: ['run'] }]);
    expect((await testCluster.untilFinished('p')).status?.phase).toBe('Succeeded');
  });

  test('the end of a pod is written, however long it takes', async () => {
    testCluster = await PodTestCluster.open({});
    await join(rejectingTransport(100, isStatus));
    await testCluster.pod('p', [{ name: 'main', command: ['run'] }]);
    expect((await testCluster.untilFinished('p')).status?.phase).toBe('Succeeded');
  });

  test('a deleted pod is removed', async () => {
    testCluster = await PodTestCluster.open({});
    await join(rejectingTransport(3, isDeletion), () => ({ duration: 'forever' }));
    await testCluster.pod('p', [{ name: 'main', command: ['run'] }]);
    await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'running');
    await testCluster.request('DELETE', '/api/v1/namespaces/default/pods/p');
    await testCluster.untilDeleted('p');
  });

  test('the loss of a pod is written', async () => {
    testCluster = await PodTestCluster.open({});
    const firstNode = await join(testCluster.cluster.send, () => ({ duration: 'forever' }));
    await testCluster.pod('p', [{ name: 'main', command: ['run'] }]);
    await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'running');
    await firstNode.close();
    await join(rejectingTransport(3, isStatus));
    expect(stateOf(await testCluster.untilFinished('p'), 'main')).toBe('ContainerStatusUnknown 137');
  });
});

describe('a node that replaces an earlier one', () => {
  /** Creates a pod whose node claimed it and stopped before writing anything else. */
  async function createClaimedPod(script: () => FakeOutcome): Promise<void> {
    testCluster = await PodTestCluster.open({});
    const claimingNode = await join(rejectingTransport(Infinity, isStatus), script, virtualClock(new Date(0)));
    await testCluster.pod('p', [{ name: 'main', command: ['run'] }]);
    await testCluster.waitForPod('p', ({ spec }) => spec.nodeName === 'pipewright');
    await claimingNode.close();
  }

  test('does not start containers again that may have run', async () => {
    let starts = 0;
    const script = (): FakeOutcome => ((starts += 1), { duration: 'forever' });
    await createClaimedPod(script);
    await join(testCluster.cluster.send, script);
    expect(stateOf(await testCluster.untilFinished('p'), 'main')).toBe('ContainerStatusUnknown 137');
    expect(starts).toBeLessThanOrEqual(1);
  });

  test('does not start them either if its first list was rejected', async () => {
    await createClaimedPod(() => ({ duration: 'forever' }));
    await join(rejectingTransport(2, isList));
    expect(stateOf(await testCluster.untilFinished('p'), 'main')).toBe('ContainerStatusUnknown 137');
  });

  test('does not start them either if it lists again before it could write that the pod is lost', async () => {
    let starts = 0;
    const script = (): FakeOutcome => ((starts += 1), { duration: 'forever' });
    await createClaimedPod(script);
    const { plain: sendPlain } = testCluster.cluster.send;
    const errorResponse = { status: 500, headers: {}, value: { message: 'the disk is full' } };
    let watches = 0;
    /** The first watch ends immediately, and status writes are rejected until the second watch. */
    const send: Send = Object.assign(() => Promise.reject(new Error('not used')), {
      plain: (request: PlainRequest) => {
        const isWatch = request.url.startsWith('/api/v1/pods?watch');
        if (isWatch) watches += 1;
        if (isStatus(request) && watches < 2) return Promise.resolve(errorResponse);
        if (isWatch && watches === 1) return Promise.resolve({ status: 200, headers: {} });
        return sendPlain!(request);
      },
    });
    starts = 0;
    await join(send, script);
    expect(stateOf(await testCluster.untilFinished('p'), 'main')).toBe('ContainerStatusUnknown 137');
    expect(starts).toBe(0);
  });

  test('confirms a deletion that the earlier node had begun', async () => {
    testCluster = await PodTestCluster.open({});
    const firstNode = await join(rejectingTransport(Infinity, isDeletion), () => ({ duration: 'forever' }));
    await testCluster.pod('p', [{ name: 'main', command: ['run'] }]);
    await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'running');
    await testCluster.request('DELETE', '/api/v1/namespaces/default/pods/p');
    await testCluster.waitForPod('p', ({ status }) => status?.phase === 'Failed');
    await firstNode.close();
    await join(testCluster.cluster.send);
    await testCluster.untilDeleted('p');
  });
});

test('does not start a finished pod again because of a late watch event', async () => {
  testCluster = await PodTestCluster.open({});
  const { plain: sendPlain } = testCluster.cluster.send;
  let release: () => void = () => undefined;
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  /** Delays changes until they are released. New pods are not delayed. */
  async function* delayEvents(events: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    for await (const event of events) {
      if ((event as { readonly type: string }).type === 'MODIFIED') await isReleased;
      yield event;
    }
  }
  const send: Send = Object.assign(() => Promise.reject(new Error('not used')), {
    plain: async (request: PlainRequest) => {
      const response = await sendPlain!(request);
      return response.events ? { ...response, events: delayEvents(response.events) } : response;
    },
  });
  let starts = 0;
  await join(send, () => ((starts += 1), {}));
  await testCluster.pod('p', [{ name: 'main', command: ['run'] }]);
  await testCluster.untilFinished('p');
  release();
  await testCluster.pod('q', [{ name: 'main', command: ['run'] }]);
  await testCluster.untilFinished('q');
  expect(starts).toBe(2);
});
