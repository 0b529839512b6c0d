/**
 * Everything a run needs that is not here, found before anything starts. Pure.
 *
 * A cluster would find these one by one: a pod that waits for ever for a Secret, an image that cannot be pulled after ten
 * minutes of work. On one machine all of it can be known at the start, and said at once.
 */

import type { Finding } from '../finding.js';
import type { StandIns } from '../config/config.js';
import { commandOf, sourceOf } from '../local/local-cluster.js';
import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from '../manifests/json.js';
import type { Path } from '../manifests/locate.js';
import type { Manifest } from '../manifests/load.js';
import { commandHint, imageHint } from './image-recipe.js';
import { imagesOf, tasksOf, type UsedTask } from './reach.js';
import { namespaceOf, type PlannedRun } from './select.js';

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
    ...runs.flatMap((run) => missingResourceSecrets(run, manifests)),
  ];
  const findings = runtime === 'fake' ? all.filter(({ code }) => !NOT_FOR_FAKE.has(code)) : all;
  return [...new Map(findings.map((finding) => [finding.code + finding.message, finding])).values()];
}

/** Codes of what the fake runtime does without. */
const NOT_FOR_FAKE: ReadonlySet<string> = new Set(['IMAGE_NO_STAND_IN', 'COMMAND_UNKNOWN', 'SECRET_MISSING']);

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

/** Kubernetes keeps this ConfigMap in every namespace; a volume with a token of the account takes the certificate from it. */
const ROOT_CERTIFICATE = 'kube-root-ca.crt';

/** Secrets and ConfigMaps that a task's containers and volumes refer to, unless they are optional. */
function missingObjects(
  { spec, manifest, path, title }: UsedTask,
  namespace: string,
  manifests: readonly Manifest[],
): readonly Finding[] {
  return referencesIn(spec, []).flatMap(({ kind, name, keys, at }) => {
    if (name.includes('$(') || (kind === 'ConfigMap' && name === ROOT_CERTIFICATE)) return [];
    if (find(manifests, kind, namespace, name)) return [];
    const hint = `add it to the command: kubectl create ${kind.toLowerCase()}${kind === 'Secret' ? ' generic' : ''} ${name} ${keys.map((key) => `--from-literal=${key}=VALUE`).join(' ')} --dry-run=client -o yaml > ${name}.yaml`;
    return [
      error(
        manifest,
        [...path, ...at],
        kind === 'Secret' ? 'SECRET_MISSING' : 'CONFIG_MAP_MISSING',
        `${title} uses the ${kind} ${name}, which is in none of the manifests`,
        hint,
      ),
    ];
  });
}

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

interface Reference {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  /** Keys that must be in it, or a placeholder. */
  readonly keys: readonly string[];
  readonly at: Path;
}

const FIELDS: Readonly<Record<string, { readonly kind: Reference['kind']; readonly field: string }>> = {
  secretKeyRef: { kind: 'Secret', field: 'name' },
  secretRef: { kind: 'Secret', field: 'name' },
  configMapKeyRef: { kind: 'ConfigMap', field: 'name' },
  configMapRef: { kind: 'ConfigMap', field: 'name' },
  configMap: { kind: 'ConfigMap', field: 'name' },
  secret: { kind: 'Secret', field: 'secretName' },
};

/** Depth is bounded by the loader. */
function referencesIn(value: Json, at: Path): readonly Reference[] {
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((each, index) => referencesIn(each, [...at, index])); // Array.isArray widens a readonly Json[] to any[]
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    const known = FIELDS[key];
    const name = known && isObject(below) && below['optional'] !== true ? below[known.field] : undefined;
    if (known && typeof name === 'string')
      return [{ kind: known.kind, name, keys: keysOf(below), at: [...at, key, known.field] }];
    return referencesIn(below, [...at, key]);
  });
}

/** The key that a variable takes, or those that a volume has files of. */
function keysOf(reference: Json | undefined): readonly string[] {
  const named = [textAt(reference, 'key'), ...listAt(reference, 'items').map((item) => textAt(item, 'key'))];
  const keys = named.flatMap((key) => (key === undefined || !/^[\w.-]+$/.test(key) ? [] : [key]));
  return keys.length > 0 ? [...new Set(keys)] : ['KEY'];
}

const find = (manifests: readonly Manifest[], kind: string, namespace: string, name: string): Manifest | undefined =>
  manifests.find(
    ({ object }) =>
      textAt(object, 'kind') === kind &&
      textAt(object, 'metadata', 'name') === name &&
      namespaceOf(object) === namespace,
  );

function error(manifest: Manifest, path: Path, code: string, message: string, hint: string): Finding {
  const place = manifest.locate(path).value;
  const quote = manifest.quotable(place);
  return { severity: 'error', code, place, message, hint, ...(quote !== undefined && { quote }) };
}
