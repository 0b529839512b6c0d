/**
 * From a command line to a run that can start: everything is read and checked, and nothing has begun.
 */

import type { RunRequest } from '../run-options.js';
import { hasErrors, inReadingOrder, type Finding } from '../../diagnostics/finding.js';
import { checkWithObjects, findingsIn } from '../../lint/check.js';
import { loadDefaults } from '../../manifests/default-folders.js';
import { UNRESOLVED_REFERENCES } from '../../lint/reference-codes.js';
import type { JsonObject } from '../../json.js';
import { loadManifests, secretsIn, type Manifest, type Manifests } from '../../manifests/load.js';
import { followedBy, tasksOf } from '../select/reachable-tasks.js';
import { missingFor } from './requirements.js';
import {
  localResources,
  resourcesIn,
  type LocalResources,
  type NamedResource,
} from '../../stand-ins/local-resources.js';
import { isRun, selectRuns, withParams, type PlannedRun } from '../select/select.js';
import { FOUND_AT_START, startRun } from '../select/start-run.js';
import { imagesIn, unusedStandIns } from './unused-stand-ins.js';
import { standInsFor } from '../../config/stand-in-flags.js';
import type { StandIns } from '../../stand-ins/stand-ins.js';

/** A run that can start, or the findings that stop it. */
export interface Prepared {
  readonly findings: readonly Finding[];
  /** What was read, where the command line did not say. */
  readonly note?: string | undefined;
  /** Everything to create before the runs. */
  readonly manifests: readonly Manifest[];
  readonly runs: readonly PlannedRun[];
  /** The Secrets of the manifests, also of those that are not run: findings may quote them. */
  readonly secrets: readonly JsonObject[];
  readonly standIns: StandIns;
  /** What the objects of the runs name as images; a name may have variables. */
  readonly images: readonly string[];
  readonly configFile?: string | undefined;
  readonly local: LocalResources;
  /** The PipelineResources of the manifests and the runs. */
  readonly resources: readonly NamedResource[];
}

/** What the command line names, or the usual folders have. */
function load(
  { paths, exclude = [] }: RunRequest,
  stdin: (() => Uint8Array) | undefined,
): { readonly loaded: Manifests; readonly paths: readonly string[]; readonly note?: string } {
  return paths.length > 0 ? { loaded: loadManifests(paths, stdin, { exclude }), paths } : loadDefaults(exclude);
}

const NOTHING_LOCAL: LocalResources = { sources: [], images: [], buckets: [], elsewhere: [] };

/** Reads and checks. Throws a UsageError for what the command line itself has wrong. */
export function prepare(asked: RunRequest, stdin?: () => Uint8Array): Prepared {
  const { loaded, paths, note } = load(asked, stdin);
  const { standIns, findings: inConfig, file, place } = standInsFor(asked, paths);
  const secrets = secretsIn(loaded.manifests);
  const stopped = { note, manifests: [], runs: [], secrets, standIns, images: [], local: NOTHING_LOCAL, resources: [] };
  const text = [...loaded.findings, ...inConfig];
  if (hasErrors(text))
    return { ...stopped, findings: inReadingOrder([...inConfig, ...findingsIn(loaded, { externals: 'any' })]) };

  const made = startRun(asked, loaded.manifests, paths);
  if (!made && !loaded.manifests.some(isRun)) {
    const found = findingsIn(loaded, { externals: 'any' }); // the kind of the run may be misspelt
    if (hasErrors(found)) return { ...stopped, findings: found };
  }
  const selected = made ? [made.run] : selectRuns(loaded.manifests, asked.run, paths);
  const unknown = new Set(made?.unknownParams);
  const params = new Map([...asked.param].filter(([name]) => !unknown.has(name)));
  const runs = withParams(selected, loaded.manifests, params);
  const others = loaded.manifests.filter((manifest) => !isRun(manifest));
  const followed = new Set(runs.flatMap((run) => followedBy(run, loaded.manifests)));
  const given = new Map(runs.map(({ manifest }, index) => [selected[index]?.manifest, manifest]));
  const written = loaded.manifests.flatMap((manifest) => (isRun(manifest) ? (given.get(manifest) ?? []) : [manifest]));
  const judged = made ? [...written, ...runs.map(({ manifest }) => manifest)] : written;
  const checked = checkWithObjects(judged, { externals: 'any' })
    .filter(({ finding, manifest }) => manifest !== runs[0]?.manifest || !made || !FOUND_AT_START.has(finding.code))
    .map(({ finding, manifest }) => (followed.has(manifest) ? needed(finding) : finding));
  const missing = missingFor(runs, loaded.manifests, {
    standIns,
    runtime: asked.runtime,
    isSound: !hasErrors(checked),
  });
  const known = new Set(missing.map(placeAndCode));
  // What the checks only warn of (an account that may exist in a cluster) is here known to be missing.
  const distinct = checked.filter((finding) => finding.severity === 'error' || !known.has(placeAndCode(finding)));
  const resources = resourcesIn(loaded.manifests, runs);
  const flags = { flags: { images: asked.image, resources: asked.source }, place };
  const names = resources.map(({ name }) => name);
  const unused = unusedStandIns(standIns, flags, loaded.manifests, names);
  const findings = inReadingOrder([...text, ...(made?.findings ?? []), ...distinct, ...missing, ...unused]);
  if (hasErrors(findings)) return { ...stopped, findings };
  const local = localResources(standIns, resources);
  const tasks = runs.flatMap((run) => tasksOf(run, loaded.manifests));
  const using = new Set([...followed, ...tasks.map(({ manifest }) => manifest)]);
  const images = [...using].flatMap(({ object }) => imagesIn(object));
  return { findings, note, manifests: others, runs, secrets, standIns, images, configFile: file, local, resources };
}

const placeAndCode = ({ place, code }: Finding): string => JSON.stringify([place, code]);

/** On this machine nothing lives elsewhere: what a run refers to must be there. */
const needed = (finding: Finding): Finding =>
  UNRESOLVED_REFERENCES.has(finding.code) ? { ...finding, severity: 'error' } : finding;
