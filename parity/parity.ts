/**
 * `npm run parity -- FOLDER`: plays recorded cases and says where what happens here is not what was recorded.
 *
 *     npm run parity -- ../oracle/v0.9.2/cases                       on the embedded cluster
 *     npm run parity -- ../oracle/v0.9.2/cases --kubeconfig FILE     on that Kubernetes (or KUBECONFIG)
 *
 * With `--docs` what is found goes into docs/parity.md. Exits with 1 when a case differs in a way that accepted.ts does not list.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { embeddedPlace } from './embedded.js';
import { kubernetesPlace } from './kubernetes.js';
import { parityPage } from './page.js';
import { play } from './play.js';
import type { Place } from './place.js';
import { NoCases, readRecordings, type Recording } from './recording.js';
import { reportOf } from './report.js';
import { keepResults } from './results.js';
import { judge, staleRules, type Verdict } from './verdict.js';

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

async function placeFor(folder: string, recordings: readonly Recording[]): Promise<Place> {
  const real = values.kubeconfig !== undefined || (Boolean(process.env.KUBECONFIG) && values.embedded !== true);
  if (!real) return embeddedPlace(folder, recordings);
  return kubernetesPlace(folder, {
    ...(values.kubeconfig !== undefined && { kubeconfig: values.kubeconfig }),
    controller: values['no-controller'] !== true,
  });
}

/** Plays all, so many at a time, those that took longest when recorded first. */
async function playAll(recordings: readonly Recording[], place: Place, jobs: number): Promise<readonly Verdict[]> {
  const waiting = recordings.toSorted((a, b) => a.outcome.seconds - b.outcome.seconds);
  const verdicts: Verdict[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      verdicts.push(await verdictOf(next, place));
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return verdicts.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A case that cannot be played differs, and the others go on. */
async function verdictOf(recording: Recording, place: Place): Promise<Verdict> {
  try {
    const { outcome, places } = await play(recording, place);
    return judge(recording, outcome, { where: place.where, places });
  } catch (cause) {
    const { name, outcome } = recording;
    const got = cause instanceof Error ? cause.message : String(cause);
    return { name, note: outcome.note, seconds: 0, differences: [{ path: 'cannot be played', got }], accepted: [] };
  }
}

async function main(): Promise<number> {
  const [folder] = positionals;
  if (folder === undefined) throw new NoCases(`no folder of cases named\n${USAGE}`);
  if (values.docs === true && values.case) throw new NoCases('--docs needs all cases: leave --case out');
  const recordings = readRecordings(folder, values.case);
  const began = performance.now();
  const place = await placeFor(folder, recordings);
  try {
    const verdicts = await playAll(recordings, place, Number(values.jobs ?? (place.where === 'embedded' ? 8 : 4)));
    const stale = values.case === undefined ? staleRules(verdicts, place.where) : [];
    if (values.docs === true) {
      keepResults(readRecordings(folder), verdicts, place.where);
      writeFileSync(join(import.meta.dirname, '../docs/parity.md'), parityPage());
    }
    if (values.output === 'json') console.log(JSON.stringify({ where: place.where, verdicts }, undefined, 2));
    else for (const line of reportOf(verdicts, stale, (performance.now() - began) / 1000)) console.log(line);
    return verdicts.some(({ differences }) => differences.length > 0) ? 1 : 0;
  } finally {
    await place.close();
  }
}

try {
  process.exitCode = await main();
} catch (cause) {
  if (!(cause instanceof NoCases)) throw cause;
  console.error(cause.message);
  process.exitCode = 2;
}
