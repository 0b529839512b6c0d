/**
 * Executes a run on an embedded cluster of its own: real objects, the real controller, steps by script.
 *
 *     objects ──▶ embedded API server ◀── controller ──▶ pods ──▶ scripted steps ──▶ SimulatedRun
 *
 * What the objects take as being elsewhere (accounts, Secrets) is made up, empty; nothing reads files or a network.
 */

import { startCluster, type Cluster } from '@pipewright/cluster';
import { startController } from '@pipewright/controller';
import { KubeClient, resource, type KubeObject, type Resource } from '@pipewright/kube';
import {
  API_VERSION,
  checkObjects,
  crds,
  KINDS,
  type PipelineRun,
  type PipelineSpec,
  type TaskRun,
} from '@pipewright/tekton';
import { conditionOf, readRun } from './read-run.js';
import { ScriptedRuntime } from './scripted-runtime.js';
import type { SimulatedRun } from './simulated-run.js';
import { SimulationError } from './simulation-error.js';
import type { StepScripts } from './step.js';

/** Manifests, or something that has them, as `TektonTesting.of(chart)` does. */
export type Synthesized = readonly object[] | { readonly objects: readonly object[] };

/** How a run is simulated. */
export interface SimulateOptions {
  /**
   * Name (or generateName) of the PipelineRun or TaskRun to execute.
   *
   * @default - the only one there is
   */
  readonly run?: string;
  /**
   * What steps do, by task and step.
   *
   * @default - every step succeeds
   */
  readonly scripts?: StepScripts;
  /**
   * How long the simulation may take, in real milliseconds. A run that waits for something that never comes is an error.
   *
   * @default 10000
   */
  readonly limit?: number;
}

