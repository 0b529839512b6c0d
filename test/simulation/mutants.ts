/**
 * Mutants: known defects that are restored in the sources while they are loaded, to check that the simulation detects them.
 *
 * When a replaced text has changed, update it here; when the code can no longer have the defect, remove the mutant.
 */

import { readFile } from 'node:fs/promises';
import type { Level } from './seeds.js';
import { runInWorkers, type WorkersOptions } from './worker-pool.js';

/** One change of one file. */
export interface Edit {
  readonly file: string;
  /** Occurs exactly once. */
  readonly before: string;
  readonly after: string;
}

/** A defect. */
export interface Mutant {
  readonly name: string;
  readonly level: Level;
  /** How many seeds are searched. */
  readonly seeds: number;
  readonly edits: readonly Edit[];
}

const STORAGE = 'packages/cluster/src/storage';
const NODE = 'packages/cluster/src/node';
const API = 'packages/cluster/src/api';
const CONTROLLER = 'packages/controller/src';

const SNAPSHOT_UNVERIFIED = {
  file: `${STORAGE}/journal/snapshot.ts`,
  before: '    await verify(disk, written, options.signal);\n',
  after: '',
};

const EARLY_ANNOUNCEMENT: readonly Edit[] = [
  {
    file: `${STORAGE}/journal/group-commit.ts`,
    before: '    this.#queue.push({ change, groupResource, text });\n',
    after:
      '    this.#queue.push({ change, groupResource, text });\n    this.#options.store.commit(change, groupResource);\n',
  },
  {
    file: `${STORAGE}/journal/group-commit.ts`,
    before: '        this.#options.store.commit(change, groupResource);\n      }\n      while',
    after: '      }\n      while',
  },
];

/** Defects that earlier versions had, in the order of their report. */
export const REPORTED: readonly Mutant[] = [
  {
    name: 'the count of a short write of the snapshot is ignored, and the log is removed',
    level: 'storage',
    seeds: 100,
    edits: [
      SNAPSHOT_UNVERIFIED,
      {
        file: `${STORAGE}/journal/snapshot.ts`,
        before: 'await writeFully(file, encoded.bytes, offset);',
        after: 'await file.write(encoded.bytes, offset);',
      },
    ],
  },
  {
    name: 'after a failed append the next record follows the torn one',
    level: 'storage',
    seeds: 100,
    edits: [
      {
        file: `${STORAGE}/journal/write-ahead-log.ts`,
        before: 'await this.#file.truncate(this.length.offset);',
        after: '',
      },
      {
        file: `${STORAGE}/journal/write-ahead-log.ts`,
        before: 'await writeFully(this.#file, bytes, length.offset);',
        after: 'await writeFully(this.#file, bytes, await this.#file.size());',
      },
    ],
  },
  {
    name: 'a failed rotation returns an error for writes that took effect',
    level: 'storage',
    seeds: 100,
    edits: [
      {
        file: `${STORAGE}/journal/group-commit.ts`,
        before:
          '      while ((this.#waiters[0]?.revision ?? Number.POSITIVE_INFINITY) <= revision) this.#waiters.shift()?.resolve();\n      await this.#options.afterBatch();',
        after:
          '      try {\n        await this.#options.afterBatch();\n      } catch (cause) {\n        this.#rollBack(cause);\n      }\n      while ((this.#waiters[0]?.revision ?? Number.POSITIVE_INFINITY) <= revision) this.#waiters.shift()?.resolve();',
      },
      {
        file: `${STORAGE}/journal/checkpointer.ts`,
        before: '    } catch (cause) {\n      this.#failed(cause);\n      return;\n    }',
        after: '    } catch (cause) {\n      throw cause;\n    }',
      },
    ],
  },
  {
    name: 'changes are announced before they are durable',
    level: 'storage',
    seeds: 100,
    edits: EARLY_ANNOUNCEMENT,
  },
  {
    name: 'changes are announced before they are durable',
    level: 'system',
    seeds: 100,
    edits: EARLY_ANNOUNCEMENT,
  },
];

