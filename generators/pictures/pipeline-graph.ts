/**
 * The graph of the article's pipeline, from its manifests as packages/tekton reads them.
 *
 * A task stands to the right of every task that it depends on.
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  dependenciesOfPipeline,
  readPipeline,
  type PipelineModel,
  type PipelineSpec,
  type PipelineTaskModel,
  type TaskDependencies,
} from '@pipewright/tekton';
import { parseAllDocuments } from 'yaml';
import { arrow, rectangle, svg, textAt, type Box } from './svg.js';

const MANIFEST = resolve(import.meta.dirname, '../../examples/article/manifests/3-pipeline.yaml');

const NODE = { width: 270, gap: 70, top: 76, lineHeight: 19, margin: 20 };

interface Document {
  readonly kind: string;
  readonly spec: object;
}

function articlePipeline(): PipelineModel {
  const documents = parseAllDocuments(readFileSync(MANIFEST, 'utf8')).map((it) => it.toJS() as Document); // manifests of ours
  const found = documents.find(({ kind }) => kind === 'Pipeline');
  if (found === undefined) throw new Error(`${MANIFEST} has no Pipeline`);
  return readPipeline(found.spec as PipelineSpec); // the spec of a Pipeline
}

/** The length of the longest path to each task, in edges. */
function columnsOf(dependencies: TaskDependencies): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  const columnOf = (task: string): number => {
    const known = columns.get(task);
    if (known !== undefined) return known;
    const column = Math.max(-1, ...(dependencies.get(task) ?? []).map(columnOf)) + 1;
    columns.set(task, column);
    return column;
  };
  for (const task of dependencies.keys()) columnOf(task);
  return columns;
}

const linesOf = ({ inputs, outputs, params }: PipelineTaskModel): readonly string[] => [
  ...inputs.map(({ name, resource }) => `in   ${name}: ${resource}`),
  ...outputs.map(({ name, resource }) => `out  ${name}: ${resource}`),
  ...params.map(({ name }) => `param ${name}`),
];

interface Node extends Box {
  readonly task: PipelineTaskModel;
}

function nodesOf({ tasks }: PipelineModel, dependencies: TaskDependencies): ReadonlyMap<string, Node> {
  const columns = columnsOf(dependencies);
  const bottoms = new Map<number, number>();
  return new Map(
    tasks.map((task) => {
      const column = columns.get(task.name) ?? 0;
      const y = bottoms.get(column) ?? NODE.top;
      const height = 58 + linesOf(task).length * NODE.lineHeight;
      bottoms.set(column, y + height + 24);
      return [task.name, { task, x: NODE.margin + column * (NODE.width + NODE.gap), y, width: NODE.width, height }];
    }),
  );
}

function drawNode({ task, ...box }: Node): readonly string[] {
  const x = box.x + 14;
  return [
    rectangle(box, 'main'),
    textAt({ x, y: box.y + 26 }, task.name, 'title'),
    ...linesOf(task).map((text, index) => textAt({ x, y: box.y + 52 + index * NODE.lineHeight }, text, 'code')),
  ];
}

/** Edges meet a node 30 pixels below its top, so that they are level where tasks follow one another. */
const EDGE = 30;

/** `docs/images/pipeline.svg` */
export function pipelineGraph(): string {
  const pipeline = articlePipeline();
  const dependencies = dependenciesOfPipeline(pipeline);
  const nodes = nodesOf(pipeline, dependencies);
  const edges = [...dependencies].flatMap(([to, befores]) => befores.map((from) => ({ from, to })));
  const boxes = [...nodes.values()];
  const resources = pipeline.resources.map(({ name, type }) => `${name} (${type})`).join(', ');
  const after = [...dependencies].map(([task, befores]) =>
    befores.length === 0 ? `${task} starts at once.` : `${task} runs after ${befores.join(' and ')}.`,
  );
  return svg({
    title: "The graph of the article's pipeline",
    description: `Resources: ${resources}. ${after.join(' ')}`,
    width: Math.max(...boxes.map(({ x, width }) => x + width)) + NODE.margin,
    height: Math.max(...boxes.map(({ y, height }) => y + height)) + NODE.margin,
    elements: [
      textAt({ x: NODE.margin, y: 32 }, 'Pipeline build-nginx--pipeline', 'title'),
      textAt({ x: NODE.margin, y: 54 }, `resources: ${resources}`, 'code'),
      ...boxes.flatMap(drawNode),
      ...edges.flatMap(({ from, to }) => {
        const [a, b] = [nodes.get(from), nodes.get(to)];
        return a && b ? [arrow({ x: a.x + a.width, y: a.y + EDGE }, { x: b.x, y: b.y + EDGE })] : [];
      }),
    ],
  });
}
