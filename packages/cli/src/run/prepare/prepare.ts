/** Prepares a run from a command line: reads and checks everything, but starts nothing. */

import type { RunRequest } from '../run-options.js';
import { hasErrors, inReadingOrder, type Finding } from '../../diagnostics/finding.js';
import { checkWithObjects, findingsIn } from '../../lint/check.js';
import { loadDefaultFolders } from '../../manifests/default-folders.js';
import { UNRESOLVED_REFERENCES } from '../../lint/reference-codes.js';
import { UsageError } from '../../diagnostics/usage-error.js';
import { isTekton } from '../../manifests/identity.js';
import { textAt, type JsonObject } from '../../json.js';
import { loadManifests, secretObjects, type Manifest, type Manifests } from '../../manifests/load.js';
import { followedManifests, reachableTasks } from '../select/reachable-tasks.js';
import { isExecuted, type PipelineResourceModel } from '@pipewright/tekton';
import { TektonObjects } from '../../manifests/tekton-objects.js';
import { missingRequirements } from './requirements.js';
import { localResources, bindingsOf, resourcesIn, type LocalResources } from '../../stand-ins/local-resources.js';
import { isRunManifest, selectRuns, withCommandLineParams } from '../select/select.js';
import { CHECKED_AT_START, optionManifest, optionPosition, startRun, type CreatedRun } from '../select/start-run.js';
import { claimOf, type WorkspaceDirectory } from '../select/workspace-source.js';
import { imagesIn, unusedStandIns } from './unused-stand-ins.js';
import { requireDirectory } from './workspace-directory.js';
import { resolveStandIns } from '../../config/stand-in-flags.js';
import type { StandIns } from '../../stand-ins/stand-ins.js';
import type { PlannedRun } from '../select/planned-run.js';

/** A run that is ready to start, or the findings that prevent it. */
export interface PreparedRun {
  readonly findings: readonly Finding[];
  /** A message about the files that were read, if the command line specifies none. */
  readonly note?: string | undefined;
  /** The objects to create before the runs. */
  readonly manifests: readonly Manifest[];
  readonly runs: readonly PlannedRun[];
  /** The Secrets of all manifests, including those that are not used: findings may quote them. */
  readonly secrets: readonly JsonObject[];
  readonly standIns: StandIns;
  /** The image names in the objects of the runs; they may contain variables. */
  readonly images: readonly string[];
  readonly configFile?: string | undefined;
  readonly local: LocalResources;
  /** The PipelineResources of the manifests and the runs. */
  readonly resources: readonly PipelineResourceModel[];
  /** The names of the PipelineResources that the runs bind, and of bindings with an embedded resource. */
  readonly boundResources: ReadonlySet<string>;
  /** The directories of the machine that are workspaces, by absolute paths. */
  readonly directories: readonly WorkspaceDirectory[];
  /** The Tekton objects of the manifests. */
  readonly objects: TektonObjects;
}

/** Loads the manifests that the command line specifies, or those of the default folders. */
function load(
  { paths, exclude = [] }: RunRequest,
  stdin: (() => Uint8Array) | undefined,
): { readonly loaded: Manifests; readonly paths: readonly string[]; readonly note?: string } {
  return paths.length > 0 ? { loaded: loadManifests(paths, stdin, { exclude }), paths } : loadDefaultFolders(exclude);
}

const NO_LOCAL_RESOURCES: LocalResources = { sources: [], images: [], buckets: [], urlsWithoutStandIn: [] };

