import { describe, expect, test } from '@jest/globals';
import { EventRecorder, KubeClient } from '../../src/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { TinyApi } from '../support/tiny-api.js';

const run = {
  apiVersion: 'tekton.dev/v1alpha1',
  kind: 'TaskRun',
  metadata: { namespace: 'default', name: 'build', uid: 'u-1', resourceVersion: '7' },
};

/** Creates a recorder on the tiny API. */
function newRecorder(api = new TinyApi()) {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const client = new KubeClient(api.send, { clock, retries: 0 });
  const recorder = new EventRecorder({
    client,
    component: 'pipewright',
    clock,
    onError: (error) => errors.push(error),
  });
  return { api, clock, errors, recorder, events: () => [...api.objects.values()] };
}

describe('recorded events', () => {
  test('have the object, type, reason, message, source and time', async () => {
    const { recorder, events } = newRecorder();
    recorder.record(run, { type: 'Normal', reason: 'Succeeded', message: 'All Steps have completed executing' });
    await recorder.flush();
    expect(events()).toEqual([
      expect.objectContaining({
        involvedObject: { ...run.metadata, apiVersion: run.apiVersion, kind: run.kind },
        type: 'Normal',
        reason: 'Succeeded',
        message: 'All Steps have completed executing',
        source: { component: 'pipewright' },
        firstTimestamp: '2026-01-01T12:00:00Z',
        lastTimestamp: '2026-01-01T12:00:00Z',
        count: 1,
      }),
    ]);
    expect(events()[0]!.metadata.name).toMatch(/^build\.[0-9a-f]{16}$/);
  });

  test('are counted if they repeat', async () => {
    const { recorder, clock, events } = newRecorder();
    for (let index = 0; index < 3; index++) {
      recorder.record(run, { type: 'Warning', reason: 'Failed', message: 'no such image' });
      await clock.advance(1000);
    }
    await recorder.flush();
    expect(events()).toHaveLength(1);
    expect(events()[0]).toMatchObject({
      count: 3,
      firstTimestamp: '2026-01-01T12:00:00Z',
      lastTimestamp: '2026-01-01T12:00:02Z',
    });
  });

  test('with different messages are combined after ten', async () => {
    const { recorder, events } = newRecorder();
    for (let index = 0; index < 14; index++) {
      recorder.record(run, { type: 'Warning', reason: 'Failed', message: `attempt ${index}` });
    }
    await recorder.flush();
    expect(events()).toHaveLength(11);
    expect(events()[10]).toMatchObject({ count: 4, message: '(combined from similar events): attempt 13' });
  });

  test('of one object are limited to a burst of 25, then one per five minutes; each object has its own limit', async () => {
    const { recorder, clock, api } = newRecorder();
    const recordMany = (): void => {
      for (let index = 0; index < 50; index++) recorder.record(run, { type: 'Normal', reason: 'Again', message: 'x' });
    };
    recordMany();
    await recorder.flush();
    expect(api.requests).toHaveLength(25);
    await clock.advance(300_000);
    recordMany();
    await recorder.flush();
    expect(api.requests).toHaveLength(26);
    recorder.record(
      { ...run, metadata: { ...run.metadata, uid: 'u-2' } },
      { type: 'Normal', reason: 'A', message: 'b' },
    );
    await recorder.flush();
    expect(api.requests).toHaveLength(27);
  });

  test('that the server rejects are reported to onError, without an exception for the caller', async () => {
    const { recorder, api, errors, events } = newRecorder();
    api.fault = () => Response.json({ kind: 'Status', message: 'namespace is terminating' }, { status: 403 });
    expect(() => recorder.record(run, { type: 'Normal', reason: 'A', message: 'b' })).not.toThrow();
    await recorder.flush();
    expect(String(errors[0])).toBe('ApiError: namespace is terminating');
    api.fault = undefined;
    recorder.record(run, { type: 'Normal', reason: 'A', message: 'c' });
    await recorder.flush();
    expect(events()).toHaveLength(1);
  });

  test('that have expired on the server are created again', async () => {
    const { recorder, api, events } = newRecorder();
    recorder.record(run, { type: 'Normal', reason: 'A', message: 'b' });
    await recorder.flush();
    for (const name of api.objects.keys()) api.remove(name);
    recorder.record(run, { type: 'Normal', reason: 'A', message: 'b' });
    await recorder.flush();
    expect(events()).toHaveLength(1);
    expect(events()[0]).toMatchObject({ count: 1 });
  });

  test('of cluster-scoped objects are written to the namespace default', async () => {
    const { recorder, api } = newRecorder();
    recorder.record({ kind: 'Node', metadata: { name: 'n' } }, { type: 'Normal', reason: 'A', message: 'b' });
    await recorder.flush();
    expect(api.requests[0]!.url.pathname).toBe('/api/v1/namespaces/default/events');
  });
});
