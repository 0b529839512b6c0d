/** Crashes and disk failures at any point: acknowledged and observed writes survive. */

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ClusterError } from '../../src/platform/cluster-error.js';
import type { KubeObject } from '../../src/model/json.js';
import type { Store } from '../../src/storage/memory/store.js';
import { diskError, MemoryDisk, yieldToEventLoop, type Choose } from '../support/memory-disk.js';
import { configMap, openOn, GROUP_RESOURCE } from '../support/stored-objects.js';

const NAMES = ['a', 'b', 'c', 'd'];
const LIMITS = { segmentBytes: 1500, chunkBytes: 200 };

/** A write, or a pause in which pending writes may be committed. */
interface Step {
  readonly name: string;
  readonly kind: 'put' | 'remove' | 'pause';
}

const steps = fc.array(
  fc.record({
    name: fc.constantFrom(...NAMES),
    kind: fc.constantFrom<Step['kind']>('put', 'put', 'put', 'remove', 'pause'),
  }),
  { minLength: 5, maxLength: 60 },
);

/** Returns choices from a list of numbers, cyclically. */
function chooser(numbers: readonly number[]): Choose {
  let index = 0;
  return (limit) => {
    index += 1;
    return (numbers[index % numbers.length] ?? 0) % limit;
  };
}

/** A state of an object, with a unique number; undefined if it is deleted. */
interface State {
  readonly n: number | undefined;
}

/** Records all writes, and the states that clients, watchers and readers observed. */
class WriteHistory {
  readonly violations: string[] = [];
  /** States by name, in order, starting with the last observed one. */
  readonly #possibleStates = new Map<string, State[]>(NAMES.map((name) => [name, [{ n: undefined }]]));
  readonly #served = new Map<number, string>();
  #written = 0;

  /** Records the states that a store serves from now on. */
  watch(store: Store): void {
    for (const name of NAMES) {
      const object = store.collection(GROUP_RESOURCE).get('default', name);
      this.#recordObserved(name, ({ n }) => n === numberOf(object));
      if (object) this.#serve(Number(object.metadata.resourceVersion), object);
    }
    let last = store.revision;
    store.onChange(({ revision, object }) => {
      if (revision <= last) this.violations.push(`revision ${revision} was announced after ${last}`);
      last = revision;
      this.#serve(revision, object);
    });
  }

  async write(store: Store, { kind, name }: Step): Promise<void> {
    const oldObject = store.latest(GROUP_RESOURCE).get('default', name);
    if (kind === 'remove' && !oldObject) return;
    this.#written += 1;
    const state: State = { n: kind === 'put' ? this.#written : undefined };
    this.#possibleStates.get(name)?.push(state);
    const stored =
      oldObject && kind === 'remove'
        ? store.remove(GROUP_RESOURCE, oldObject)
        : store.put(GROUP_RESOURCE, configMap(name, state.n));
    const settled = store.settled();
    store.onChange(({ revision }) => {
      if (String(revision) === stored.metadata.resourceVersion)
        this.#recordObserved(name, (observed) => observed === state);
    });
    try {
      await settled;
    } catch {
      return; // may be durable, if the process crashes before truncating the log
    }
    if (store.revision < Number(stored.metadata.resourceVersion)) this.violations.push(`answered ahead of ${state.n}`);
    this.#recordObserved(name, (observed) => observed === state, true);
  }

  /** Checks that opening a storage failed because of an injected failure, not because of damage. */
  checkInjected(cause: unknown): undefined {
    if (!(cause instanceof ClusterError) || cause.code !== 'DATA_DIR_UNUSABLE') this.violations.push(String(cause));
  }

  /** Records an observed state: older states must not be found later. */
  #recordObserved(name: string, isObserved: (state: State) => boolean, canBeOlder = false): void {
    const states = this.#possibleStates.get(name) ?? [];
    const index = states.findIndex(isObserved);
    if (index >= 0) states.splice(0, index);
    else if (!canBeOlder) this.violations.push(`${name} is not one of ${states.map(({ n }) => n).join()}`);
  }

