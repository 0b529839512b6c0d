/**
 * Everything a run needs that is not here, found before anything starts. Pure.
 *
 * A cluster would find these one by one: a pod that waits for ever for a Secret, an image that cannot be pulled after ten
 * minutes of work. On one machine all of it can be known at the start, and said at once.
 */

import type { Finding } from '../../diagnostics/finding.js';
import { listAt, objectAt, textAt, type JsonObject } from '../../json.js';
import type { Path } from '../../yaml/locate.js';
import type { Manifest } from '../../manifests/load.js';
import { commandHint, imageHint } from './image-recipe.js';
import { imagesOf, tasksOf, type UsedTask } from '../select/reachable-tasks.js';
import { error, find, missingObjects, objectsOfRun } from './required-objects.js';
import { type PlannedRun } from '../select/select.js';
import { sourceOf, commandOf } from '../../stand-ins/image-source.js';
import type { StandIns } from '../../stand-ins/stand-ins.js';
import { namespaceOf } from '../../manifests/identity.js';

/** What decides which things a run needs. */
export interface RequirementOptions {
  readonly standIns: StandIns;
  /** The fake runtime runs nothing: it needs no images, commands or Secrets. */
  readonly runtime: 'sandbox' | 'fake';
  /** The checks found no error; otherwise a misspelt `command` would be reported twice. */
  readonly isSound: boolean;
}

/** Finds all that is missing for a set of runs. */
export function missingFor(
  runs: readonly PlannedRun[],
  manifests: readonly Manifest[],
  { standIns, runtime, isSound }: RequirementOptions,
): readonly Finding[] {
  const used = runs.map((run) => ({ run, tasks: tasksOf(run, manifests) }));
  const tasks = used.flatMap((one) => one.tasks);
  const all = [
    ...missingImages(tasks, standIns),
    ...(isSound ? missingCommands(tasks, standIns) : []),
    ...runs.flatMap((run) => missingAccounts(run, manifests)),
    ...used.flatMap(({ run, tasks: own }) => own.flatMap((task) => missingObjects(task, run.namespace, manifests))),
    ...runs.flatMap((run) => missingObjects(objectsOfRun(run), run.namespace, manifests)),
    ...runs.flatMap((run) => missingResourceSecrets(run, manifests)),
  ];
  const findings = runtime === 'fake' ? all.filter(({ code }) => !NOT_FOR_FAKE.has(code)) : all;
  return [...new Map(findings.map((finding) => [finding.code + finding.message, finding])).values()];
}

/** Codes of what the fake runtime does without. */
const NOT_FOR_FAKE: ReadonlySet<string> = new Set([
  'IMAGE_NO_STAND_IN',
  'COMMAND_UNKNOWN',
  'SECRET_MISSING',
  'SECRET_KEY_MISSING',
]);

/** Each image once, at the first place that names it. */
function missingImages(tasks: readonly UsedTask[], standIns: StandIns): readonly Finding[] {
  const missing = tasks.flatMap(imagesOf).filter(({ image }) => sourceOf(image, standIns) === undefined);
  const runsOwn = new Set(missing.flatMap(({ image, silent }) => (silent ? [image] : [])));
  const first = new Map(missing.toReversed().map((use) => [use.image, use]));
  return [...first.values()]
    .toReversed()
    .map(({ image, manifest, path, user }) =>
      error(
        manifest,
        path,
        'IMAGE_NO_STAND_IN',
        `nothing stands in for the image ${image} of ${user}`,
        imageHint(image, runsOwn.has(image)),
      ),
    );
}

/** Steps that leave it to their image what to run, where what stands in for the image runs nothing by itself. */
function missingCommands(tasks: readonly UsedTask[], standIns: StandIns): readonly Finding[] {
  return tasks
    .flatMap(imagesOf)
    .filter(({ silent, image }) => silent && sourceOf(image, standIns) !== undefined && !commandOf(image, standIns))
    .map(({ image, manifest, path, user }) =>
      error(
        manifest,
        path,
        'COMMAND_UNKNOWN',
        `${user} has neither command nor script, and nothing says what the image ${image} runs`,
        commandHint(image),
      ),
    );
}

