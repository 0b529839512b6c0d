import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  conditionCheckStepName,
  conditionCheckName,
  internalStepName,
  isDnsLabel,
  isDnsSubdomain,
  isLabelValue,
  toLabelValue,
  podName,
  sidecarContainerName,
  stepContainerName,
  taskRunName,
  taskRunNames,
} from '@pipewright/tekton';

const run = { name: 'build-nginx--pipelinerun', uid: '7c2d1c1e-0d3a-4d5b-9a43-0f9a3c0f7a11' };
const letters = '[bcdfghjklmnpqrstvwxz2456789]{5}';

test("names of children have Tekton's form", () => {
  expect(taskRunName(run, 'unit-tests')).toMatch(new RegExp(`^build-nginx--pipelinerun-unit-tests-${letters}$`));
  expect(podName({ name: 'tr', uid: '1' }, 0)).toMatch(/^tr-pod-[0-9a-f]{6}$/);
  expect(internalStepName('git-source-nginx-source-code', '1')).toMatch(
    new RegExp(`^git-source-nginx-source-code-${letters}$`),
  );
  expect(conditionCheckName(run, 'tr', 'sunny', 0)).toMatch(new RegExp(`^tr-sunny-${letters}$`));
});

test('the step of a check is a DNS label that is short enough for the prefix step-, for any name of the Condition', () => {
  expect(conditionCheckStepName('sunny')).toBe('condition-check-sunny');
  expect(conditionCheckStepName('On.Main')).toBe('condition-check-on-main');
  expect(conditionCheckStepName(`${'a'.repeat(41)}-b`)).toBe(`condition-check-${'a'.repeat(41)}`);
});

test('names are the same in every version of this program; otherwise an upgrade would create runs twice', () => {
  expect(taskRunName(run, 'unit-tests')).toBe('build-nginx--pipelinerun-unit-tests-xl289');
  expect(podName({ name: 'tr', uid: '1' }, 0)).toBe('tr-pod-2cb7ba');
});

test('different runs, tasks and attempts have different names', () => {
  const other = { ...run, uid: 'other' };
  expect(taskRunName(other, 'unit-tests')).not.toBe(taskRunName(run, 'unit-tests'));
  expect(podName(run, 1)).not.toBe(podName(run, 0));
  expect(taskRunName(run, 'unit-tests', 1)).not.toBe(taskRunName(run, 'unit-tests'));
});

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);

test('names of children are DNS labels, for any names of run and task', () => {
  fc.assert(
    fc.property(label, label, fc.uuid(), (name, task, uid) => {
      expect(isDnsLabel(taskRunName({ name, uid }, task))).toBe(true);
      expect(isDnsSubdomain(podName({ name, uid }, 3))).toBe(true);
      expect(isDnsLabel(stepContainerName(task, 0))).toBe(true);
      expect(isDnsLabel(stepContainerName(internalStepName(`git-source-${task}`, uid), 0))).toBe(true);
    }),
  );
});

test('5,000 tasks whose names differ only after the truncation get 5,000 names', () => {
  const tasks = Array.from({ length: 5000 }, (_, at) => `${'x'.repeat(58)}${at}`);
  expect(new Set(taskRunNames(run, tasks).values()).size).toBe(5000);
});

test('hashes collide no more often than random values', () => {
  const seen = new Set<string>();
  for (let at = 0; at < 20_000; at++) seen.add(podName({ name: 'tr', uid: `u${at}` }, 0));
  expect(20_000 - seen.size).toBeLessThan(50); // 12 are expected among 16.8 million
});

describe('containers', () => {
  const rows: [name: string, container: string][] = [
    [stepContainerName('run-tests', 3), 'step-run-tests'],
    [stepContainerName(undefined, 3), 'step-unnamed-3'],
    [stepContainerName('', 0), 'step-unnamed-0'],
    [stepContainerName('x'.repeat(63), 0), `step-${'x'.repeat(58)}`],
    [stepContainerName(`${'x'.repeat(57)}--yy`, 0), `step-${'x'.repeat(57)}`],
    [sidecarContainerName('db', 0), 'sidecar-db'],
    [internalStepName('create-dir-builtImage', '1').replace(/-[^-]*$/, ''), 'create-dir-builtimage'],
    [internalStepName('create-dir-my_out.put', '1').replace(/-[^-]*$/, ''), 'create-dir-my-out-put'],
  ];
  test.each(rows)('%s is %s', (name, container) => {
    expect(name).toBe(container);
  });
});

describe('labels', () => {
  test.each([
    ['release-1', true],
    ['', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['-a', false],
    ['a b', false],
    ['A_b.c', true],
  ])('%j is a valid value: %s', (text, isValid) => {
    expect(isLabelValue(text)).toBe(isValid);
  });

  test('any text is converted to a valid value', () => {
    fc.assert(fc.property(fc.string(), (text) => isLabelValue(toLabelValue(text))));
    expect(toLabelValue('release-1')).toBe('release-1');
  });
});
