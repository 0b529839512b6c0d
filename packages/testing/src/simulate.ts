/**
 * Executes a run on a separate embedded cluster: real objects, the real controller, scripted steps.
 *
 *     objects ──▶ embedded API server ◀── controller ──▶ pods ──▶ scripted steps ──▶ SimulatedRun
 *
 * Objects that the run only references (ServiceAccounts, Secrets) are replaced by placeholders. Nothing reads files or a network.
 */

import { startCluster } from '@pipewright/cluster';
import { startController } from '@pipewright/controller';
import { KubeClient, resource, type KubeObject, type Resource } from '@pipewright/kube';
import { systemClock, type PlainRequest, type Send } from '@pipewright/apimachinery';
import {
  V1ALPHA1,
  checkObjects,
  crds,
  canonicalFields,
  TASK_RUNS,
  tektonResource,
  type Condition,
  type PipelineRun,
  type TaskRun,
} from '@pipewright/tekton';
import { SimulatedTime } from './edge/simulated-time.js';
import { placeholderObjects } from './placeholder-objects.js';
import { conditionOf, readRun } from './read-run.js';
import { nameOrPrefix, chooseRun, isTektonRun, pipelineOfRun } from './runs.js';
import { ScriptedRuntime } from './scripted-runtime.js';
import { Scripts } from './scripts.js';
import type { SimulatedRun } from './simulated-run.js';
import { SimulationError } from './simulation-error.js';
import type { ConditionScripts, StepScripts } from './step.js';

/** Manifests, or an object that contains them, such as `TektonTesting.of(chart)`. */
export type Synthesized = readonly object[] | { readonly objects: readonly object[] };

/** Options of {@link simulate}. */
export interface SimulateOptions {
  /**
   * Name (or generateName) of the PipelineRun or TaskRun to execute.
   *
   * @default - the only run
   */
  readonly run?: string;
  /**
   * The behavior of steps, by task and step.
   *
   * @default - every step succeeds
   */
  readonly scripts?: StepScripts;
  /**
   * Whether conditions hold, by task and condition.
   *
   * @default - every condition holds
   */
  readonly conditions?: ConditionScripts;
  /**
   * The maximum duration of the simulation, in milliseconds of real time.
   *
   * @default 10000
   */
  readonly timeoutMs?: number;
}

/** Kinds that a run reads, besides those of Tekton. */
const READ_KINDS: Readonly<Record<string, Resource>> = {
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
 * @throws SimulationError if the objects have errors, the run does not exist or never ends, or a script matches nothing
 */
export async function simulate(synthesized: Synthesized, options: SimulateOptions = {}): Promise<SimulatedRun> {
  const manifests = 'objects' in synthesized ? synthesized.objects : synthesized;
  const objects = manifests.map((object) => canonicalFields(object).object) as readonly KubeObject[]; // synthesized objects have a kind
  rejectErrors(objects);
  const chosen = chooseRun(objects, options.run);
  const [pipeline, name] = [pipelineOfRun(chosen, objects), nameOrPrefix(chosen)];
  const conditionObjects = objects.filter((it): it is KubeObject & Condition => it.kind === 'Condition');
  const { scripts: steps = {}, conditions = {} } = options;
  const scripts = new Scripts({ steps, conditions, pipeline, name, conditionObjects });
  const time = new SimulatedTime();
  const scripted = new ScriptedRuntime(scripts, time);
  const { runtime } = scripted;
  const { send, close } = await startCluster({
    runtime,
    images: () => ({ rootfs: 'host' }),
    crds: crds(),
    now: () => time.date(),
    clock: time.nodeClock,
  });
  const controller = await startController({
    send: trackRequests(send, time),
    clock: time.clock,
    wireClock: systemClock,
  });
  const ended = new AbortController();
  try {
    time.advance(ended.signal).catch((error: unknown) => scripts.fail(error));
    const run = await Promise.race([execute(send, objects, chosen, options.timeoutMs ?? 10_000), scripts.failed]);
    scripts.checkSteps(scripted.steps);
    const taskRuns = await taskRunsOf(run, new KubeClient(send));
    return readRun({ run, taskRuns, pipeline, steps: scripted.steps, name });
  } finally {
    ended.abort();
    await controller.stop();
    await close();
  }
}

/** Stops simulated time while the controller waits for a response. */
function trackRequests(send: Send, time: SimulatedTime): Send {
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    const end = time.begin();
    try {
      return await work();
    } finally {
      end();
    }
  };
  const { plain } = send;
  const wrapped: Send = (request) => during(() => send(request));
  return plain ? Object.assign(wrapped, { plain: (request: PlainRequest) => during(() => plain(request)) }) : wrapped;
}

