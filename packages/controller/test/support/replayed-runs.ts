/**
 * Replays recorded PipelineRuns of Tekton v1.15 against the planner: each TaskRun that it creates gets the status that was recorded.
 *
 * Without a cluster, so the rules of pipelines are compared in seconds. The recordings are optional: a folder beside the repository.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateCel } from '@pipewright/tekton/cel';
import {
  applyDefaults,
  isDone,
  readTektonConfig,
  type PipelineRunObject,
  type RunStatus,
  type TaskRunObject,
  type TaskRunObjectStatus,
} from '@pipewright/tekton';
import { parseAllDocuments } from 'yaml';
import { planPipelineRun } from '../../src/pipelinerun/plan.js';
import { PlannerCaches } from '../../src/pipelinerun/planner-caches.js';
import type { PipelineObject } from '../../src/pipelinerun/pipeline-inputs.js';

const FOLDER = join(import.meta.dirname, '../../../../../shared/oracle/v1.15/cases');

export const hasRecordings = existsSync(FOLDER);

type Json = Readonly<Record<string, unknown>>;

interface Recorded {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: PipelineRunObject['metadata'];
  readonly spec: Json;
  readonly status?: Json;
}

interface Outcome {
  readonly pipelineruns: readonly Recorded[];
  readonly taskruns: readonly Recorded[];
  readonly config?: Readonly<Record<string, string>>;
}

/** The parts of a run that are compared. */
export interface ReplayedRun {
  readonly id: string;
  readonly recorded: Json;
  readonly planned: Json;
}

/** Replays the runs of all cases. */
export const replayedRuns = (accepts: (id: string) => boolean): readonly ReplayedRun[] =>
  readdirSync(FOLDER).flatMap((name) => replayCase(name, accepts));

function replayCase(name: string, accepts: (id: string) => boolean): readonly ReplayedRun[] {
  const outcome = JSON.parse(readFileSync(join(FOLDER, name, 'outcome.json'), 'utf8')) as Outcome; // as its README says
  const { config } = readTektonConfig(outcome.config ?? {}, outcome.config ?? {});
  const objects = parseAllDocuments(readFileSync(join(FOLDER, name, 'input.yaml'), 'utf8'))
    .map((document) => document.toJS() as (Recorded & { readonly items?: readonly Recorded[] }) | null) // as above
    .flatMap((object) => (object === null ? [] : (object.items ?? [object])))
    .map((object) => applyDefaults(object, {}));
  return outcome.pipelineruns
    .filter(({ apiVersion, metadata }) => apiVersion === 'tekton.dev/v1' && accepts(`${name} ${metadata.name ?? ''}`))
    .map((run) => ({
      id: `${name} ${run.metadata.name ?? ''}`,
      recorded: view(run.status ?? {}, ownedBy(run, outcome.taskruns)),
      planned: replay(run, objects, outcome, config),
    }));
}

const ownedBy = ({ metadata }: Recorded, taskRuns: readonly Recorded[]): readonly Recorded[] =>
  taskRuns.filter(({ metadata: own }) => own.ownerReferences?.some(({ uid }) => uid === metadata.uid));

function replay(
  recorded: Recorded,
  objects: readonly Recorded[],
  outcome: Outcome,
  config: ReturnType<typeof readTektonConfig>['config'],
): Json {
  const of = (kind: string): readonly Recorded[] => objects.filter((object) => object.kind === kind);
  const { pipelineRef = {} } = recorded.spec as { pipelineRef?: { name?: string } }; // of the run's version
  const found = of('Pipeline').find(({ metadata }) => metadata.name === pipelineRef.name);
  const pipeline: PipelineObject | undefined = found && {
    apiVersion: found.apiVersion,
    spec: found.spec,
    ...found.metadata,
  };
  const tasks = new Map(of('Task').map((task) => [`Task/${task.metadata.name ?? ''}`, task]));
  const input = of('PipelineRun').find(({ metadata }) => metadata.name === recorded.metadata.name);
  const taskRuns = new Map<string, TaskRunObject>();
  const caches = new PlannerCaches();
  const known = new Map(outcome.taskruns.map((taskRun) => [taskRun.metadata.name ?? '', taskRun]));
  const { labels: _labels, annotations: _annotations, ...metadata } = recorded.metadata;
  const own = { ...metadata, ...(input?.metadata ?? {}), namespace: metadata.namespace };
  let status: RunStatus | undefined;
  for (let round = 0; round < 50 && !isDone(status); round++) {
    const run = { ...recorded, metadata: own, ...(status && { status }) } as PipelineRunObject; // without the recorded status
    if (!status) delete (run as { status?: unknown }).status;
    const decision = planPipelineRun(
      {
        run,
        pipeline,
        tasks,
        resources: new Map(),
        conditions: new Map(),
        taskRuns: new Map(taskRuns),
        config,
        evaluateCel,
        now: new Date('2026-01-01T12:00:00Z'),
      },
      caches,
    );
    ({ status } = decision);
    for (const action of decision.actions) {
      if (action.kind !== 'create') continue;
      const name = action.taskRun.metadata.name ?? '';
      const ended = known.get(name)?.status as TaskRunObjectStatus | undefined; // of the run's version
      taskRuns.set(name, { ...action.taskRun, ...(ended && { status: ended }) });
    }
  }
  return view(status ?? {}, [...taskRuns.values()]);
}

interface Child {
  readonly metadata: { readonly name?: string; readonly labels?: Json; readonly annotations?: Json };
  readonly spec: object;
}

function view(status: RunStatus, taskRuns: readonly Child[]): Json {
  const { conditions: [condition] = [], childReferences = [], skippedTasks = [], results = [] } = status;
  return {
    condition: condition && `${condition.status} ${condition.reason ?? ''}: ${condition.message ?? ''}`,
    children: childReferences,
    skipped: skippedTasks,
    results,
    hasFinallyStarted: status['finallyStartTime'] !== undefined,
    pipeline: trimmed(status['pipelineSpec']),
    provenance: status['provenance'] ?? null,
    taskRuns: Object.fromEntries(taskRuns.map(({ metadata: { name = '' }, spec }) => [name, trimmed(spec)])),
    labels: Object.fromEntries(
      taskRuns.map(({ metadata: { name = '', labels = {} } }) => [
        name,
        Object.fromEntries(
          Object.entries(labels).filter(([key]) => key.startsWith('tekton.dev/') && key !== 'tekton.dev/task'),
        ),
      ]),
    ),
  };
}

/** Without the empty fields that Go writes. */
function trimmed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trimmed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, item]) => [key, trimmed(item)] as const)
    .filter(
      ([, item]) =>
        item !== null && item !== '' && !(typeof item === 'object' && Object.keys(item as object).length === 0),
    );
  return Object.fromEntries(entries);
}
