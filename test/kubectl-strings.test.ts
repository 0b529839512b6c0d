/**
 * Strings from a construct through a file to kubectl.
 *
 * `kubectl patch --local` reads a file as every other command of kubectl, without a server. Without kubectl,
 * lib-yaml.test.ts covers them with two YAML parsers (1.1 and 1.2).
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

/** A lone surrogate is not a character: Go cannot represent it, and manifests cannot contain it. */
const isText = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** Returns `strings` as kubectl reads them in a script, an argument, a variable and a key. */
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

  test('a string that kubectl would not read unchanged is rejected, with a fix', () => {
    const app = new App({ outdir: work });
    new Task(new Chart(app, 'chart'), 'task', { steps: () => [{ image: 'busybox:1.31', args: ['0o17', 'a'] }] });

    expect(() => app.synth()).toThrow(
      '[chart/task] spec.steps[0].args[0]: kubectl would read another value than this string from the YAML that cdk8s writes — ' +
        'use TektonApp instead of App: it writes strings that all YAML readers read alike [STRING_CHANGED]',
    );
  });

  testWithKubectl('kubectl reads every other string as it was written', () => {
    const all = [...new Set([...strings, ...some])].filter((text) => withVariables(text) && !refused(text));
    expect(all.length).toBeGreaterThan(500);
    expect(readByKubectl(all, new App({ outdir: work }))).toEqual(expected(all));
  });
});

test('a string with a lone surrogate is rejected', () => {
  const app = new TektonApp({ outdir: work, showWarnings: false });
  new Task(new Chart(app, 'chart'), 'task', { steps: () => [{ image: 'busybox:1.31', args: ['\ud800'] }] });

  expect(() => app.synth()).toThrow(/spec\.steps\[0\]\.args\[0\].*\[STRING_BROKEN\]/);
});
