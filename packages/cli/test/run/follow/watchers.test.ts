import { describe, expect, test } from '@jest/globals';
import { Watchers } from '../../../src/run/follow/watchers.js';

const aMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('those who wait for a change', () => {
  test('are woken by what they wait for alone: a change costs as much among thousands as among a few', async () => {
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

  test('look once for many changes that come together', async () => {
    const watchers = new Watchers();
    let looks = 0;
    void watchers.until(['pod', 'run'], () => void (looks += 1));
    for (const subject of ['pod', 'run', 'pod', 'run', 'something else']) watchers.changed(subject);
    await aMoment();
    expect(looks).toBe(2); // including the initial one
    watchers.stop();
  });

  test('look a last time when nobody waits any more, and so does who comes later', async () => {
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
