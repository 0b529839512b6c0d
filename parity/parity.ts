/**
 * `npm run parity -- FOLDER`: replays recorded cases and prints the differences from the recordings.
 *
 *     npm run parity -- ../oracle/v0.9.2/cases                       on the embedded cluster
 *     npm run parity -- ../oracle/v0.9.2/cases --kubeconfig FILE     on that Kubernetes (or KUBECONFIG)
 *
 * With `--docs` the results are written to docs/parity.md. The exit status is 1 if a case has a difference that accepted.ts does not list.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { embeddedCluster } from './embedded.js';
import { kubernetesCluster } from './kubernetes.js';
import { parityPage } from './page.js';
import { replay } from './replay.js';
import type { ParityCluster } from './parity-cluster.js';
import { NoCasesError, readRecordings, type Recording } from './recording.js';
import { RELEASES } from './releases.js';
import { reportOf } from './report.js';
import { updateResults } from './results.js';
import { compareCase, staleRules, type Comparison } from './comparison.js';

const USAGE = `npm run parity -- FOLDER [--case NAME]… [--kubeconfig FILE | --embedded] [--no-controller] [--jobs N] [--docs] [-o json]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: 'string', multiple: true },
    kubeconfig: { type: 'string' },
    embedded: { type: 'boolean' },
    'no-controller': { type: 'boolean' },
    jobs: { type: 'string' },
    docs: { type: 'boolean' },
    output: { type: 'string', short: 'o' },
  },
});

const isReal = values.kubeconfig !== undefined || (Boolean(process.env.KUBECONFIG) && values.embedded !== true);

async function clusterFor(folder: string, recordings: readonly Recording[]): Promise<ParityCluster> {
  if (!isReal) return embeddedCluster(folder, recordings);
  return kubernetesCluster(folder, {
    ...(values.kubeconfig !== undefined && { kubeconfig: values.kubeconfig }),
    controller: values['no-controller'] !== true,
  });
}

/**
 * Returns the cases that one cluster replays: all on a Kubernetes, where each case has a controller of its own. The embedded cluster has
 * one controller and one admission, so cases with different settings need different clusters.
 */
function groupsOf(recordings: readonly Recording[]): readonly (readonly Recording[])[] {
  if (isReal) return [recordings];
  const groups = new Map<string, Recording[]>();
  for (const recording of recordings) {
    const key = JSON.stringify(recording.config);
    groups.set(key, [...(groups.get(key) ?? []), recording]);
  }
  return [...groups.values()];
}

/** Replays all cases, `jobs` at a time, starting with those that took longest in the recording. */
async function replayAll(folder: string, recordings: readonly Recording[]): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const group of groupsOf(recordings)) {
    const cluster = await clusterFor(folder, group);
    const waiting = group.toSorted((a, b) => a.outcome.seconds - b.outcome.seconds);
    const worker = async (): Promise<void> => {
      for (let next = waiting.pop(); next; next = waiting.pop()) comparisons.push(await compareReplay(next, cluster));
    };
    try {
      await Promise.all(Array.from({ length: Number(values.jobs ?? (isReal ? 4 : 8)) }, worker));
    } finally {
      await cluster.close();
    }
  }
  return comparisons.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Replays and compares a case. A failed replay is a difference, and the other cases continue. */
async function compareReplay(recording: Recording, cluster: ParityCluster): Promise<Comparison> {
  try {
    const { outcome, addresses } = await replay(recording, cluster);
    return compareCase(recording, outcome, { where: cluster.where, addresses });
  } catch (cause) {
    const { name, outcome } = recording;
    const got = cause instanceof Error ? cause.message : String(cause);
    return { name, note: outcome.note, seconds: 0, differences: [{ path: 'cannot be replayed', got }], accepted: [] };
  }
}

async function main(): Promise<number> {
  const [folder] = positionals;
  if (folder === undefined) throw new NoCasesError(`no folder of cases named\n${USAGE}`);
  if (values.docs === true && values.case) throw new NoCasesError('--docs needs all cases: leave --case out');
  const recordings = readRecordings(folder, values.case);
  const began = performance.now();
  const comparisons = await replayAll(folder, recordings);
  const where = isReal ? 'kubernetes' : 'embedded';
  const releases = new Set(recordings.map(({ release }) => release));
  const rules = [...releases].flatMap((release) => RELEASES[release].accepted);
  const stale = values.case === undefined ? staleRules(comparisons, where, rules) : [];
  if (values.docs === true) {
    updateResults(readRecordings(folder), comparisons, where);
    writeFileSync(join(import.meta.dirname, '../docs/parity.md'), parityPage());
  }
  if (values.output === 'json') console.log(JSON.stringify({ where, comparisons }, undefined, 2));
  else for (const line of reportOf(comparisons, stale, (performance.now() - began) / 1000)) console.log(line);
  return comparisons.some(({ differences }) => differences.length > 0) ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (cause) {
  if (!(cause instanceof NoCasesError)) throw cause;
  console.error(cause.message);
  process.exitCode = 2;
}
