import { describe, expect, test } from '@jest/globals';
import { KubeClient, LeaderElector, type LeaderElectorOptions } from '../../src/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { TinyApi } from '../support/tiny-api.js';

/** Creates a leader election candidate, and records lost leases and errors. */
function candidate(api: TinyApi, clock: FakeClock, identity: string, options: Partial<LeaderElectorOptions> = {}) {
  const lost: string[] = [];
  const errors: unknown[] = [];
  const elector = new LeaderElector({
    client: new KubeClient(api.send, { clock, retries: 0 }),
    namespace: 'default',
    name: 'leader',
    identity,
    clock,
    random: () => 0,
    onLost: (reason) => lost.push(reason),
    onError: (error) => errors.push(error),
    ...options,
  });
  return { elector, lost, errors };
}

const specOf = (api: TinyApi) => api.objects.get('leader')!['spec'] as Record<string, unknown>;

describe('a lease', () => {
  test('is created by the first candidate, with times of six fractional digits', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const { elector } = candidate(api, clock, 'a');
    expect(await elector.acquire()).toBe(true);
    expect(specOf(api)).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T12:00:00.000000Z',
      renewTime: '2026-01-01T12:00:00.000000Z',
      leaseTransitions: 0,
    });
    await elector.stop();
  });

  test('is renewed every two seconds and released on stop, so that the next candidate need not wait', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const a = candidate(api, clock, 'a');
    const b = candidate(api, clock, 'b');
    await a.elector.acquire();
    let isAcquiredByB = false;
    void b.elector.acquire().then((isAcquired) => (isAcquiredByB = isAcquired));
    await clock.advance(60_000);
    expect([a.elector.isLeader, isAcquiredByB, b.elector.holder]).toEqual([true, false, 'a']);
    expect(specOf(api)['renewTime']).toBe('2026-01-01T12:01:00.000000Z');
    await a.elector.stop();
    expect(a.elector.isLeader).toBe(false);
    await clock.advance(2000);
    expect(isAcquiredByB).toBe(true);
    expect(specOf(api)).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    expect([a.lost, a.errors]).toEqual([[], []]);
    await b.elector.stop();
  });

  test('of a dead holder is acquired fifteen seconds after its last observed change, whatever its timestamps', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2001-01-01T00:00:00.000000Z' };
    api.put('leader', { spec });
    const { elector } = candidate(api, clock, 'b');
    let isAcquired = false;
    void elector.acquire().then((result) => (isAcquired = result));
    await clock.advance(10_000);
    api.put('leader', { spec: { ...spec, renewTime: '2099-01-01T00:00:00.000000Z' } });
    await clock.advance(14_000);
    expect(isAcquired).toBe(false);
    await clock.advance(4000);
    expect(isAcquired).toBe(true);
    await elector.stop();
  });

  test('has one holder: of several simultaneous candidates all but one get a conflict', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const candidates = ['a', 'b', 'c'].map((identity) => candidate(api, clock, identity));
    for (const { elector } of candidates) void elector.acquire();
    await settle();
    expect(candidates.filter(({ elector }) => elector.isLeader)).toHaveLength(1);
    for (const { elector } of candidates) await elector.stop();
  });

  test('that cannot be renewed for ten seconds is lost, before others may acquire it', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const { elector, lost } = candidate(api, clock, 'a');
    await elector.acquire();
    api.fault = () => new Promise<Response>(() => undefined);
    await clock.advance(9999);
    expect([elector.isLeader, lost]).toEqual([true, []]);
    await clock.advance(1);
    expect([elector.isLeader, lost]).toEqual([false, ['it could not be renewed for 10 s']]);
    await clock.advance(60_000);
    expect(lost).toHaveLength(1);
  });

  test('that another process has acquired is lost at once', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const { elector, lost } = candidate(api, clock, 'a');
    await elector.acquire();
    api.put('leader', { spec: { holderIdentity: 'b', leaseDurationSeconds: 15 } });
    await clock.advance(4000);
    expect(lost).toEqual(['b holds it now']);
  });

  test('survives temporary errors and its deletion', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const { elector, lost, errors } = candidate(api, clock, 'a');
    await elector.acquire();
    api.fault = () => Response.json({ kind: 'Status', message: 'boom' }, { status: 500 });
    await clock.advance(6000);
    api.fault = undefined;
    api.remove('leader');
    await clock.advance(20_000);
    expect([elector.isLeader, lost, errors.length]).toEqual([true, [], 3]);
    expect(specOf(api)['holderIdentity']).toBe('a');
    await elector.stop();
  });

  test('is not acquired after stop', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    api.put('leader', { spec: { holderIdentity: 'other', leaseDurationSeconds: 15 } });
    const { elector } = candidate(api, clock, 'a');
    const acquired = elector.acquire();
    await settle();
    await elector.stop();
    expect(await acquired).toBe(false);
    expect(clock.pending).toEqual([]);
    expect(specOf(api)['holderIdentity']).toBe('other');
  });
});