/** Prepares a run. Throws a UsageError if the command line is invalid. */
export function prepare(request: RunRequest, stdin?: () => Uint8Array): PreparedRun {
  const { loaded, paths, note } = load(request, stdin);
  const { standIns, findings: inConfig, file, place } = resolveStandIns(request, paths);
  const secrets = secretObjects(loaded.manifests);
  const objects = new TektonObjects(loaded.manifests);
  const notReady = {
    note,
    manifests: [],
    runs: [],
    secrets,
    standIns,
    images: [],
    local: NO_LOCAL_RESOURCES,
    resources: [],
    boundResources: new Set<string>(),
    directories: [],
    objects,
  };
  const text = [...loaded.findings, ...inConfig];
  if (hasErrors(text))
    return { ...notReady, findings: inReadingOrder([...inConfig, ...findingsIn(loaded, { externals: 'any' })]) };

  const created = startRun(request, objects, paths);
  if (!created && !loaded.manifests.some(isRunManifest)) {
    const found = findingsIn(loaded, { externals: 'any' }); // the kind of the run may be misspelled
    if (hasErrors(found)) return { ...notReady, findings: found };
  }
  const directories = (created?.directories ?? []).map(requireDirectory);
  const claims = directories.map(claimManifest);
  const selected = created ? [created.run] : selectRuns(loaded.manifests, objects, request.run, paths);
  const unknown = new Set(created?.unknownParams);
  const params = new Map([...request.param].filter(([name]) => !unknown.has(name)));
  const runs = withCommandLineParams(selected, objects, params);
  const others = [...loaded.manifests.filter((manifest) => !isRunManifest(manifest)), ...claims];
  const followed = new Set(runs.flatMap((run) => followedManifests(run, objects)));
  const checked = checkSelected({ loaded, created, selected, runs, followed });
  if (!hasErrors(checked)) requireExecuted([...others, ...runs.map(({ manifest }) => manifest)]);
  const machine = { standIns, runtime: request.runtime, isSound: !hasErrors(checked) };
  const missing = missingRequirements(runs, { manifests: [...loaded.manifests, ...claims], objects }, machine);
  const reported = new Set(missing.map(placeAndCode));
  // Drops warnings (such as for a ServiceAccount that may exist in a cluster) about objects known to be missing here.
  const distinct = checked.filter((finding) => finding.severity === 'error' || !reported.has(placeAndCode(finding)));
  const resources = resourcesIn(objects, runs);
  const unused = unusedOf(request, { standIns, place, manifests: loaded.manifests, resources });
  const findings = inReadingOrder([...text, ...(created?.findings ?? []), ...distinct, ...missing, ...unused]);
  if (hasErrors(findings)) return { ...notReady, findings };
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
    directories,
    objects,
  };
}

/** Returns warnings about stand-ins that nothing uses. */
function unusedOf(
  { image: images, source }: RunRequest,
  found: Pick<PreparedRun, 'standIns' | 'manifests' | 'resources'> & Pick<ReturnType<typeof resolveStandIns>, 'place'>,
): readonly Finding[] {
  const flags = { flags: { images, resources: source }, place: found.place };
  const names = found.resources.map(({ name }) => name);
  return unusedStandIns(found.standIns, flags, found.manifests, names);
}

const claimManifest = (directory: WorkspaceDirectory): Manifest =>
  optionManifest(claimOf(directory), optionPosition(`-w ${directory.path}`));

/** Throws a UsageError for a manifest of an API version whose runs are checked but not executed. */
function requireExecuted(manifests: readonly Manifest[]): void {
  for (const { object } of manifests) {
    const apiVersion = textAt(object, 'apiVersion') ?? '';
    if (!isTekton(object) || isExecuted(apiVersion)) continue;
    const name = textAt(object, 'metadata', 'name') ?? textAt(object, 'metadata', 'generateName') ?? '';
    throw new UsageError(
      `${textAt(object, 'kind') ?? ''} '${name}' is ${apiVersion}, which is checked but not run yet`,
      'run it on a cluster with Tekton, write it as tekton.dev/v1alpha1, or exclude its file with --exclude',
    );
  }
}

/** The manifests, the runs selected from them or created, and the same runs with the given params. */
interface Selection {
  readonly loaded: Manifests;
  readonly created: CreatedRun | undefined;
  readonly selected: readonly PlannedRun[];
  readonly runs: readonly PlannedRun[];
  /** The manifests whose references the runs follow. */
  readonly followed: ReadonlySet<Manifest>;
}

/** Checks the manifests together with the runs as they will be started. */
function checkSelected({ loaded, created, selected, runs, followed }: Selection): readonly Finding[] {
  const withParams = new Map(runs.map(({ manifest }, index) => [selected[index]?.manifest, manifest]));
  const ownManifests = loaded.manifests.flatMap((manifest) =>
    isRunManifest(manifest) ? (withParams.get(manifest) ?? []) : [manifest],
  );
  const manifests = created ? [...ownManifests, ...runs.map(({ manifest }) => manifest)] : ownManifests;
  return checkWithObjects(manifests, { externals: 'any' })
    .filter(
      ({ finding, manifest }) => manifest !== runs[0]?.manifest || !created || !CHECKED_AT_START.has(finding.code),
    )
    .map(({ finding, manifest }) => (followed.has(manifest) ? asRequired(finding) : finding));
}

/** Returns the image names in the objects that the runs use. */
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

/** Returns the names of the PipelineResources that a run binds, and of its bindings with an embedded resource. */
function boundNames({ manifest }: PlannedRun, objects: TektonObjects): readonly string[] {
  const model = objects.tryRead(manifest)?.model;
  const bindings = model ? bindingsOf(model) : [];
  return bindings.map(({ name, resource }) => (resource?.kind === 'reference' ? resource.name : name));
}

const placeAndCode = ({ place, code }: Finding): string => JSON.stringify([place, code]);

/** Makes unresolved references errors: on this machine, all referenced objects must be in the manifests. */
const asRequired = (finding: Finding): Finding =>
  UNRESOLVED_REFERENCES.has(finding.code) ? { ...finding, severity: 'error' } : finding;
