/** The data flow: a TypeScript program, the manifests that it synthesizes, and what reads them. */

import { arrow, rectangle, svg, textAt, type Box, type Point } from './svg.js';

interface Station extends Box {
  readonly code: string;
  readonly notes: readonly string[];
}

const PROGRAM: Station = {
  ...{ x: 20, y: 120, width: 180, height: 84 },
  code: 'main.ts',
  notes: ['constructs; mistakes are', 'compile errors'],
};

const MANIFESTS: Station = {
  ...{ x: 290, y: 120, width: 180, height: 84 },
  code: 'dist/*.yaml',
  notes: ['manifests of', 'tekton.dev/v1alpha1'],
};

const CONSUMER = { x: 580, width: 340 };

const CONSUMERS: readonly Station[] = [
  {
    ...{ ...CONSUMER, y: 20, height: 60 },
    code: 'pipewright lint',
    notes: ['problems, each with file, line, column and hint'],
  },
  {
    ...{ ...CONSUMER, y: 94, height: 60 },
    code: 'pipewright run',
    notes: ['runs them on an embedded cluster: log, exit status'],
  },
  {
    ...{ ...CONSUMER, y: 168, height: 60 },
    code: 'pipewright up',
    notes: ['the same cluster as a server, for kubectl'],
  },
  {
    ...{ ...CONSUMER, y: 242, height: 60 },
    code: 'kubectl, Argo CD, Flux',
    notes: ['apply them to a Kubernetes cluster'],
  },
];

const CONTROLLER: Station = {
  ...{ ...CONSUMER, y: 346, height: 60 },
  code: 'pipewright controller',
  notes: ['watches runs and creates a Pod for each TaskRun'],
};

const station = ({ code, notes, ...box }: Station, style: 'plain' | 'main'): readonly string[] => [
  rectangle(box, style),
  textAt({ x: box.x + 14, y: box.y + 25 }, code, 'code'),
  ...notes.map((note, index) => textAt({ x: box.x + 14, y: box.y + 46 + index * 18 }, note, 'note')),
];

const right = ({ x, y, width, height }: Box): Point => ({ x: x + width, y: y + height / 2 });
const left = ({ x, y, height }: Box): Point => ({ x, y: y + height / 2 });

/** `docs/images/data-flow.svg` */
export function dataFlow(): string {
  const fork = 525;
  const consumed = right(MANIFESTS);
  const last = CONSUMERS.at(-1) ?? CONTROLLER;
  const middle = last.x + last.width / 2;
  return svg({
    title: 'From TypeScript to a run',
    description:
      'main.ts is synthesized to manifests in dist. Four programs read them: pipewright lint reports problems; pipewright run and pipewright up run them on an embedded cluster; kubectl, Argo CD and Flux apply them to a Kubernetes cluster, where pipewright controller creates a Pod for each TaskRun. The embedded cluster runs the same controller.',
    width: 940,
    height: 426,
    elements: [
      ...station(PROGRAM, 'main'),
      ...station(MANIFESTS, 'main'),
      ...CONSUMERS.flatMap((each) => station(each, 'plain')),
      ...station(CONTROLLER, 'plain'),
      arrow(right(PROGRAM), left(MANIFESTS)),
      textAt({ x: 245, y: 152 }, 'synth', 'label', 'middle'),
      ...CONSUMERS.map((each) => arrow(consumed, { x: fork, y: consumed.y }, { x: fork, y: left(each).y }, left(each))),
      arrow({ x: middle, y: last.y + last.height }, { x: middle, y: CONTROLLER.y }),
      textAt({ x: middle + 10, y: 328 }, 'Kubernetes API', 'label'),
      textAt({ x: 20, y: 370 }, 'All of them read a pipeline with packages/tekton: the same types, schemas,', 'note'),
      textAt({ x: 20, y: 388 }, 'checks and task graph. run and up contain the same controller.', 'note'),
    ],
  });
}
