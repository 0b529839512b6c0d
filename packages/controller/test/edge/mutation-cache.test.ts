import { describe, expect, test } from '@jest/globals';
import { openMutationCache, widget } from '../support/mutation-cache-harness.js';

describe('the objects that an owner controls are found', () => {
  test('by the uid of their controller, after they were listed, changed and deleted', async () => {
    const harness = await openMutationCache({
      listed: [widget('a', 'one', '1'), widget('b', 'two', '2'), widget('c', undefined, '3')],
    });
    expect([harness.names('one'), harness.names('two'), harness.names('not-the-controller')]).toEqual([
      ['a@1'],
      ['b@2'],
      [],
    ]);
    await harness.sendEvent('ADDED', widget('d', 'one', '11'));
    await harness.sendEvent('MODIFIED', widget('a', 'one', '12'));
    await harness.sendEvent('DELETED', widget('b', 'two', '13'));
    expect([harness.names('one'), harness.names('two')]).toEqual([['a@12', 'd@11'], []]);
    await harness.close();
  });

  test('under their new owner after a change of the owner', async () => {
    const harness = await openMutationCache({ listed: [widget('a', 'one', '1')] });
    await harness.sendEvent('MODIFIED', widget('a', 'two', '11'));
    expect([harness.names('one'), harness.names('two')]).toEqual([[], ['a@11']]);
    await harness.close();
  });

  test('as soon as the response to a write is recorded, and no longer after a deletion event', async () => {
    const harness = await openMutationCache();
    harness.cache.record(widget('a', 'one', '11'));
    expect(harness.names('one')).toEqual(['a@11']);
    harness.cache.forget('n/a');
    expect(harness.names('one')).toEqual([]);
    await harness.close();
  });

  test('no longer once the server has reported their deletion, before the watch does', async () => {
    const harness = await openMutationCache({ listed: [widget('a', 'one', '1'), widget('b', 'one', '2')] });
    harness.cache.recordDeleted('n/a', 'uid-a');
    harness.cache.recordDeleted('n/b', 'uid-of-an-earlier-b');
    harness.advance(600_000);
    expect([harness.cache.get('n/a'), harness.names('one')]).toEqual([undefined, ['b@2']]);
    await harness.sendEvent('MODIFIED', widget('a', 'one', '3'));
    expect(harness.names('one')).toEqual(['b@2']);
    await harness.sendEvent('DELETED', widget('a', 'one', '4'));
    await harness.sendEvent('ADDED', {
      ...widget('a', 'one', '5'),
      metadata: { ...widget('a', 'one', '5').metadata, uid: 'new' },
    });
    expect(harness.names('one')).toEqual(['b@2', 'a@5']);
    await harness.close();
  });

  test('no longer once the server has reported the deletion of objects that the watch has not reported yet', async () => {
    const harness = await openMutationCache();
    harness.cache.record(widget('a', 'one', '11'));
    harness.cache.recordDeleted('n/a', 'uid-a');
    harness.cache.recordDeleted('n/a', 'uid-of-a-second-a');
    await harness.sendEvent('ADDED', widget('a', 'one', '11'));
    expect([harness.cache.get('n/a'), harness.names('one')]).toEqual([undefined, []]);
    await harness.close();
  });

  test('in the list of all objects too', async () => {
    const harness = await openMutationCache({
      listed: [widget('a', 'one', '1'), widget('b', 'one', '2'), widget('c', 'one', '3')],
    });
    harness.cache.record(widget('b', 'one', '11'));
    harness.cache.record(widget('d', undefined, '12'));
    harness.cache.recordDeleted('n/c', 'uid-c');
    const listed = harness.cache
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
    const harness = await openMutationCache({
      listed: [widget('a', 'one', '1'), widget('b', 'one', '2')],
      listeners: [failingListener, (key) => void keys.push(key)],
    });
    expect(keys).toEqual(['n/a', 'n/b']);
    expect(harness.names('one')).toEqual(['a@1', 'b@2']);
    expect(harness.errors).toEqual([error, error]);
    await harness.close();
  });

  test('for a minute if no watch event confirms them, counted from the last record of each', async () => {
    const harness = await openMutationCache();
    for (const name of ['a', 'b']) harness.cache.record(widget(name, 'one', '11'));
    harness.advance(59_000);
    harness.cache.record(widget('a', 'one', '12'));
    harness.advance(2000);
    expect(harness.names('one')).toEqual(['a@12']);
    harness.advance(59_000);
    expect(harness.names('one')).toEqual([]);
    await harness.close();
  });
});
