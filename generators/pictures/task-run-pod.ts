/**
 * The pod of a TaskRun: its containers, its volumes, and which container mounts which volume.
 *
 * The controller's own pod builder makes the pod, from a Task with a Git resource, a sidecar and two steps.
 */

import { readPipelineResource, readTask, readTaskRun, type TaskSpec } from '@pipewright/tekton';
import { readScripts } from '../../packages/controller/src/edge/read-scripts.js';
import type { Pod } from '../../packages/controller/src/pod/pod-types.js';
import { taskPod } from '../../packages/controller/src/pod/pod.js';
import { DEFAULT_IMAGES } from '../../packages/controller/src/run/options.js';
import { dot, line, rectangle, svg, textAt } from './svg.js';

const TASK: TaskSpec = {
  inputs: { resources: [{ name: 'source', type: 'git' }] },
  steps: [
    { name: 'test', image: 'golang:1.22', command: ['make', 'test'] },
    { name: 'build', image: 'golang:1.22', command: ['make', 'build'] },
  ],
  sidecars: [{ name: 'database', image: 'postgres:16' }],
};

const SOURCE = readPipelineResource('app', {
  type: 'git',
  params: [{ name: 'url', value: 'https://git.example.com/app.git' }],
});

function examplePod(): Pod {
  const result = taskPod({
    taskRun: {
      name: 'build-app',
      namespace: 'default',
      uid: '5f0e0b52-3a57-4ac8-8d4b-5f7f1a3b9c11',
      labels: {},
      annotations: {},
      apiVersion: 'tekton.dev/v1alpha1',
    },
    attempt: 0,
    run: readTaskRun({}),
    task: readTask(TASK),
    bindings: { inputs: new Map([['source', { resource: SOURCE, paths: [] }]]), outputs: new Map() },
    secrets: [],
    images: DEFAULT_IMAGES,
    scripts: readScripts(),
    replacement: false,
    lendShell: false,
    commands: new Map(),
  });
  if (!('pod' in result)) throw new Error(`the example Task has no pod: ${JSON.stringify(result)}`);
  return result.pod;
}

type PodContainer = Pod['spec']['containers'][number];

const SIDECAR_PREFIX = 'sidecar-';
const OWN_STEPS: ReadonlySet<string> = new Set(['step-test', 'step-build']);

function roleOf(name: string): string {
  if (name.startsWith(SIDECAR_PREFIX)) return 'sidecar: runs beside the steps';
  return OWN_STEPS.has(name) ? 'step of the Task' : "step of the PipelineResource 'app'";
}

/** What each volume is for, by its name. */
const PURPOSES: Readonly<Record<string, string>> = {
  workspace: 'files of the steps',
  'tekton-home': 'HOME of the steps',
  tools: 'order of the steps',
  downward: 'sidecars are ready',
};

const LEFT = 20;
const ROW = { top: 130, height: 58, width: 400 };
const COLUMN = { left: 505, width: 150 };

const kindOf = (volume: Readonly<Record<string, unknown>>): string =>
  Object.keys(volume).find((key) => key !== 'name') ?? '';

function drawContainer({ name, image }: PodContainer, index: number): readonly string[] {
  const y = ROW.top + index * ROW.height;
  const box = { x: LEFT, y, width: ROW.width, height: ROW.height - 12 };
  return [
    rectangle(box, OWN_STEPS.has(name) ? 'main' : 'plain'),
    textAt({ x: LEFT + 14, y: y + 19 }, name, 'code'),
    textAt({ x: LEFT + 14, y: y + 37 }, `${roleOf(name)}; image ${image ?? ''}`, 'note'),
  ];
}

const rowMiddle = (index: number): number => ROW.top + index * ROW.height + (ROW.height - 12) / 2;
const columnMiddle = (index: number): number => COLUMN.left + index * COLUMN.width;

const mountsOf = ({ volumeMounts = [] }: PodContainer, volume: string): readonly string[] =>
  volumeMounts.filter(({ name }) => name === volume).map(({ mountPath }) => mountPath);

/** `docs/images/task-run-pod.svg` */
export function taskRunPod(): string {
  const { metadata, spec } = examplePod();
  const { containers, volumes = [] } = spec;
  const bottom = ROW.top + containers.length * ROW.height;
  const initNames = (spec['initContainers'] as readonly PodContainer[] | undefined)?.map(({ name }) => name) ?? []; // a list of containers in every Pod
  const initText = initNames.length === 0 ? 'none' : initNames.join(', ');
  const mountNotes = volumes.map(({ name }) => [...new Set(containers.flatMap((each) => mountsOf(each, name)))]);
  const deepest = Math.max(...mountNotes.map((paths) => paths.length));
  return svg({
    title: 'The pod of a TaskRun',
    description: `Init containers: ${initText}. Containers, in order: ${containers
      .map(({ name }) => `${name} (${roleOf(name)})`)
      .join(
        ', ',
      )}. Volumes: ${volumes.map(({ name }, index) => `${name} at ${mountNotes[index]?.join(' and ') ?? ''}`).join('; ')}.`,
    width: columnMiddle(volumes.length - 1) + COLUMN.width / 2 + 15,
    height: bottom + 40 + deepest * 18,
    elements: [
      textAt({ x: LEFT, y: 32 }, `Pod ${String(metadata['name'])}`, 'title'),
      textAt({ x: LEFT, y: 56 }, 'A Task with the Git resource app, two steps and a sidecar', 'note'),
      textAt({ x: LEFT, y: 92 }, `initContainers: ${initText}`, 'code'),
      textAt({ x: LEFT, y: 116 }, 'containers; the steps run one after another:', 'code'),
      ...containers.flatMap(drawContainer),
      ...volumes.flatMap((volume, index) => [
        line({ x: columnMiddle(index), y: ROW.top - 10 }, { x: columnMiddle(index), y: bottom }),
        textAt({ x: columnMiddle(index), y: 80 }, volume.name, 'code', 'middle'),
        textAt({ x: columnMiddle(index), y: 98 }, kindOf(volume), 'label', 'middle'),
        textAt({ x: columnMiddle(index), y: 114 }, PURPOSES[volume.name] ?? '', 'note', 'middle'),
        ...(mountNotes[index] ?? []).map((path, row) =>
          textAt({ x: columnMiddle(index), y: bottom + 20 + row * 18 }, path, 'note', 'middle'),
        ),
        ...containers.flatMap((each, row) =>
          mountsOf(each, volume.name).length > 0 ? [dot({ x: columnMiddle(index), y: rowMiddle(row) })] : [],
        ),
      ]),
      textAt({ x: columnMiddle(0), y: 56 }, 'volumes', 'code', 'middle'),
      textAt({ x: LEFT, y: bottom + 20 }, 'A dot is a volume mount; its path is below the column.', 'note'),
    ],
  });
}
