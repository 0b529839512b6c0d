import { afterEach, describe, expect, test } from '@jest/globals';
import { CONFIG_MAPS, Controller, Informer, KubeClient, type Change, type KubeObject } from '../../src/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { TinyApi } from '../support/tiny-api.js';

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A source whose changes are reported by the test. */
class ManualSource {
  starts = 0;
  readonly #listeners: ((key: string, change: Change<KubeObject>, listed: boolean) => void)[] = [];
  #resolve: (synced: boolean) => void = () => undefined;
  readonly synced = new Promise<boolean>((resolve) => (this.#resolve = resolve));

  start(): void {
    this.starts++;
  }

  sync(): void {
    this.#resolve(true);
  }

  stop(): Promise<void> {
    this.#resolve(false);
    return Promise.resolve();
  }

  subscribe(listener: (key: string, change: Change<KubeObject>, listed: boolean) => void): void {
    this.#listeners.push(listener);
  }

  report(change: Change<KubeObject>, listed = false): void {
    const { namespace = '', name = '' } = (change.after ?? change.before)?.metadata ?? {};
    for (const listener of this.#listeners) listener(`${namespace}/${name}`, change, listed);
  }
}

const object = (name: string, owner?: { readonly kind: string; readonly name: string }): KubeObject => ({
  metadata: {
    namespace: 'ns',
    name,
    ...(owner && { ownerReferences: [{ apiVersion: 'v1', uid: 'u', controller: true, ...owner }] }),
  },
});

/** Creates a controller with a fake clock that records the reconciled keys. */
function newController() {
  const clock = new FakeClock();
  const reconciled: string[] = [];
  const controller = new Controller({
    clock,
    workers: 1,
    reconcile: (key) => {
      reconciled.push(key);
      return Promise.resolve();
    },
  });
  stops.push(() => controller.stop());
  return { clock, reconciled, controller };
}

describe('a controller', () => {
  test('reconciles nothing before all of its sources are synced, those that it only reads included', async () => {
    const { controller, reconciled } = newController();
    const [own, read] = [new ManualSource(), new ManualSource()];
    const started = controller.for(own).reads(read).start();
    own.report({ after: object('a') }, true);
    own.sync();
    await settle();
    expect(reconciled).toEqual([]);
    read.sync();
    expect(await started).toBe(true);
    await settle();
    expect(reconciled).toEqual(['ns/a']);
  });

  test('reports that a source was stopped before it was synced, and reconciles nothing', async () => {
    const { controller, reconciled } = newController();
    const source = new ManualSource();
    const started = controller.for(source).start();
    source.report({ after: object('a') }, true);
    await source.stop();
    expect(await started).toBe(false);
    await settle();
    expect(reconciled).toEqual([]);
  });

  test.each<[string, Change<KubeObject>, readonly string[]]>([
    ['an addition', { after: object('a') }, ['ns/a']],
    ['a change', { before: object('a'), after: object('a') }, ['ns/a']],
    ['no deletion', { before: object('a') }, []],
  ])('reconciles the object itself after %s', async (_, change, keys) => {
    const { controller, reconciled } = newController();
    const source = new ManualSource();
    source.sync();
    await controller.for(source).start();
    source.report(change);
    await settle();
    expect(reconciled).toEqual(keys);
  });

  test.each<[string, Change<KubeObject>, readonly string[]]>([
    ['is added', { after: object('pod', { kind: 'Run', name: 'run' }) }, ['ns/run']],
    ['is deleted', { before: object('pod', { kind: 'Run', name: 'run' }) }, ['ns/run']],
    ['has an owner of another kind', { after: object('pod', { kind: 'Job', name: 'job' }) }, []],
    ['has no owner', { after: object('pod') }, []],
  ])('reconciles the owner of an object that %s', async (_, change, keys) => {
    const { controller, reconciled } = newController();
    const source = new ManualSource();
    source.sync();
    await controller.owns(source, 'Run').start();
    source.report(change);
    await settle();
    expect(reconciled).toEqual(keys);
  });

  test('reconciles an owner once for several changes of its children within the delay, and at once for a deletion', async () => {
    const { clock, controller, reconciled } = newController();
    const source = new ManualSource();
    source.sync();
    await controller.owns(source, 'Run', { updateDelayMs: 100 }).start();
    for (const name of ['a', 'b', 'c']) source.report({ after: object(name, { kind: 'Run', name: 'run' }) });
    await settle();
    expect(reconciled).toEqual([]);
    await clock.advance(100);
    expect(reconciled).toEqual(['ns/run']);
    source.report({ before: object('a', { kind: 'Run', name: 'run' }) });
    await settle();
    expect(reconciled).toEqual(['ns/run', 'ns/run']);
  });

  test('reconciles the keys that a watched change is mapped to, each after its delay', async () => {
    const { clock, controller, reconciled } = newController();
    const source = new ManualSource();
    source.sync();
    await controller.watches(source, () => [{ key: 'now' }, { key: 'later', afterMs: 50 }]).start();
    source.report({ after: object('a') });
    await settle();
    expect(reconciled).toEqual(['now']);
    await clock.advance(50);
    expect(reconciled).toEqual(['now', 'later']);
  });

  test('reconciles objects that a watch reports before those that the first list found', async () => {
    const { controller, reconciled } = newController();
    const source = new ManualSource();
    const started = controller.for(source).start();
    source.report({ after: object('listed') }, true);
    source.report({ after: object('watched') });
    source.sync();
    await started;
    await settle();
    expect(reconciled).toEqual(['ns/watched', 'ns/listed']);
  });

  test('shares an informer with another controller, which reads the API once', async () => {
    const api = new TinyApi();
    api.put('a');
    const clock = new FakeClock();
    const client = new KubeClient(api.send, { clock });
    const informer = new Informer(client, CONFIG_MAPS, { clock, random: () => 0 });
    const [one, other] = [newController(), newController()];
    stops.unshift(() => informer.stop());
    await Promise.all([one.controller.for(informer).start(), other.controller.for(informer).start()]);
    await settle();
    expect([one.reconciled, other.reconciled]).toEqual([['default/a'], ['default/a']]);
    expect(api.requests.filter(({ url }) => !url.searchParams.has('watch'))).toHaveLength(1);
  });

  test('reconciles no more once it is stopped', async () => {
    const { controller, reconciled } = newController();
    const source = new ManualSource();
    source.sync();
    await controller.for(source).start();
    await controller.stop();
    source.report({ after: object('a') });
    controller.enqueueAfter('ns/b', 0);
    await settle();
    expect(reconciled).toEqual([]);
  });
});