  #serve(revision: number, object: KubeObject): void {
    const text = JSON.stringify(object);
    const known = this.#served.get(revision);
    if (known !== undefined && known !== text) this.violations.push(`${revision} was ${known} and is ${text}`);
    this.#served.set(revision, text);
  }
}

const numberOf = (object: KubeObject | undefined): number | undefined =>
  object && (object['data'] as { readonly n: number }).n; // as created by configMap

const never = new Promise<void>(() => undefined);

/** Makes a disk hang after `stopAt` operations, and fail the operations in `failing`. */
function fail(disk: MemoryDisk, faults: { readonly stopAt: number; readonly failing: readonly number[] }): void {
  let count = 0;
  disk.beforeOperation = ({ name, kind }) => {
    count += 1;
    if (count >= faults.stopAt) return never;
    if (faults.failing.includes(count)) throw diskError(kind === 'write' ? 'ENOSPC' : 'EIO', name);
    return undefined;
  };
}

/** Writes until the disk hangs. Resolves with the disk as left by a process exit or a power failure. */
async function run(
  disk: MemoryDisk,
  writeHistory: WriteHistory,
  history: readonly Step[],
  choose: Choose,
  isKilled: boolean,
): Promise<MemoryDisk> {
  const opening = openOn(disk, { limits: LIMITS });
  const opened = await Promise.race([
    opening.catch((cause: unknown) => writeHistory.checkInjected(cause)),
    yieldToEventLoop()
      .then(yieldToEventLoop)
      .then(() => undefined),
  ]);
  if (opened) {
    writeHistory.watch(opened.store);
    for (const step of history) {
      if (step.kind === 'pause') await yieldToEventLoop();
      else void writeHistory.write(opened.store, step);
    }
    await yieldToEventLoop();
    await yieldToEventLoop();
  }
  return isKilled ? disk : disk.afterCrash(choose);
}

const writes = (count: number): Step[] => Array.from({ length: count }, () => ({ name: 'a', kind: 'put' }));

/** A process fails to sync data that the previous one left in the page cache, and the next one finds it there. */
const SYNC_LOST_BEFORE_KILL = [
  { stopAt: 10, failing: [], isKilled: false, choices: [0, 821, 0], writeBytes: Number.POSITIVE_INFINITY },
  { stopAt: 25, failing: [], isKilled: true, choices: [0, 0, 0], writeBytes: 7 },
  { stopAt: 3, failing: [2], isKilled: true, choices: [0, 0, 0], writeBytes: 7 },
  { stopAt: 7, failing: [], isKilled: false, choices: [0, 0, 944], writeBytes: 7 },
].map((life) => ({ ...life, history: writes(5) }));

test('acknowledged and observed writes survive crashes at any point, also during recovery', async () => {
  const life = fc.record({
    history: steps,
    stopAt: fc.integer({ min: 1, max: 150 }),
    failing: fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 4 }),
    isKilled: fc.boolean(),
    choices: fc.array(fc.nat(1000), { minLength: 3, maxLength: 20 }),
    writeBytes: fc.constantFrom(7, 64, Number.POSITIVE_INFINITY),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), async (lives) => {
      const writeHistory = new WriteHistory();
      let disk = new MemoryDisk();
      for (const { history, stopAt, failing, choices, writeBytes, isKilled } of lives) {
        const choose = chooser(choices);
        disk.choose = choose;
        disk.writeBytes = writeBytes;
        fail(disk, { stopAt, failing });
        disk = await run(disk, writeHistory, history, choose, isKilled);
      }
      disk.beforeOperation = () => undefined;
      const { store, close } = await openOn(disk, { limits: LIMITS });
      writeHistory.watch(store);
      await close();
      expect(writeHistory.violations).toEqual([]);
    }),
    { numRuns: 200, examples: [[SYNC_LOST_BEFORE_KILL]] },
  );
});