/** All mutants. */
export const MUTANTS: readonly Mutant[] = [
  ...REPORTED,
  {
    name: 'the log is not synced',
    level: 'storage',
    seeds: 100,
    edits: [
      {
        file: `${STORAGE}/journal/write-ahead-log.ts`,
        before: '        await this.#file.datasync();\n        await this.#committed.write({',
        after: '        await this.#committed.write({',
      },
    ],
  },
  {
    name: 'the name of a new segment is not synced',
    level: 'storage',
    seeds: 300,
    edits: [{ file: `${STORAGE}/journal/write-ahead-log.ts`, before: '    await disk.syncDirectory();\n', after: '' }],
  },
  {
    name: 'the name of a snapshot is not synced before older files are removed',
    level: 'storage',
    seeds: 300,
    edits: [{ file: `${STORAGE}/journal/snapshot.ts`, before: '  await disk.syncDirectory();\n', after: '' }],
  },
  {
    name: 'a snapshot is not synced',
    level: 'storage',
    seeds: 300,
    edits: [
      {
        file: `${STORAGE}/journal/snapshot.ts`,
        before: '    await file.datasync();\n  } finally {',
        after: '  } finally {',
      },
    ],
  },
  {
    name: 'the committed length is not checked',
    level: 'storage',
    seeds: 300,
    edits: [
      {
        file: `${STORAGE}/journal/recovery.ts`,
        before: '  if (isLast && end.cursor.offset < committed.offset) throw damagedRecord(path, end);\n',
        after: '',
      },
      {
        file: `${STORAGE}/journal/recovery.ts`,
        before: 'if (isLast && acknowledged.chain !== committed.chain) {',
        after: 'if (false as boolean) {',
      },
    ],
  },
  {
    name: 'writes are acknowledged before the committed length is durable',
    level: 'storage',
    seeds: 300,
    edits: [
      {
        file: `${STORAGE}/journal/committed-file.ts`,
        before: '    await this.#file.datasync();\n    this.#durable = { index, sequence, length };',
        after: '    this.#durable = { index, sequence, length };',
      },
    ],
  },
  {
    name: 'a tail that was never synced is served after a restart',
    level: 'storage',
    seeds: 2000,
    edits: [
      {
        file: `${STORAGE}/journal/recovery.ts`,
        before: 'await rewriteTail(file, end, committed.length);',
        after: 'await file.datasync();',
      },
    ],
  },
  {
    name: 'revisions start again after a restart',
    level: 'storage',
    seeds: 20,
    edits: [
      {
        file: `${STORAGE}/journal/recovery.ts`,
        before: 'store.resume(end.revision);',
        after: 'store.resume(end.revision - 1);',
      },
    ],
  },
  {
    name: 'a watch loses changes between its request and its response',
    level: 'storage',
    seeds: 100,
    edits: [
      {
        file: `${API}/verbs/watch.ts`,
        before: 'for (const change of [...missed, ...(collection.since(startRevision) ?? [])]) push(change);',
        after: 'for (const change of missed.slice(1)) push(change);',
      },
    ],
  },
  {
    name: 'a deleted pod is created again',
    level: 'system',
    seeds: 300,
    edits: [
      { file: `${CONTROLLER}/taskrun/plan.ts`, before: '  if (status.podName) {', after: '  if (false as boolean) {' },
    ],
  },
  {
    name: 'a pod deleted before the status named it is created again',
    level: 'system',
    seeds: 1000,
    edits: [
      {
        file: `${CONTROLLER}/edge/reconcilers/start-attempt.ts`,
        before: "  if (before) return { kind: 'created', pod: before };\n",
        after: '',
      },
    ],
  },
  {
    name: 'the controller uses a deleted pod while its watch is late',
    level: 'system',
    seeds: 1000,
    edits: [
      {
        file: `${CONTROLLER}/edge/mutation-cache.ts`,
        before: '    this.#deletedUids.add(uid);\n',
        after: '',
      },
    ],
  },
  {
    name: 'the node starts pods of an earlier process again',
    level: 'system',
    seeds: 300,
    edits: [
      {
        file: `${NODE}/node.ts`,
        before: 'const status = atStart && !isFinished(pod) ? lostStatus(pod, this.#context.clock.now()) : undefined;',
        after: 'const status = undefined;',
      },
    ],
  },
  {
    name: 'a deletion is confirmed once, regardless of the response',
    level: 'system',
    seeds: 500,
    edits: [
      {
        file: `${NODE}/persistent-request.ts`,
        before: '      if (!again) return undefined;',
        after: '      return undefined;',
      },
    ],
  },
  {
    name: 'dependents of a deleted owner remain',
    level: 'system',
    seeds: 20,
    edits: [
      {
        file: 'packages/cluster/src/controllers/garbage-collector.ts',
        before:
          '    for (const each of this.#dependents.get(object.metadata.uid)?.values() ?? []) this.#enqueue(each);\n',
        after: '',
      },
    ],
  },
  {
    name: 'a TaskRun is not requeued at its timeout',
    level: 'system',
    seeds: 200,
    edits: [
      {
        file: `${CONTROLLER}/taskrun/plan.ts`,
        before: '  return deadline ? { ...decision, requeueAt: earlierOf(decision.requeueAt, deadline) } : decision;',
        after: '  return decision;',
      },
    ],
  },
];

/** Returns the mutant of a name. Throws if it does not exist. */
export function findMutant(name: string): Mutant {
  const found = MUTANTS.find((mutant) => mutant.name === name);
  if (!found)
    throw new Error(`unknown mutant "${name}"; the mutants are: ${MUTANTS.map((mutant) => mutant.name).join('; ')}`);
  return found;
}

/** Returns the options of workers that load the sources with a mutant's edits. */
export const mutated = ({ edits }: Mutant): Pick<WorkersOptions, 'execArgv' | 'env'> => ({
  execArgv: ['--import', new URL('mutate.js', import.meta.url).href],
  env: { PIPEWRIGHT_MUTANT: JSON.stringify(edits) },
});

/** The result of a search for a mutant. */
export interface SearchResult {
  /** How many seeds were simulated. */
  readonly seeds: number;
  /** The lowest seed that violates a rule, and that rule; undefined if there is none. */
  readonly found: { readonly seed: number; readonly oracle: string } | undefined;
}

/** Simulates seeds with a mutant until one violates a rule, at most `mutant.seeds`. */
export async function detect(mutant: Mutant, workers?: number): Promise<SearchResult> {
  await checkEdits(mutant);
  let seed = 0;
  let found: SearchResult['found'];
  await runInWorkers({
    ...mutated(mutant),
    ...(workers !== undefined && { count: workers }),
    next: () => (found || seed >= mutant.seeds ? undefined : { level: mutant.level, seed: (seed += 1), twice: false }),
    done: (request, { violations: [first] }) => {
      if (first && request.seed < (found?.seed ?? Infinity)) found = { seed: request.seed, oracle: first.oracle };
    },
  });
  return { seeds: seed, found };
}

/** Throws unless the sources contain each replaced text exactly once: otherwise a worker could not load them. */
export async function checkEdits({ name, edits }: Mutant): Promise<void> {
  for (const { file, before } of edits) {
    const source = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
    const count = source.split(before).length - 1;
    if (count !== 1) throw new Error(`mutant "${name}": ${file} contains ${count} times, not once: ${before}`);
  }
}
