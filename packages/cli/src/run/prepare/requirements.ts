/**
 * Finds all missing requirements of a run before anything starts. Pure.
 *
 * A cluster would report them one by one: a pod that waits for a Secret forever, an image that cannot be pulled after
 * ten minutes of work. On one machine, all of them can be determined and reported at the start.
 */

import type { Finding } from '../../diagnostics/finding.js';
import { listAt, textAt } from '../../json.js';
import {
  readPipelineResource,
  type FieldPath,
  type PipelineResourceModel,
  type ResourceBindingModel,
} from '@pipewright/tekton';
import type { Manifest } from '../../manifests/load.js';
import type { TektonObjects } from '../../manifests/tekton-objects.js';
import { commandHint, imageHint } from './image-recipe.js';
import { imagesOf, reachableTasks, type ReachableTask } from '../select/reachable-tasks.js';
import { missingObjects, objectsOfRun, objectsOfTask } from './required-objects.js';
import { errorAt, tryFindManifest } from '../../manifests/manifest-finding.js';
import { tryFindImageSource, tryFindCommand } from '../../stand-ins/image-source.js';
import type { StandIns } from '../../stand-ins/stand-ins.js';
import { namespaceOf } from '../../manifests/identity.js';
import type { PlannedRun } from '../select/planned-run.js';

/** Options that determine the requirements of a run. */
export interface RequirementOptions {
  readonly standIns: StandIns;
  /** The fake runtime executes nothing: it needs no images, commands or Secrets. */
  readonly runtime: 'sandbox' | 'fake';
  /** Whether the checks found no error; otherwise a misspelled `command` would be reported twice. */
  readonly isSound: boolean;
}

/** The manifests, and the Tekton objects among them. */
export interface ManifestSet {
  readonly manifests: readonly Manifest[];
  readonly objects: TektonObjects;
}

/** Returns findings for all missing requirements of a set of runs. */
export function missingRequirements(
  runs: readonly PlannedRun[],
  manifestSet: ManifestSet,
  { standIns, runtime, isSound }: RequirementOptions,
): readonly Finding[] {
  const tasksByRun = runs.map((run) => ({ run, tasks: reachableTasks(run, manifestSet.objects) }));
  const tasks = tasksByRun.flatMap((one) => one.tasks);
  const all = [
    ...missingImages(tasks, standIns),
    ...(isSound ? missingCommands(tasks, standIns) : []),
    ...runs.flatMap((run) => missingAccounts(run, manifestSet)),
    ...tasksByRun.flatMap(({ run, tasks: own }) =>
      own.flatMap((task) => missingObjects(objectsOfTask(task), run.namespace, manifestSet.manifests)),
    ),
    ...runs.flatMap((run) => missingObjects(objectsOfRun(run), run.namespace, manifestSet.manifests)),
    ...runs.flatMap((run) => missingResourceSecrets(run, manifestSet)),
  ];
  const findings = runtime === 'fake' ? all.filter(({ code }) => !NOT_FOR_FAKE.has(code)) : all;
  return [...new Map(findings.map((finding) => [finding.code + finding.message, finding])).values()];
}

/** Codes of requirements that the fake runtime does not have. */
const NOT_FOR_FAKE: ReadonlySet<string> = new Set([
  'IMAGE_NO_STAND_IN',
  'COMMAND_UNKNOWN',
  'SECRET_MISSING',
  'SECRET_KEY_MISSING',
]);

/** Returns a finding for each missing image, at its first use. */
function missingImages(tasks: readonly ReachableTask[], standIns: StandIns): readonly Finding[] {
  const missing = tasks.flatMap(imagesOf).filter(({ image }) => tryFindImageSource(image, standIns) === undefined);
  const imagesWithUsedEntrypoint = new Set(
    missing.flatMap(({ image, usesEntrypoint }) => (usesEntrypoint ? [image] : [])),
  );
  const first = new Map(missing.toReversed().map((use) => [use.image, use]));
  return [...first.values()]
    .toReversed()
    .map(({ image, manifest, path, user }) =>
      errorAt(
        manifest,
        path,
        'IMAGE_NO_STAND_IN',
        `no stand-in for the image ${image} of ${user}`,
        imageHint(image, imagesWithUsedEntrypoint.has(image)),
      ),
    );
}

/** Returns findings for steps without a command whose image has no known entrypoint. */
function missingCommands(tasks: readonly ReachableTask[], standIns: StandIns): readonly Finding[] {
  return tasks
    .flatMap(imagesOf)
    .filter(
      ({ usesEntrypoint, image }) =>
        usesEntrypoint && tryFindImageSource(image, standIns) !== undefined && !tryFindCommand(image, standIns),
    )
    .map(({ image, manifest, path, user }) =>
      errorAt(
        manifest,
        path,
        'COMMAND_UNKNOWN',
        `${user} has neither command nor script, and the entrypoint of the image ${image} is unknown`,
        commandHint(image),
      ),
    );
}

