import { describe, expect, test } from '@jest/globals';
import { Watchers } from '../../../src/run/follow/watchers.js';

const aMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('promises that wait for a change', () => {
  test('are evaluated only for their subjects, so the cost of a change does not depend on their number', async () => {
    const watchers = new Watchers();
    const names = Array.from({ length: 1000 }, (_, index) => `task ${String(index)}`);
    const done = new Set<string>();
    let looks = 0;
    const all = names.map((name) =>
      watchers.until([name, 'run'], () => {
        looks += 1;
        return done.has(name) ? name : undefined;
      }),
    );
    for (const name of names) {
      done.add(name);
      watchers.changed(name);
      await aMoment();
    }
    expect(await Promise.all(all)).toEqual(names);
    expect(looks).toBe(2 * names.length);
  });

  test('are evaluated once for concurrent changes', async () => {
    const watchers = new Watchers();
    let looks = 0;
    void watchers.until(['pod', 'run'], () => void (looks += 1));
    for (const subject of ['pod', 'run', 'pod', 'run', 'something else']) watchers.changed(subject);
    await aMoment();
    expect(looks).toBe(2); // including the initial one
    watchers.stop();
  });

  test('are evaluated a last time after stop, and so are later ones', async () => {
    const watchers = new Watchers();
    let known: string | undefined;
    const [early, late] = [watchers.until(['pod'], () => known), watchers.until(['pod'], () => undefined)];
    known = 'the end';
    watchers.stop();
    expect(await Promise.all([early, late, watchers.until(['pod'], () => known)])).toEqual([
      'the end',
      undefined,
      'the end',
    ]);
  });
});
