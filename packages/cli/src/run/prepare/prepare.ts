/**
 * From a command line to a run that can start: everything is read and checked, and nothing has begun.
 */

import type { RunRequest } from '../run-options.js';
import { hasErrors, inReadingOrder, type Finding } from '../../diagnostics/finding.js';
import { checkWithObjects, findingsIn } from '../../lint/check.js';
import { loadDefaultFolders } from '../../manifests/default-folders.js';
import { UNRESOLVED_REFERENCES } from '../../lint/reference-codes.js';
import type { JsonObject } from '../../json.js';
import { loadManifests, secretsIn, type Manifest, type Manifests } from '../../manifests/load.js';
import { followedManifests, reachableTasks } from '../select/reachable-tasks.js';
import type { PipelineResourceModel } from '@pipewright/tekton';
import { TektonObjects } from '../../manifests/tekton-objects.js';
import { missingRequirements } from './requirements.js';
import { localResources, bindingsOf, resourcesIn, type LocalResources } from '../../stand-ins/local-resources.js';
import { isRun, selectRuns, withParams } from '../select/select.js';
import { CHECKED_AT_START, startRun, type CreatedRun } from '../select/start-run.js';
import { imagesIn, unusedStandIns } from './unused-stand-ins.js';
import { standInsFor } from '../../config/stand-in-flags.js';
import type { StandIns } from '../../stand-ins/stand-ins.js';
import type { PlannedRun } from '../select/planned-run.js';

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
  readonly resources: readonly PipelineResourceModel[];
  /** Names of the PipelineResources that the runs bind, and of bindings that embed one. */
  readonly boundResources: ReadonlySet<string>;
  /** The Tekton objects of the manifests. */
  readonly objects: TektonObjects;
}

/** What the command line names, or the usual folders have. */
function load(
  { paths, exclude = [] }: RunRequest,
  stdin: (() => Uint8Array) | undefined,
): { readonly loaded: Manifests; readonly paths: readonly string[]; readonly note?: string } {
  return paths.length > 0 ? { loaded: loadManifests(paths, stdin, { exclude }), paths } : loadDefaultFolders(exclude);
}

const NOTHING_LOCAL: LocalResources = { sources: [], images: [], buckets: [], unansweredUrls: [] };

/** Reads and checks. Throws a UsageError for what the command line itself has wrong. */
export function prepare(request: RunRequest, stdin?: () => Uint8Array): Prepared {
  const { loaded, paths, note } = load(request, stdin);
  const { standIns, findings: inConfig, file, place } = standInsFor(request, paths);
  const secrets = secretsIn(loaded.manifests);
  const objects = new TektonObjects(loaded.manifests);
  const stopped = {
    note,
    manifests: [],
    runs: [],
    secrets,
    standIns,
    images: [],
    local: NOTHING_LOCAL,
    resources: [],
    boundResources: new Set<string>(),
    objects,
  };
  const text = [...loaded.findings, ...inConfig];
  if (hasErrors(text))
    return { ...stopped, findings: inReadingOrder([...inConfig, ...findingsIn(loaded, { externals: 'any' })]) };

  const created = startRun(request, objects, paths);
  if (!created && !loaded.manifests.some(isRun)) {
    const found = findingsIn(loaded, { externals: 'any' }); // the kind of the run may be misspelt
    if (hasErrors(found)) return { ...stopped, findings: found };
  }
  const selected = created ? [created.run] : selectRuns(loaded.manifests, objects, request.run, paths);
  const unknown = new Set(created?.unknownParams);
  const params = new Map([...request.param].filter(([name]) => !unknown.has(name)));
  const runs = withParams(selected, objects, params);
  const others = loaded.manifests.filter((manifest) => !isRun(manifest));
  const followed = new Set(runs.flatMap((run) => followedManifests(run, objects)));
  const checked = checkSelected({ loaded, created, selected, runs, followed });
  const machine = { standIns, runtime: request.runtime, isSound: !hasErrors(checked) };
  const missing = missingRequirements(runs, { manifests: loaded.manifests, objects }, machine);
  const known = new Set(missing.map(placeAndCode));
  // What the checks only warn of (an account that may exist in a cluster) is here known to be missing.
  const distinct = checked.filter((finding) => finding.severity === 'error' || !known.has(placeAndCode(finding)));
  const resources = resourcesIn(objects, runs);
  const flags = { flags: { images: request.image, resources: request.source }, place };
  const names = resources.map(({ name }) => name);
  const unused = unusedStandIns(standIns, flags, loaded.manifests, names);
  const findings = inReadingOrder([...text, ...(created?.findings ?? []), ...distinct, ...missing, ...unused]);
  if (hasErrors(findings)) return { ...stopped, findings };
  return {
    findings,
    note,
    manifests: others,
    runs,
    secrets,
    standIns,
    images: imagesOf(runs, followed, objects),
    configFile: file,
    local: localResources(standIns, resources),
    resources,
    boundResources: new Set(runs.flatMap((run) => boundNames(run, objects))),
    objects,
  };
}

/** What is to run: the manifests, the runs selected from them or created, and the same runs with the params given. */
interface Selection {
  readonly loaded: Manifests;
  readonly created: CreatedRun | undefined;
  readonly selected: readonly PlannedRun[];
  readonly runs: readonly PlannedRun[];
  /** The manifests that the runs follow. */
  readonly followed: ReadonlySet<Manifest>;
}

/** Checks the manifests with the runs in the form in which they start. */
function checkSelected({ loaded, created, selected, runs, followed }: Selection): readonly Finding[] {
  const given = new Map(runs.map(({ manifest }, index) => [selected[index]?.manifest, manifest]));
  const written = loaded.manifests.flatMap((manifest) => (isRun(manifest) ? (given.get(manifest) ?? []) : [manifest]));
  const manifests = created ? [...written, ...runs.map(({ manifest }) => manifest)] : written;
  return checkWithObjects(manifests, { externals: 'any' })
    .filter(
      ({ finding, manifest }) => manifest !== runs[0]?.manifest || !created || !CHECKED_AT_START.has(finding.code),
    )
    .map(({ finding, manifest }) => (followed.has(manifest) ? asRequired(finding) : finding));
}

/** Images that the objects which the runs follow name. */
function imagesOf(
  runs: readonly PlannedRun[],
  followed: ReadonlySet<Manifest>,
  objects: TektonObjects,
): readonly string[] {
  const tasks = runs.flatMap((run) => reachableTasks(run, objects));
  return [...new Set([...followed, ...tasks.map(({ manifest }) => manifest)])].flatMap(({ object }) =>
    imagesIn(object),
  );
}

/** Names of the PipelineResources that a run binds, or of its bindings that embed one. */
function boundNames({ manifest }: PlannedRun, objects: TektonObjects): readonly string[] {
  const model = objects.tryRead(manifest)?.model;
  const bindings = model ? bindingsOf(model) : [];
  return bindings.map(({ name, resource }) => (resource?.kind === 'reference' ? resource.name : name));
}

const placeAndCode = ({ place, code }: Finding): string => JSON.stringify([place, code]);

/** On this machine nothing lives elsewhere: what a run refers to must be there. */
const asRequired = (finding: Finding): Finding =>
  UNRESOLVED_REFERENCES.has(finding.code) ? { ...finding, severity: 'error' } : finding;
