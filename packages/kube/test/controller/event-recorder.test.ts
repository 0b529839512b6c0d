import { describe, expect, test } from '@jest/globals';
import { EventRecorder, KubeClient } from '../../src/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { TinyApi } from '../support/tiny-api.js';

const run = {
  apiVersion: 'tekton.dev/v1alpha1',
  kind: 'TaskRun',
  metadata: { namespace: 'default', name: 'build', uid: 'u-1', resourceVersion: '7' },
};

function begin(api = new TinyApi()) {
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

describe('events', () => {
  test('say who, what, why and when', async () => {
    const { recorder, events } = begin();
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

  test('that repeat are counted', async () => {
    const { recorder, clock, events } = begin();
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

  test('that are merely similar become one after ten', async () => {
    const { recorder, events } = begin();
    for (let index = 0; index < 14; index++) {
      recorder.record(run, { type: 'Warning', reason: 'Failed', message: `attempt ${index}` });
    }
    await recorder.flush();
    expect(events()).toHaveLength(11);
    expect(events()[10]).toMatchObject({ count: 4, message: '(combined from similar events): attempt 13' });
  });

  test('of one object are at most 25 at once, then one in five minutes; another object has its own', async () => {
    const { recorder, clock, api } = begin();
    const storm = (): void => {
      for (let index = 0; index < 50; index++) recorder.record(run, { type: 'Normal', reason: 'Again', message: 'x' });
    };
    storm();
    await recorder.flush();
    expect(api.requests).toHaveLength(25);
    await clock.advance(300_000);
    storm();
    await recorder.flush();
    expect(api.requests).toHaveLength(26);
    recorder.record(
      { ...run, metadata: { ...run.metadata, uid: 'u-2' } },
      { type: 'Normal', reason: 'A', message: 'b' },
    );
    await recorder.flush();
    expect(api.requests).toHaveLength(27);
  });

  test('that the server refuses cost the caller nothing', async () => {
    const { recorder, api, errors, events } = begin();
    api.fault = () => Response.json({ kind: 'Status', message: 'namespace is terminating' }, { status: 403 });
    expect(() => recorder.record(run, { type: 'Normal', reason: 'A', message: 'b' })).not.toThrow();
    await recorder.flush();
    expect(String(errors[0])).toBe('ApiError: namespace is terminating');
    api.fault = undefined;
    recorder.record(run, { type: 'Normal', reason: 'A', message: 'c' });
    await recorder.flush();
    expect(events()).toHaveLength(1);
  });

  test('that were counted but have expired are written anew', async () => {
    const { recorder, api, events } = begin();
    recorder.record(run, { type: 'Normal', reason: 'A', message: 'b' });
    await recorder.flush();
    for (const name of api.objects.keys()) api.remove(name);
    recorder.record(run, { type: 'Normal', reason: 'A', message: 'b' });
    await recorder.flush();
    expect(events()).toHaveLength(1);
    expect(events()[0]).toMatchObject({ count: 1 });
  });

  test('about what has no namespace go to default', async () => {
    const { recorder, api } = begin();
    recorder.record({ kind: 'Node', metadata: { name: 'n' } }, { type: 'Normal', reason: 'A', message: 'b' });
    await recorder.flush();
    expect(api.requests[0]!.url.pathname).toBe('/api/v1/namespaces/default/events');
  });
});
