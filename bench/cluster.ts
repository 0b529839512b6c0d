/**
 * `npm run bench:cluster`: the duration of runs on a real Kubernetes (KUBECONFIG), compared with the same pods without a controller.
 *
 * The floor is pods with as many containers as the run's pods, each running `true`, created one after the other without a
 * controller; the ends of pods and runs are both taken from a watch. The controller runs in this process. `BENCH_GIT_URL` is a
 * repository that pods can clone; without it the article is skipped.
 */

import { startController } from '@pipewright/controller';
import { KubeClient, kubeconfigSend, NAMESPACES, PODS, type KubeObject, type Resource } from '@pipewright/kube';
import { crds } from '@pipewright/tekton';
import { idleArticle, taskRunOf } from './pipelines.js';
import { table } from './measure.js';

const TIMES = Number(process.env.BENCH_TIMES ?? 5);
const IMAGE = process.env.BENCH_IMAGE ?? 'busybox';
const tekton = (kind: string, plural: string): Resource => ({
  group: 'tekton.dev',
  version: 'v1alpha1',
  plural,
  kind,
  namespaced: true,
});
const KINDS: Readonly<Record<string, Resource>> = {
  Task: tekton('Task', 'tasks'),
  TaskRun: tekton('TaskRun', 'taskruns'),
  Pipeline: tekton('Pipeline', 'pipelines'),
  PipelineRun: tekton('PipelineRun', 'pipelineruns'),
  PipelineResource: tekton('PipelineResource', 'pipelineresources'),
};
const CRDS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

interface RunResult extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { type: string; status: string; message?: string }[];
  };
}

const send = await kubeconfigSend({});
const client = new KubeClient(send);
const namespace = `pipewright-bench-${process.pid}`;

/** Creates an object and waits, with a watch started before, until `ended` is true. Returns seconds. */
async function timed(of: Resource, object: KubeObject, ended: (seen: RunResult) => boolean): Promise<number> {
  const name = object.metadata.name ?? '';
  const { resourceVersion } = await client.list(of, { namespace });
  const stop = new AbortController();
  const events = client.watch<RunResult>(of, {
    namespace,
    resourceVersion,
    fieldSelector: `metadata.name=${name}`,
    signal: stop.signal,
  });
  const seen = (async () => {
    for await (const event of events) if (ended(event.object)) return performance.now();
    throw new Error(`the watch on ${of.kind} ${name} ended before it did`);
  })();
  const began = performance.now();
  await client.create(of, { namespace }, object);
  const ms = (await seen) - began;
  stop.abort();
  return ms / 1000;
}

const podOver = (pod: RunResult): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

const runOver = (run: RunResult): boolean => {
  const condition = run.status?.conditions?.find(({ type }) => type === 'Succeeded');
  if (condition?.status === 'False') throw new Error(`${run.kind} ${run.metadata.name} failed: ${condition.message}`);
  return condition?.status === 'True';
};

let made = 0;

/** Runs pods of `true`, one after the other, with the given numbers of containers. */
async function floor(containers: readonly number[]): Promise<number> {
  let seconds = 0;
  for (const count of containers) {
    const names = Array.from({ length: count }, (_, i) => ({
      name: `c${i}`,
      image: IMAGE,
      imagePullPolicy: 'IfNotPresent',
      command: ['true'],
    }));
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `floor-${made++}` },
      spec: { restartPolicy: 'Never', containers: names },
    };
    seconds += await timed(PODS, pod, podOver);
  }
  return seconds;
}

/** Creates the objects, of which the last is the run. */
async function run(objects: readonly object[]): Promise<number> {
  const all = objects as readonly KubeObject[]; // bench/pipelines.ts creates complete objects
  for (const object of all.slice(0, -1))
    await client.create(kindOf(object), { namespace }, object).catch(() => undefined);
  const last = all.at(-1);
  if (!last) throw new Error('no objects to run');
  const named = { ...last, metadata: { ...last.metadata, name: `${last.metadata.name}-${made++}` } };
  return timed(kindOf(named), named, runOver);
}

const kindOf = (object: KubeObject): Resource => {
  const resource = KINDS[object.kind ?? ''];
  if (!resource) throw new Error(`no resource for kind ${object.kind}`);
  return resource;
};

async function median(once: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < TIMES; i++) all.push(await once());
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}

for (const crd of crds()) {
  await client.patch(CRDS, { name: crd.metadata.name }, crd, {
    type: 'apply',
    fieldManager: 'pipewright',
    force: true,
  });
}
await client.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
const controller = await startController({ send, namespace });
try {
  const rows: string[][] = [];
  const add = async (name: string, containers: readonly number[], objects: readonly object[]): Promise<void> => {
    const [least, ours] = [await median(() => floor(containers)), await median(() => run(objects))];
    rows.push([name, least.toFixed(2), ours.toFixed(2), (ours / least).toFixed(2)]);
  };
  await add('TaskRun, 1 step', [1], taskRunOf(1, { image: IMAGE }));
  await add('TaskRun, 10 steps', [10], taskRunOf(10, { image: IMAGE }));
  const git = process.env.BENCH_GIT_URL;
  if (git) await add('the article, with no-op steps', [2, 4, 2], idleArticle(git, IMAGE));
  console.log(
    table(
      [
        `on ${process.env.KUBECONFIG ?? 'the default kubeconfig'}, median of ${TIMES}`,
        'pods alone s',
        'pipewright s',
        'ratio',
      ],
      rows,
    ),
  );
} finally {
  await controller.stop();
  await client.delete(NAMESPACES, { name: namespace });
  await send.close();
}