/** Kinds that a run reads, beside Tekton's own. */
const READ: Readonly<Record<string, Resource>> = {
  ServiceAccount: resource('v1', 'serviceaccounts', 'ServiceAccount'),
  Secret: resource('v1', 'secrets', 'Secret'),
  ConfigMap: resource('v1', 'configmaps', 'ConfigMap'),
  PersistentVolumeClaim: resource('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
};
const NAMESPACE = resource('v1', 'namespaces', 'Namespace', false);

/**
 * Executes one run to its end.
 *
 * @example
 *
 *   const run = await simulate(TektonTesting.of(chart), { scripts: { build: { compile: [{ exitCode: 1 }, {}] } } });
 *   expect(run.order).toEqual(['test', 'build', 'deploy']);
 *   expect(run.task('build').attempts).toBe(2);
 *
 * @throws SimulationError when the objects have errors, there is no such run, or it never ends
 */
export async function simulate(given: Synthesized, options: SimulateOptions = {}): Promise<SimulatedRun> {
  const objects = ('objects' in given ? given.objects : given) as readonly KubeObject[]; // manifests
  refuseErrors(objects);
  const chosen = chooseRun(objects, options.run);
  const scripted = new ScriptedRuntime(options.scripts ?? {});
  const cluster = await startCluster({ runtime: scripted.runtime, images: () => ({ rootfs: 'host' }), crds: crds() });
  const controller = await startController({ send: cluster.send });
  try {
    const run = await execute(cluster, objects, chosen, options.limit ?? 10_000);
    const { namespace = 'default', name = '' } = run.metadata;
    const client = new KubeClient(cluster.send);
    const labelSelector = `tekton.dev/pipelineRun=${name}`;
    const ofPipeline = run.kind === 'PipelineRun';
    const taskRuns = ofPipeline
      ? (await client.list<TaskRun & KubeObject>(kindOf('TaskRun'), { namespace, labelSelector })).items
      : [run as TaskRun]; // the other kind
    const pipeline = ofPipeline ? pipelineOf(run as PipelineRun, objects) : undefined; // by its kind
    return readRun({ run, taskRuns, pipeline, steps: scripted.steps });
  } finally {
    await controller.stop();
    await cluster.close();
  }
}

function refuseErrors(objects: readonly object[]): void {
  const errors = checkObjects(objects).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const lines = errors.map(
    ({ object, path, message, code }) =>
      `  ${object?.kind ?? ''} ${object?.name ?? ''} ${path.join('.')}: ${message} [${code}]`,
  );
  throw new SimulationError(
    `these objects would be refused:\n${lines.join('\n')}\n`,
    'mend them, or give what is missing too',
  );
}

const isRun = ({ apiVersion, kind }: KubeObject): boolean =>
  apiVersion === API_VERSION && (kind === 'PipelineRun' || kind === 'TaskRun');
const calledOf = ({ metadata }: KubeObject): string => metadata.name ?? metadata.generateName ?? '';

function chooseRun(objects: readonly KubeObject[], name: string | undefined): KubeObject {
  const runs = objects.filter(isRun);
  const [only, ...others] = runs.filter((it) => name === undefined || calledOf(it) === name);
  if (only && others.length === 0) return only;
  const names = runs.map(calledOf).join(', ');
  if (runs.length === 0) throw new SimulationError('there is no run', 'add a PipelineRun or a TaskRun');
  if (only) throw new SimulationError('there are several runs', `choose one with \`run\`: ${names}`);
  throw new SimulationError(`there is no run "${name ?? ''}"`, `there are: ${names}`);
}

async function execute(
  cluster: Cluster,
  objects: readonly KubeObject[],
  chosen: KubeObject,
  limit: number,
): Promise<PipelineRun | TaskRun> {
  const client = new KubeClient(cluster.send);
  const read = [...objects.filter((it) => !isRun(it)), ...missing(objects)].flatMap((it) => {
    const kind =
      it.apiVersion === API_VERSION ? kindOf(it.kind ?? '') : it.apiVersion === 'v1' ? READ[it.kind ?? ''] : undefined;
    return kind ? [{ it, kind }] : [];
  });
  const namespaces = new Set(
    [...read.map(({ it }) => it), chosen].map(({ metadata }) => metadata.namespace ?? 'default'),
  );
  for (const name of namespaces) {
    if (name !== 'default')
      await client.create(NAMESPACE, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const { it, kind } of read)
    await client.create(kind, kind.namespaced ? { namespace: it.metadata.namespace ?? 'default' } : {}, it);
  const kind = kindOf(chosen.kind ?? '');
  const namespace = chosen.metadata.namespace ?? 'default';
  const { metadata } = await client.create<KubeObject>(kind, { namespace }, chosen);
  return ended(client, kind, { namespace, name: metadata.name ?? '' }, limit);
}

async function ended(
  client: KubeClient,
  kind: Resource,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  limit: number,
): Promise<PipelineRun | TaskRun> {
  const signal = AbortSignal.timeout(limit);
  let last: (PipelineRun | TaskRun) | undefined;
  try {
    for await (const { object } of client.watch<(PipelineRun | TaskRun) & KubeObject>(kind, { namespace, signal })) {
      if (object.metadata.name !== name) continue;
      last = object;
      if (['True', 'False'].includes(conditionOf(object).status ?? '')) return object;
    }
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
  const { reason = 'nothing', message = '' } = last ? conditionOf(last) : {};
  throw new SimulationError(
    `"${name}" has not ended within ${String(limit)} ms; it says: ${reason} ${message}`.trim(),
    'give what it waits for, or a longer limit',
  );
}

function kindOf(kind: string): Resource {
  const shape = Object.values(KINDS).find((it) => it.kind === kind);
  return resource(API_VERSION, shape?.plural ?? kind, kind, shape?.namespaced ?? true);
}

/** Accounts that runs name and Secrets that accounts name, where nobody defines them. */
function missing(objects: readonly KubeObject[]): KubeObject[] {
  const there = new Set(
    objects.map(({ kind, metadata }) => `${kind ?? ''} ${metadata.namespace ?? 'default'} ${metadata.name ?? ''}`),
  );
  const make = (kind: string, namespace: string, name: unknown): KubeObject[] => {
    const key = `${kind} ${namespace} ${String(name)}`;
    if (typeof name !== 'string' || name === 'default' || there.has(key)) return [];
    there.add(key);
    return [{ apiVersion: 'v1', kind, metadata: { name, namespace } }];
  };
  return objects.flatMap((object) => {
    const { namespace = 'default' } = object.metadata;
    const { spec, secrets = [] } = object as KubeObject & Mentions;
    const accounts = isRun(object)
      ? [spec, ...(spec?.serviceAccountNames ?? []), ...(spec?.serviceAccounts ?? [])].flatMap((it) => [
          it?.serviceAccountName,
          it?.serviceAccount,
        ])
      : [];
    return [
      ...accounts.flatMap((name) => make('ServiceAccount', namespace, name)),
      ...(object.kind === 'ServiceAccount' ? secrets.flatMap(({ name }) => make('Secret', namespace, name)) : []),
    ];
  });
}

interface Account {
  readonly serviceAccountName?: string;
  readonly serviceAccount?: string;
}

/** The fields that name accounts and Secrets. */
interface Mentions {
  readonly spec?: Account & {
    readonly serviceAccountNames?: readonly Account[];
    readonly serviceAccounts?: readonly Account[];
  };
  readonly secrets?: readonly { readonly name?: string }[];
}

function pipelineOf({ spec, metadata }: PipelineRun, objects: readonly KubeObject[]): PipelineSpec | undefined {
  if (spec.pipelineSpec) return spec.pipelineSpec;
  const found = objects.find(
    (it) =>
      it.kind === 'Pipeline' &&
      it.metadata.name === spec.pipelineRef?.name &&
      (it.metadata.namespace ?? 'default') === (metadata.namespace ?? 'default'),
  );
  return (found as { readonly spec?: PipelineSpec } | undefined)?.spec; // by its kind
}
