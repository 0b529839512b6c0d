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
    onLost: (why) => lost.push(why),
    onError: (error) => errors.push(error),
    ...options,
  });
  return { elector, lost, errors };
}

const specOf = (api: TinyApi) => api.objects.get('leader')!['spec'] as Record<string, unknown>;

describe('a lease', () => {
  test('is made by the first to come, with times of six digits', async () => {
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

  test('is renewed every two seconds and given back at the end, so that the next need not wait', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const a = candidate(api, clock, 'a');
    const b = candidate(api, clock, 'b');
    await a.elector.acquire();
    let second = false;
    void b.elector.acquire().then((has) => (second = has));
    await clock.advance(60_000);
    expect([a.elector.isLeader, second, b.elector.holder]).toEqual([true, false, 'a']);
    expect(specOf(api)['renewTime']).toBe('2026-01-01T12:01:00.000000Z');
    await a.elector.stop();
    expect(a.elector.isLeader).toBe(false);
    await clock.advance(2000);
    expect(second).toBe(true);
    expect(specOf(api)).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    expect([a.lost, a.errors]).toEqual([[], []]);
    await b.elector.stop();
  });

  test('of a dead holder is taken fifteen seconds after WE last saw it change, whatever its times say', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2001-01-01T00:00:00.000000Z' };
    api.put('leader', { spec });
    const { elector } = candidate(api, clock, 'b');
    let has = false;
    void elector.acquire().then((it) => (has = it));
    await clock.advance(10_000);
    api.put('leader', { spec: { ...spec, renewTime: '2099-01-01T00:00:00.000000Z' } });
    await clock.advance(14_000);
    expect(has).toBe(false);
    await clock.advance(4000);
    expect(has).toBe(true);
    await elector.stop();
  });

  test('is never had by two: of two who come at once one gets a conflict', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const all = ['a', 'b', 'c'].map((identity) => candidate(api, clock, identity));
    for (const { elector } of all) void elector.acquire();
    await settle();
    expect(all.filter(({ elector }) => elector.isLeader)).toHaveLength(1);
    for (const { elector } of all) await elector.stop();
  });

  test('that cannot be renewed for ten seconds is lost, before others may take it', async () => {
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

  test('that another process has taken is lost at once', async () => {
    const [api, clock] = [new TinyApi(), new FakeClock()];
    const { elector, lost } = candidate(api, clock, 'a');
    await elector.acquire();
    api.put('leader', { spec: { holderIdentity: 'b', leaseDurationSeconds: 15 } });
    await clock.advance(4000);
    expect(lost).toEqual(['b holds it now']);
  });

  test('survives errors that pass, and being deleted', async () => {
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