/** ServiceAccounts that are in no manifest, and the Secrets that those which are name in vain. */
function missingAccounts(run: PlannedRun, manifests: readonly Manifest[]): readonly Finding[] {
  const { object } = run.manifest;
  const own = ['serviceAccountName', 'serviceAccount'].flatMap((field) => accountAt(object, ['spec', field]));
  const byTask = listAt(object, 'spec', 'serviceAccountNames').flatMap((_, index) =>
    ['serviceAccountName', 'serviceAccount'].flatMap((field) =>
      accountAt(object, ['spec', 'serviceAccountNames', index, field]),
    ),
  );
  return [...own, ...byTask].flatMap(({ name, path }) => {
    const account = find(manifests, 'ServiceAccount', run.namespace, name);
    if (account) return missingSecrets(account, name, manifests);
    if (name === 'default') return [];
    return [
      error(
        run.manifest,
        path,
        'SERVICE_ACCOUNT_MISSING',
        `${run.kind} ${run.title} runs as the ServiceAccount ${name}, which is in none of the manifests`,
        `add it to the command: kubectl create serviceaccount ${name} --dry-run=client -o yaml > ${name}.yaml`,
      ),
    ];
  });
}

const accountAt = (object: JsonObject, path: Path): readonly { readonly name: string; readonly path: Path }[] => {
  const name = path.reduce<unknown>(
    (at, step) => (Array.isArray(at) ? (at as unknown[])[Number(step)] : objectAt(at)[step]),
    object,
  ); // Array.isArray widens to any[]
  return typeof name === 'string' && name !== '' ? [{ name, path }] : [];
};

function missingSecrets(account: Manifest, accountName: string, manifests: readonly Manifest[]): readonly Finding[] {
  const namespace = namespaceOf(account.object);
  return ['secrets', 'imagePullSecrets'].flatMap((field) =>
    listAt(account.object, field).flatMap((reference, index) => {
      const name = textAt(reference, 'name');
      if (name === undefined || find(manifests, 'Secret', namespace, name)) return [];
      return [
        error(
          account,
          [field, index, 'name'],
          'SECRET_MISSING',
          `ServiceAccount ${accountName} names the Secret ${name}, which is in none of the manifests`,
          SECRET_HINT(name),
        ),
      ];
    }),
  );
}

const SECRET_HINT = (name: string): string =>
  `write it to a file and add that to the command:\nkubectl create secret generic ${name} --type=kubernetes.io/basic-auth --from-literal=username=… --from-literal=password=… --dry-run=client -o yaml > ${name}.yaml\nkubectl create secret docker-registry ${name} --docker-server=… --docker-username=… --docker-password=… --dry-run=client -o yaml > ${name}.yaml`;

/** Secrets that the PipelineResources of a run take fields from; without one its pod would wait until the timeout. */
function missingResourceSecrets(run: PlannedRun, manifests: readonly Manifest[]): readonly Finding[] {
  const places: readonly Path[] = [
    ['spec', 'resources'],
    ['spec', 'inputs', 'resources'],
    ['spec', 'outputs', 'resources'],
  ];
  return places.flatMap((place) =>
    listAt(run.manifest.object, ...place.map(String)).flatMap((binding, index) => {
      const name = textAt(binding, 'resourceRef', 'name');
      const referred = name === undefined ? undefined : find(manifests, 'PipelineResource', run.namespace, name);
      if (referred) return secretsMissing(referred, ['spec'], objectAt(referred.object, 'spec'), run, manifests);
      const here = [...place, index, 'resourceSpec'];
      return secretsMissing(run.manifest, here, objectAt(objectAt(binding), 'resourceSpec'), run, manifests);
    }),
  );
}

const secretsMissing = (
  manifest: Manifest,
  path: Path,
  spec: JsonObject,
  run: PlannedRun,
  manifests: readonly Manifest[],
): readonly Finding[] =>
  listAt(spec, 'secrets').flatMap((field, index) => {
    const name = textAt(field, 'secretName');
    if (name === undefined || find(manifests, 'Secret', run.namespace, name)) return [];
    const key = textAt(field, 'secretKey') ?? 'KEY';
    return [
      error(
        manifest,
        [...path, 'secrets', index, 'secretName'],
        'SECRET_MISSING',
        `a PipelineResource of ${run.kind} ${run.title} uses the Secret ${name}, which is in none of the manifests`,
        `add it to the command: kubectl create secret generic ${name} --from-literal=${key}=VALUE --dry-run=client -o yaml > ${name}.yaml`,
      ),
    ];
  });
