/** Large objects of tekton.dev/v1 are checked in linear time, whether they are valid or not. */

import { expect, test } from '@jest/globals';
import { checkObjects } from '@pipewright/tekton';
import { growth, LINEAR } from '../../../../test/growth.js';

const times = <T>(count: number, item: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => item(at));
const step = { name: 's', image: 'busybox:1', script: 'true' };
const object = (kind: string, spec: object, name = 'x'): object => ({
  apiVersion: 'tekton.dev/v1',
  kind,
  metadata: { name },
  spec,
});
const param = (at: number): object => ({ name: `p${at}`, default: 'x' });
const value = (at: number): object => ({ name: `p${at}`, value: 'x' });
const objectParam = (at: number): object => ({ name: `o${at}`, type: 'object' });
const withKeys = (at: number): object => ({ ...objectParam(at), properties: { k: { type: 'string' } } });

/** Objects with a number of elements, and how many problems they have. */
type Row = [what: string, size: number, objects: (count: number) => object[], problems: (count: number) => number];

const rows: Row[] = [
  [
    'object params without properties, in a pipeline with as many embedded tasks',
    250,
    (count) => [
      object('Pipeline', {
        params: times(count, objectParam),
        tasks: times(count, (at) => ({ name: `t${at}`, taskSpec: { steps: [step] } })),
      }),
    ],
    (count) => count,
  ],
  [
    'params with invalid names',
    1000,
    (count) => [object('Task', { params: times(count, (at) => ({ name: `0p${at}`, default: 'x' })), steps: [step] })],
    (count) => count,
  ],
  [
    'object params with invalid names',
    1000,
    (count) => [
      object('Task', {
        params: times(count, (at) => ({ ...withKeys(at), name: `0p${at}`, default: { k: 'v' } })),
        steps: [step],
      }),
    ],
    (count) => count,
  ],
  [
    'params of a pipeline with as many embedded tasks',
    500,
    (count) => [
      object('Pipeline', {
        params: times(count, param),
        tasks: times(count, (at) => ({
          name: `t${at}`,
          taskSpec: { steps: [{ ...step, script: `echo $(params.p${at})` }] },
        })),
      }),
    ],
    () => 0,
  ],
  [
    'params and workspaces of a run with as many embedded tasks',
    250,
    (count) => [
      object('PipelineRun', {
        params: times(count, value),
        workspaces: times(count, (at) => ({ name: `w${at}`, emptyDir: {} })),
        taskRunSpecs: times(count, (at) => ({ pipelineTaskName: `t${at}` })),
        pipelineSpec: {
          tasks: times(count, (at) => ({
            name: `t${at}`,
            taskSpec: { workspaces: [{ name: `w${at}` }], steps: [{ ...step, script: `echo $(params.p${at})` }] },
          })),
        },
      }),
    ],
    () => 0,
  ],
  [
    'object params of a Task with as many texts',
    500,
    (count) => [
      object('Task', {
        params: times(count, withKeys),
        steps: [{ ...step, script: undefined, command: ['echo'], args: times(count, (at) => `$(params.o${at}.k)`) }],
      }),
    ],
    () => 0,
  ],
  [
    'params, workspaces and step settings of a run that are not declared',
    500,
    (count) => [
      object('TaskRun', {
        params: times(count, value),
        workspaces: times(count, (at) => ({ name: `w${at}`, emptyDir: {} })),
        stepSpecs: times(count, (at) => ({ name: `s${at}`, computeResources: {} })),
        taskSpec: {
          params: times(count, param),
          workspaces: times(count, (at) => ({ name: `w${at}`, mountPath: `/w/${at}` })),
          steps: times(count, (at) => ({ ...step, name: `s${at}`, script: 'echo $(workspaces.w1.path)' })),
        },
      }),
    ],
    () => 0,
  ],
  [
    'tasks, statuses and results of finally tasks',
    500,
    (count) => [
      object('Task', { results: times(count, (at) => ({ name: `r${at}` })), steps: [step] }, 'make'),
      object('Pipeline', {
        tasks: [
          { name: 'a', taskRef: { name: 'make' } },
          ...times(count, (at) => ({ name: `t${at}`, taskRef: { name: 'make' } })),
        ],
        finally: times(count, (at) => ({
          name: `f${at}`,
          when: [{ input: `$(tasks.t${at}.status) $(tasks.a.results.r${at})`, operator: 'in', values: ['x'] }],
          taskRef: { name: 'make' },
        })),
      }),
    ],
    () => 0,
  ],
  [
    'variables that are not known, beside as many that are',
    500,
    (count) => [
      object('Task', {
        params: times(count, param),
        steps: [{ ...step, script: undefined, command: ['echo'], args: times(count, (at) => `$(params.q${at})`) }],
      }),
    ],
    (count) => count,
  ],
  [
    'elements of a matrix that `include` has too',
    500,
    (count) => [
      object('Task', { params: [{ name: 'x' }], steps: [step] }, 'make'),
      object('Pipeline', {
        tasks: [
          {
            name: 'a',
            taskRef: { name: 'make' },
            matrix: {
              params: [{ name: 'x', value: times(count, (at) => `v${at}`) }],
              include: times(count, (at) => ({ name: `i${at}`, params: [{ name: 'x', value: `v${at}` }] })),
            },
          },
        ],
      }),
    ],
    () => 1, // too many combinations
  ],
];

test.each(rows)('%s', async (_what, size, objects, problems) => {
  const check = (count: number): void => expect(checkObjects(objects(count))).toHaveLength(problems(count));
  expect(await growth(check, size)).toBeLessThan(LINEAR);
});