/** Returns the TaskRuns of tasks, without those of condition checks. */
async function taskRunsOf(run: PipelineRun | TaskRun, client: KubeClient): Promise<readonly TaskRun[]> {
  if (run.kind === 'TaskRun') return [run as TaskRun]; // by its kind
  const { namespace = 'default', name = '' } = run.metadata;
  const labelSelector = `tekton.dev/pipelineRun=${name},!tekton.dev/conditionCheck`;
  return (await client.list<TaskRun & KubeObject>(TASK_RUNS, { namespace, labelSelector })).items;
}

function rejectErrors(objects: readonly object[]): void {
  const errors = checkObjects(objects).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const lines = errors.map(
    ({ object, path, message, code }) =>
      `  ${object?.kind ?? ''} ${object?.name ?? ''} ${path.join('.')}: ${message} [${code}]`,
  );
  throw new SimulationError(
    `the API server would reject these objects:\n${lines.join('\n')}\n`,
    'fix them, or add the missing objects',
  );
}

/** Creates the objects and the run, and returns the run when it has ended. */
async function execute(
  send: Send,
  objects: readonly KubeObject[],
  chosen: KubeObject,
  timeoutMs: number,
): Promise<PipelineRun | TaskRun> {
  const client = new KubeClient(send);
  const placeholders = placeholderObjects(objects, chosen.metadata.namespace ?? 'default');
  const prerequisites = [...objects.filter((it) => !isTektonRun(it)), ...placeholders].flatMap((it) => {
    const kind =
      it.apiVersion === V1ALPHA1
        ? tektonResource(V1ALPHA1, it.kind ?? '')
        : it.apiVersion === 'v1'
          ? READ_KINDS[it.kind ?? '']
          : undefined;
    return kind ? [{ it, kind }] : [];
  });
  const namespaces = new Set(
    [...prerequisites.map(({ it }) => it), chosen].map(({ metadata }) => metadata.namespace ?? 'default'),
  );
  for (const name of namespaces) {
    if (name !== 'default')
      await client.create(NAMESPACE, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const { it, kind } of prerequisites)
    await client.create(kind, kind.namespaced ? { namespace: it.metadata.namespace ?? 'default' } : {}, it);
  const kind = tektonResource(V1ALPHA1, chosen.kind ?? '');
  const namespace = chosen.metadata.namespace ?? 'default';
  const { metadata } = await client.create<KubeObject>(kind, { namespace }, chosen);
  return untilEnded(client, kind, { namespace, name: metadata.name ?? '' }, timeoutMs);
}

async function untilEnded(
  client: KubeClient,
  kind: Resource,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  timeoutMs: number,
): Promise<PipelineRun | TaskRun> {
  const signal = AbortSignal.timeout(timeoutMs);
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
  const { reason = 'unknown', message = '' } = last ? conditionOf(last) : {};
  throw new SimulationError(
    `"${name}" has not ended within ${String(timeoutMs)} ms; its status: ${reason} ${message}`.trim(),
    'add what it waits for, or increase `timeoutMs`',
  );
}