/** Returns findings for ServiceAccounts, and for Secrets of ServiceAccounts, that are in no manifest. */
function missingAccounts(run: PlannedRun, { objects, manifests }: ManifestSet): readonly Finding[] {
  return accountsOf(run, objects).flatMap(({ name, path }) => {
    const account = tryFindManifest(manifests, 'ServiceAccount', run.namespace, name);
    if (account) return missingSecrets(account, name, manifests);
    if (name === 'default') return [];
    return [
      errorAt(
        run.manifest,
        path,
        'SERVICE_ACCOUNT_MISSING',
        `${run.kind} ${run.title} runs as the ServiceAccount ${name}, which is in none of the manifests`,
        `add it to the command: kubectl create serviceaccount ${name} --dry-run=client -o yaml > ${name}.yaml`,
      ),
    ];
  });
}

/** Returns the ServiceAccounts that a run refers to, and their positions. */
function accountsOf(
  run: PlannedRun,
  objects: TektonObjects,
): readonly { readonly name: string; readonly path: FieldPath }[] {
  const model = objects.tryRead(run.manifest)?.model;
  if (model?.kind !== 'PipelineRun' && model?.kind !== 'TaskRun') return [];
  const { serviceAccount, serviceAccountPath } = model.run;
  const own = serviceAccount === undefined ? [] : [{ name: serviceAccount, path: ['spec', ...serviceAccountPath] }];
  if (model.kind === 'TaskRun') return own;
  const { taskServiceAccounts, taskServiceAccountsPath } = model.run;
  const byTask = [...taskServiceAccounts.values()].map((name, index) => ({
    name,
    path: ['spec', ...taskServiceAccountsPath, index, 'serviceAccountName'],
  }));
  return [...own, ...byTask];
}

function missingSecrets(account: Manifest, accountName: string, manifests: readonly Manifest[]): readonly Finding[] {
  const namespace = namespaceOf(account.object);
  return ['secrets', 'imagePullSecrets'].flatMap((field) =>
    listAt(account.object, field).flatMap((reference, index) => {
      const name = textAt(reference, 'name');
      if (name === undefined || tryFindManifest(manifests, 'Secret', namespace, name)) return [];
      return [
        errorAt(
          account,
          [field, index, 'name'],
          'SECRET_MISSING',
          `ServiceAccount ${accountName} names the Secret ${name}, which is in none of the manifests`,
          secretHint(name),
        ),
      ];
    }),
  );
}

const secretHint = (name: string): string =>
  `write it to a file with one of these commands, and add the file to this one:\nkubectl create secret generic ${name} --type=kubernetes.io/basic-auth --from-literal=username=… --from-literal=password=… --dry-run=client -o yaml > ${name}.yaml\nkubectl create secret docker-registry ${name} --docker-server=… --docker-username=… --docker-password=… --dry-run=client -o yaml > ${name}.yaml`;

/**
 * Returns findings for missing Secrets of a run's PipelineResources, without which its pod would wait until the
 * timeout.
 */
function missingResourceSecrets(run: PlannedRun, { objects, manifests }: ManifestSet): readonly Finding[] {
  const read = objects.tryRead(run.manifest);
  if (!read) return [];
  const { model, paths } = read;
  const lists: readonly (readonly [FieldPath, readonly ResourceBindingModel[]])[] =
    model.kind === 'PipelineRun'
      ? [[paths.pipelineRun.resources, model.run.resources]]
      : model.kind === 'TaskRun'
        ? [
            [paths.taskRun.inputs, model.run.inputs],
            [paths.taskRun.outputs, model.run.outputs],
          ]
        : [];
  return lists.flatMap(([list, bindings]) =>
    bindings.flatMap(({ name, resource }, index) => {
      if (resource?.kind === 'embedded') {
        const path = ['spec', ...list, index, ...paths.binding.resource, ...paths.resource.secrets];
        return missingResourceSecretsOf(run.manifest, path, readPipelineResource(name, resource.spec), run, manifests);
      }
      const found = resource && objects.tryFind('PipelineResource', resource.name, run.namespace);
      if (!found) return [];
      const path = ['spec', ...found.paths.resource.secrets];
      return missingResourceSecretsOf(found.manifest, path, found.model.resource, run, manifests);
    }),
  );
}

const missingResourceSecretsOf = (
  manifest: Manifest,
  path: FieldPath,
  { secrets }: PipelineResourceModel,
  run: PlannedRun,
  manifests: readonly Manifest[],
): readonly Finding[] =>
  secrets.flatMap(({ secretName, secretKey }, index) => {
    if (tryFindManifest(manifests, 'Secret', run.namespace, secretName)) return [];
    return [
      errorAt(
        manifest,
        [...path, index, 'secretName'],
        'SECRET_MISSING',
        `a PipelineResource of ${run.kind} ${run.title} uses the Secret ${secretName}, which is in none of the manifests`,
        `add it to the command: kubectl create secret generic ${secretName} --from-literal=${secretKey}=VALUE --dry-run=client -o yaml > ${secretName}.yaml`,
      ),
    ];
  });
