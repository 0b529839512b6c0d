import { describe, expect, test } from '@jest/globals';
import { KubeClient, type ChangeListener, type KubeObject, type Resource } from '@pipewright/kube';
import { systemClock, type Send } from '@pipewright/apimachinery';
import { MutationCache } from '../../src/edge/mutation-cache.js';

const WIDGETS: Resource = { group: 'g', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };

const widget = (name: string, owner: string | undefined, resourceVersion: string): KubeObject => ({
  apiVersion: 'g/v1',
  kind: 'Thing',
  metadata: {
    name,
    namespace: 'n',
    uid: `uid-${name}`,
    resourceVersion,
    ...(owner !== undefined && {
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Other', name: 'x', uid: 'not-the-controller' },
        { apiVersion: 'g/v1', kind: 'Owner', name: 'o', uid: owner, controller: true },
      ],
    }),
  },
});

/** Returns a server that lists some objects and then sends watch events on request. */
function server(listed: readonly KubeObject[]): { readonly send: Send; readonly sendEvent: (event: object) => void } {
  let sendEvent: (event: object) => void = () => undefined;
  const events = new ReadableStream<Uint8Array>({
    start: (controller) => {
      sendEvent = (event) => controller.enqueue(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
    },
  });
  const list = { kind: 'ThingList', apiVersion: 'g/v1', metadata: { resourceVersion: '10' }, items: listed };
  const send: Send = ({ url }) => Promise.resolve(url.includes('watch=') ? new Response(events) : Response.json(list));
  return { send, sendEvent: (event) => sendEvent(event) };
}

describe('the objects that an owner controls are found', () => {
  async function openCache(listed: readonly KubeObject[], listeners: readonly ChangeListener<KubeObject>[] = []) {
    const { send, sendEvent } = server(listed);
    let now = 0;
    let onChange: () => void = () => undefined;
    const errors: unknown[] = [];
    const clock = { ...systemClock, now: () => now, date: () => new Date(now), after: () => () => undefined };
    const cache = new MutationCache<KubeObject>(new KubeClient(send), WIDGETS, clock, {
      onError: (error) => errors.push(error),
    });
    for (const listener of listeners) cache.subscribe(listener);
    cache.subscribe(() => onChange());
    await cache.informer.start().synced;
    return {
      mutations: cache,
      errors,
      names: (owner: string) =>
        [...cache.ownedBy(owner)].map(([name, widget]) => `${name}@${widget.metadata.resourceVersion}`),
      say: (type: string, object: KubeObject) =>
        new Promise<void>((resolve) => {
          onChange = resolve;
          sendEvent({ type, object });
        }),
      pass: (milliseconds: number) => (now += milliseconds),
      close: () => cache.informer.stop(),
    };
  }

  test('by the uid of their controller, after they were listed, changed and deleted', async () => {
    const harness = await openCache([widget('a', 'one', '1'), widget('b', 'two', '2'), widget('c', undefined, '3')]);
    expect([harness.names('one'), harness.names('two'), harness.names('not-the-controller')]).toEqual([
      ['a@1'],
      ['b@2'],
      [],
    ]);
    await harness.say('ADDED', widget('d', 'one', '11'));
    await harness.say('MODIFIED', widget('a', 'one', '12'));
    await harness.say('DELETED', widget('b', 'two', '13'));
    expect([harness.names('one'), harness.names('two')]).toEqual([['a@12', 'd@11'], []]);
    await harness.close();
  });

  test('under their new owner after a change of the owner', async () => {
    const harness = await openCache([widget('a', 'one', '1')]);
    await harness.say('MODIFIED', widget('a', 'two', '11'));
    expect([harness.names('one'), harness.names('two')]).toEqual([[], ['a@11']]);
    await harness.close();
  });

  test('as soon as the response to a write is recorded, and no longer after a deletion event', async () => {
    const harness = await openCache([]);
    harness.mutations.record(widget('a', 'one', '11'));
    expect(harness.names('one')).toEqual(['a@11']);
    harness.mutations.forget('n/a');
    expect(harness.names('one')).toEqual([]);
    await harness.close();
  });

  test('no longer once the server has reported their deletion, before the watch does', async () => {
    const harness = await openCache([widget('a', 'one', '1'), widget('b', 'one', '2')]);
    harness.mutations.recordDeleted('n/a', 'uid-a');
    harness.mutations.recordDeleted('n/b', 'uid-of-an-earlier-b');
    harness.pass(600_000);
    expect([harness.mutations.get('n/a'), harness.names('one')]).toEqual([undefined, ['b@2']]);
    await harness.say('MODIFIED', widget('a', 'one', '3'));
    expect(harness.names('one')).toEqual(['b@2']);
    await harness.say('DELETED', widget('a', 'one', '4'));
    await harness.say('ADDED', {
      ...widget('a', 'one', '5'),
      metadata: { ...widget('a', 'one', '5').metadata, uid: 'new' },
    });
    expect(harness.names('one')).toEqual(['b@2', 'a@5']);
    await harness.close();
  });

  test('no longer once the server has reported the deletion of objects that the watch has not reported yet', async () => {
    const harness = await openCache([]);
    harness.mutations.record(widget('a', 'one', '11'));
    harness.mutations.recordDeleted('n/a', 'uid-a');
    harness.mutations.recordDeleted('n/a', 'uid-of-a-second-a');
    await harness.say('ADDED', widget('a', 'one', '11'));
    expect([harness.mutations.get('n/a'), harness.names('one')]).toEqual([undefined, []]);
    await harness.close();
  });

  test('in the list of all objects too', async () => {
    const harness = await openCache([widget('a', 'one', '1'), widget('b', 'one', '2'), widget('c', 'one', '3')]);
    harness.mutations.record(widget('b', 'one', '11'));
    harness.mutations.record(widget('d', undefined, '12'));
    harness.mutations.recordDeleted('n/c', 'uid-c');
    const listed = harness.mutations
      .list()
      .map(({ metadata }) => `${metadata.name ?? ''}@${metadata.resourceVersion ?? ''}`);
    expect(listed).toEqual(['a@1', 'b@11', 'd@12']);
    await harness.close();
  });

  test('by the other listeners if one listener throws', async () => {
    const error = new Error('listener is broken');
    const keys: string[] = [];
    const failingListener = (): void => {
      throw error;
    };
    const harness = await openCache(
      [widget('a', 'one', '1'), widget('b', 'one', '2')],
      [failingListener, (key) => void keys.push(key)],
    );
    expect(keys).toEqual(['n/a', 'n/b']);
    expect(harness.names('one')).toEqual(['a@1', 'b@2']);
    expect(harness.errors).toEqual([error, error]);
    await harness.close();
  });

  test('for a minute if no watch event confirms them, counted from the last record of each', async () => {
    const harness = await openCache([]);
    for (const name of ['a', 'b']) harness.mutations.record(widget(name, 'one', '11'));
    harness.pass(59_000);
    harness.mutations.record(widget('a', 'one', '12'));
    harness.pass(2000);
    expect(harness.names('one')).toEqual(['a@12']);
    harness.pass(59_000);
    expect(harness.names('one')).toEqual([]);
    await harness.close();
  });
});
