/**
 * Strings on their whole way: construct, file, kubectl.
 *
 * `kubectl patch --local` reads a file as every other command of kubectl does, and asks no server. Where there is no kubectl,
 * two readers of YAML that stand in for it (1.1 and 1.2) have been asked in lib-yaml.test.ts.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ApiObject, App, Chart } from 'cdk8s';
import fc from 'fast-check';
import { Task, TektonApp } from '../lib/index.js';
import { anyString, AWKWARD_STRINGS } from './awkward-strings.js';
import { testWithKubectl } from './kubectl-tests.js';

const work = mkdtempSync(join(tmpdir(), 'pipewright-strings-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Half of a pair is no character: Go has no such string, and no manifest can hold it. */
const isText = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** What kubectl reads of `strings` when they are a script, an argument, a variable and a key. */
function readByKubectl(
  strings: readonly string[],
  app: App = new TektonApp({ outdir: work, showWarnings: false }),
): unknown {
  const chart = new Chart(app, 'chart');
  const args = [...strings];
  new Task(chart, 'args', { metadata: { name: 'args' }, steps: () => [{ image: 'busybox:1.31', args }] });
  new ApiObject(chart, 'map', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'map',
      annotations: Object.fromEntries(strings.map((text, index) => [`a/${String(index)}`, text])),
    },
    data: Object.fromEntries(strings.map((text) => [`k${text}`, text])),
  });
  app.synth();
  const file = join(work, 'chart.k8s.yaml');
  const { status, stdout, stderr } = spawnSync(
    'kubectl',
    ['patch', '--local', '--type=merge', '-p', '{}', '-o', 'json', '-f', file],
    { encoding: 'utf8', env: { ...process.env, KUBECONFIG: '/dev/null' }, maxBuffer: 64 * 1024 * 1024 },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .split(/^(?=\{)/m)
    .filter((text) => text.trim() !== '')
    .map((text) => JSON.parse(text) as object);
}

const expected = (strings: readonly string[]): object[] => [
  {
    apiVersion: 'tekton.dev/v1alpha1',
    kind: 'Task',
    metadata: { name: 'args' },
    spec: { steps: [{ image: 'busybox:1.31', args: strings }] },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'map',
      annotations: Object.fromEntries(strings.map((text, index) => [`a/${String(index)}`, text])),
    },
    data: Object.fromEntries(strings.map((text) => [`k${text}`, text])),
  },
];

const strings = AWKWARD_STRINGS.filter(isText);
const some = fc.sample(anyString().filter(isText), { numRuns: 1000, seed: 11 });
const withVariables = (text: string): boolean => !/\$[({]/.test(text);

testWithKubectl('kubectl reads every awkward string as it was written', () => {
  const all = strings.filter(withVariables);
  expect(readByKubectl(all)).toEqual(expected(all));
});

testWithKubectl('kubectl reads a thousand generated strings as they were written', () => {
  const all = [...new Set(some.filter(withVariables))];
  expect(all.length).toBeGreaterThan(500);
  expect(readByKubectl(all)).toEqual(expected(all));
});

describe('in an App of cdk8s', () => {
  const refused = (text: string): boolean => {
    const chart = new Chart(new App({ outdir: work }), 'chart');
    const args = [text];
    new Task(chart, 'task', { metadata: { name: 'task' }, steps: () => [{ image: 'busybox:1.31', args }] });
    return chart.node.root.node
      .findAll()
      .flatMap((it) => it.node.validate())
      .some((line) => line.includes('STRING_CHANGED'));
  };

  test('a string that kubectl would not get as it is is refused, with a way out', () => {
    const app = new App({ outdir: work });
    new Task(new Chart(app, 'chart'), 'task', { steps: () => [{ image: 'busybox:1.31', args: ['0o17', 'a'] }] });

    expect(() => app.synth()).toThrow(
      '[chart/task] spec.steps[0].args[0]: kubectl would not read this string as it is from the YAML that cdk8s writes — ' +
        'use TektonApp in place of App, which writes strings that every reader takes alike [STRING_CHANGED]',
    );
  });

  testWithKubectl('kubectl reads every other string as it was written', () => {
    const all = [...new Set([...strings, ...some])].filter((text) => withVariables(text) && !refused(text));
    expect(all.length).toBeGreaterThan(500);
    expect(readByKubectl(all, new App({ outdir: work }))).toEqual(expected(all));
  });
});

test('a string that is no text is refused', () => {
  const app = new TektonApp({ outdir: work, showWarnings: false });
  new Task(new Chart(app, 'chart'), 'task', { steps: () => [{ image: 'busybox:1.31', args: ['\ud800'] }] });

  expect(() => app.synth()).toThrow(/spec\.steps\[0\]\.args\[0\].*\[STRING_BROKEN\]/);
});
