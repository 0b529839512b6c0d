import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Cluster } from '@pipewright/cluster';
import type { CloudEventDelivery, PipelineRun, TaskRun } from '@pipewright/tekton';
import { afterAttempt, dueDeliveries, readResponse, pendingDeliveries } from '../../src/resources/cloud-events.js';
import { sendEvent } from '../../src/edge/event-sender.js';
import { startController, type RunningController } from '../../src/index.js';
import { collectingLog, newHarness, newCluster, type Harness, type KubeletScript } from '../support/harness.js';

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly taskRun: TaskRun;
}

/** A receiver on loopback that records events and responds with a configured status, or never. */
let receiver: Server;
let receivedEvents: Received[] = [];
let responses: (number | 'never')[] = [];
let sink = '';

let cluster: Cluster;
let close: () => Promise<void>;
let script: KubeletScript = () => ({});
let harness: Harness;
let controller: RunningController | undefined;
let log = collectingLog();

beforeAll(async () => {
  ({ cluster, close } = await newCluster(() => script));
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { taskRun } = JSON.parse(Buffer.concat(chunks).toString()) as { taskRun: TaskRun };
      receivedEvents.push({ method: request.method, path: request.url, headers: request.headers, taskRun });
      const status = responses.shift() ?? 202;
      if (status !== 'never')
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('thanks');
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  sink = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/events?a=b`;
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await close();
});

beforeEach(async () => {
  receivedEvents = [];
  responses = [];
  script = () => ({});
  log = collectingLog();
  harness = await newHarness(cluster);
  controller = await startController({ send: cluster.send, log, namespace: harness.namespace });
});
afterEach(() => controller?.stop());

const task = {
  outputs: { resources: [{ name: 'told', type: 'cloudEvent' }] },
  steps: [{ name: 's', image: 'ubuntu', command: ['true'] }],
};
const cloudEventTarget = (targetURI: string): object => ({
  resourceSpec: { type: 'cloudEvent', params: [{ name: 'targetURI', value: targetURI }] },
});
const runOf = (...targets: readonly string[]): object => {
  const names = targets.map((_, index) => `told${String(index)}`);
  return {
    spec: {
      taskSpec: { ...task, outputs: { resources: names.map((name) => ({ name, type: 'cloudEvent' })) } },
      outputs: { resources: names.map((name, index) => ({ name, ...cloudEventTarget(targets[index] ?? '') })) },
    },
  };
};

/** Resolves with the deliveries of a TaskRun once none of them is pending. */
const waitForDeliveries = (name: string): Promise<readonly CloudEventDelivery[]> =>
  harness.waitFor<TaskRun, readonly CloudEventDelivery[]>('TaskRun', name, ({ status }) =>
    status?.cloudEvents?.every((delivery) => delivery.status.condition !== 'Unknown') ? status.cloudEvents : undefined,
  );

describe('a CloudEvent', () => {
  test('reports to a receiver that a TaskRun succeeded, and the status records the delivery', async () => {
    await harness.create('TaskRun', 'run', runOf(sink));
    expect(await waitForDeliveries('run')).toEqual([
      { target: sink, status: { condition: 'Sent', sentAt: expect.stringMatching(/Z$/), message: '', retryCount: 1 } },
    ]);
    const [event, ...otherEvents] = receivedEvents;
    expect([otherEvents.length, event?.method, event?.path]).toEqual([0, 'POST', '/events?a=b']);
    expect(event?.headers).toMatchObject({
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'run',
      'ce-type': 'dev.tekton.event.task.successful.v1',
      'ce-source': `/apis/tekton.dev/v1alpha1/namespaces/${harness.namespace}/taskruns/run`,
      'ce-subject': 'run',
      'ce-time': event?.taskRun.status?.completionTime,
    });
    expect(event?.taskRun).toMatchObject({
      kind: 'TaskRun',
      metadata: { name: 'run', namespace: harness.namespace },
      status: { conditions: [{ type: 'Succeeded', status: 'True' }], cloudEvents: [{ target: sink }] },
    });
    expect(event?.taskRun.metadata).not.toHaveProperty('managedFields');
  });

  test('reports a failure to each of several receivers, one of which rejects it', async () => {
    script = () => ({ exitCode: 3 });
    responses = [400, 200];
    await harness.create('TaskRun', 'run', runOf(sink, sink));
    const conditions = (await waitForDeliveries('run')).map(({ status }) => status.condition).sort();
    expect(conditions).toEqual(['Failed', 'Sent']);
    expect(receivedEvents.map(({ headers }) => headers['ce-type'])).toEqual([
      'dev.tekton.event.task.failed.v1',
      'dev.tekton.event.task.failed.v1',
    ]);
  });

  test('is retried once after the receiver was unavailable', async () => {
    responses = [503];
    await harness.create('TaskRun', 'run', runOf(sink));
    expect(await waitForDeliveries('run')).toMatchObject([{ status: { condition: 'Sent', retryCount: 2 } }]);
    expect(receivedEvents.map(({ headers }) => headers['ce-id'])).toEqual(['run', 'run']);
  });

  test('that cannot be sent fails with the reason after the run has ended', async () => {
    await harness.create('TaskRun', 'run', runOf('not a url', 'ftp://127.0.0.1/x'));
    expect(await harness.waitForEnd('TaskRun', 'run')).toMatchObject({ status: 'True' });
    const status = await harness.waitFor<TaskRun, readonly CloudEventDelivery[]>(
      'TaskRun',
      'run',
      ({ status: runStatus }) =>
        runStatus?.cloudEvents?.every((delivery) => delivery.status.message !== '') ? runStatus.cloudEvents : undefined,
    );
    expect(status.map((delivery) => [delivery.status.condition, delivery.status.message])).toEqual([
      ['Failed', 'the targetURI is not a URL'],
      ['Unknown', 'the protocol ftp: is not supported; use an http or https URL'],
    ]);
  });

  test('does not block: a receiver that never responds delays neither its run nor another', async () => {
    responses = ['never'];
    await harness.create('TaskRun', 'slow', runOf(sink));
    expect(await harness.waitForEnd('TaskRun', 'slow')).toMatchObject({ status: 'True' });
    await harness.create('TaskRun', 'next', runOf(sink));
    expect(await waitForDeliveries('next')).toMatchObject([{ status: { condition: 'Sent' } }]);
    receiver.closeAllConnections(); // do not wait for the hanging one
  });

  test('is sent by the next controller if one stopped before the delivery', async () => {
    await controller?.stop();
    const rejectConnection = (): Promise<Response> => Promise.reject(new Error('no way out'));
    controller = await startController({
      send: cluster.send,
      log,
      namespace: harness.namespace,
      sendEvent: rejectConnection,
    });
    await harness.create('TaskRun', 'run', runOf(sink));
    await harness.waitFor<TaskRun, true>('TaskRun', 'run', ({ status }) =>
      status?.cloudEvents?.[0]?.status.message === 'no way out' ? true : undefined,
    );
    await controller.stop();
    controller = await startController({ send: cluster.send, log, namespace: harness.namespace });
    expect(await waitForDeliveries('run')).toMatchObject([
      { status: { condition: 'Sent', message: '', retryCount: 2 } },
    ]);
  });
});

describe('in a PipelineRun a CloudEvent', () => {
  const pipeline = (retries: number): object => ({
    spec: {
      pipelineSpec: {
        resources: [{ name: 'sink', type: 'cloudEvent' }],
        tasks: [
          {
            name: 't',
            taskRef: { name: 'tell' },
            retries,
            resources: { outputs: [{ name: 'told', resource: 'sink' }] },
          },
        ],
      },
      resources: [{ name: 'sink', resourceRef: { name: 'sink' } }],
    },
  });
  const waitForDelivery = (name: string): Promise<CloudEventDelivery | undefined> =>
    harness.waitFor<PipelineRun, CloudEventDelivery>('PipelineRun', name, ({ status }) => {
      const [delivery] = Object.values(status?.taskRuns ?? {})[0]?.status?.cloudEvents ?? [];
      return delivery?.status.condition === 'Sent' ? delivery : undefined;
    });

  beforeEach(async () => {
    await harness.create('Task', 'tell', { spec: task });
    const params = [{ name: 'targetURI', value: sink }];
    await harness.create('PipelineResource', 'sink', { spec: { type: 'cloudEvent', params } });
  });

  test('is sent, and the status of the ended run records it', async () => {
    await harness.create('PipelineRun', 'run', pipeline(0));
    expect(await waitForDelivery('run')).toMatchObject({ target: sink });
    expect(receivedEvents).toHaveLength(1);
  });

  test('is sent only for the last attempt', async () => {
    let pods = 0;
    script = () => ({ exitCode: pods++ === 0 ? 1 : 0 });
    await harness.create('PipelineRun', 'run', pipeline(1));
    await waitForDelivery('run');
    expect(receivedEvents.map(({ headers }) => headers['ce-type'])).toEqual(['dev.tekton.event.task.successful.v1']);
  });
});

describe('a delivery', () => {
  const [pending] = pendingDeliveries(['http://sink']);
  const failedResult = { kind: 'failed', message: 'no', canRetry: true } as const;
  const timeAfter = (seconds: number): Date => new Date(Date.UTC(2020, 0, 1, 0, 0, seconds));

  test('has five attempts with growing delays, and has then failed', () => {
    const attemptSeconds: (number | undefined)[] = [];
    let delivery = pending as CloudEventDelivery;
    let runStatus = timeAfter(0);
    while (delivery.status.condition === 'Unknown') {
      expect(dueDeliveries([delivery], runStatus)).toEqual({ due: [0], requeueAfterMs: undefined });
      delivery = afterAttempt(delivery, failedResult, runStatus);
      const { requeueAfterMs } = dueDeliveries([delivery], runStatus);
      attemptSeconds.push(requeueAfterMs);
      runStatus = new Date(runStatus.getTime() + (requeueAfterMs ?? 0));
    }
    expect(attemptSeconds).toEqual([1_999, 5_000, 15_000, 60_000, undefined]);
    expect(delivery.status).toMatchObject({ condition: 'Failed', message: 'no', retryCount: 5 });
  });

  test.each([
    [204, { kind: 'sent' }],
    [
      302,
      {
        kind: 'failed',
        message: 'the receiver answered 302, which is a redirect; name the address it leads to',
        canRetry: false,
      },
    ],
    [404, { kind: 'failed', message: 'the receiver answered 404, and not 2xx', canRetry: false }],
    [429, { kind: 'failed', message: 'the receiver answered 429, and not 2xx', canRetry: true }],
    [500, { kind: 'failed', message: 'the receiver answered 500, and not 2xx', canRetry: true }],
  ])('with the response %d has this result', (status, expected) => {
    expect(readResponse({ status })).toEqual(expected);
  });

  test.each(['http://169.254.169.254/latest', 'http://[fe80::1]/', 'http://[::ffff:169.254.169.254]/'])(
    'to the link-local address %s, where clouds serve credentials, is rejected',
    async (url) => {
      await expect(sendEvent(new Request(url, { method: 'POST', body: '{}' }))).rejects.toThrow(/link-local/);
    },
  );

  test('follows no redirect', async () => {
    responses = [302];
    const answer = await sendEvent(new Request(sink, { method: 'POST', body: '{"taskRun":{}}' }));
    expect([answer.status, receivedEvents.length]).toEqual([302, 1]);
  });
});
