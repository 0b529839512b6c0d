import { afterEach, describe, expect, test } from '@jest/globals';
import type { Finding } from '../../src/diagnostics/finding.js';
import { explainedCodes, explanationOf } from '../../src/explain/explanations.js';
import { findingsIn } from '../../src/lint/check.js';
import { loadManifests, loadText } from '../../src/manifests/load.js';
import { sourceText } from '../../src/yaml/text.js';
import { prepare } from '../../src/run/prepare/prepare.js';
import { folderWith } from '../support/cli.js';

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));

/** Returns the findings of `pipewright run` before it starts, with the host's files as busybox image. */
function prepared(files: Readonly<Record<string, string>>): readonly Finding[] {
  const { path, done } = folderWith(files);
  folders.push(done);
  return preparedIn(path, new Map([['busybox', 'host']]));
}

function preparedIn(path: string, image: ReadonlyMap<string, string>): readonly Finding[] {
  const none = new Map<string, string>();
  return prepare({ paths: [path], run: [], param: none, source: none, image, runtime: 'sandbox' }).findings;
}

const codesIn = (...texts: readonly string[]): readonly string[] => {
  const loaded = texts.map((text, index) => loadText(sourceText(`${String(index)}.yaml`, text)));
  const all = {
    manifests: loaded.flatMap(({ manifests }) => manifests),
    findings: loaded.flatMap(({ findings }) => findings),
  };
  return findingsIn(all, { externals: 'shared' }).map(({ code }) => code);
};

const TASK_RUN = `apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: other }
spec: { taskSpec: { steps: [{ name: a, image: 'busybox:1', command: [ls] }] } }
`;

const RUN = `apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: r }
spec:
  pipelineRef: { name: build }
  serviceAccountName: robot
`;

describe('a file that cannot be read', () => {
  test('does not cause errors about references to its objects', () => {
    expect(codesIn(RUN)).toEqual(['PIPELINE_UNKNOWN', 'SERVICE_ACCOUNT_MISSING']);
    expect(codesIn(RUN, 'kind: Pipeline\nmetadata: { name: build\n')).toEqual(['YAML_SYNTAX']);
  });

  test('does not hide the problems of other files', () => {
    expect(codesIn(RUN.replace('pipelineRef', 'piplineRef'), 'a: "b\n')).toEqual(['FIELD_UNKNOWN', 'YAML_SYNTAX']);
  });
});

test('a word that YAML reads as a boolean is one error if a string is required, and otherwise a warning', () => {
  const word = (field: string): string => TASK_RUN.replace('command: [ls]', field);
  expect(codesIn(word('command: [ls], env: [{ name: FAST, value: n }]'))).toEqual(['TYPE_WRONG']);
  expect(codesIn(word('command: [ls], tty: n'))).toEqual(['YAML_BOOLEAN']);
});

test('a Task or Pipeline of a later API version is not reported as missing', () => {
  const later = (kind: string, version: string): string =>
    `apiVersion: tekton.dev/${version}\nkind: ${kind}\nmetadata: { name: build }\nspec: {}\n`;
  const messages = (...texts: readonly string[]): readonly string[] =>
    findingsIn(
      {
        manifests: texts.flatMap((text, at) => loadText(sourceText(`${String(at)}.yaml`, text)).manifests),
        findings: [],
      },
      { externals: 'none' },
    ).map(({ code, message, hint }) => `${code}: ${message}; ${hint}`);
  const run = TASK_RUN.replace(/spec: .*/, 'spec: { taskRef: { name: build } }');

  expect(messages(run, later('Task', 'v1'))[0]).toBe(
    "VERSION_MIXED: the Task 'build' is 'tekton.dev/v1', but this object is 'tekton.dev/v1alpha1'; write both in the same version, preferably tekton.dev/v1",
  );
  expect(messages(RUN.replace(/ {2}serviceAccountName.*\n/, ''), later('Pipeline', 'v1beta1'))[0]).toBe(
    "VERSION_MIXED: the Pipeline 'build' is 'tekton.dev/v1beta1', but this object is 'tekton.dev/v1alpha1'; write both in the same version, preferably tekton.dev/v1",
  );
  expect(messages(run, later('Task', 'v1').replace('build', 'other'))[0]).toBe(
    "TASK_UNKNOWN: Task 'build' not found; add it to the manifests, or correct the name",
  );
});

describe('run', () => {
  test('suggests a command with the keys of a missing Secret or ConfigMap', () => {
    const env = `[{ name: A, valueFrom: { secretKeyRef: { name: login, key: token } } }]`;
    const volumes = `[{ name: v, configMap: { name: settings, items: [{ key: a.conf, path: a }, { key: b.conf, path: b }] } }]`;
    const text = `apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: r }
spec: { taskSpec: { steps: [{ name: s, image: 'busybox:1', command: [ls], env: ${env} }], volumes: ${volumes} } }
`;
    const hints = prepared({ 'r.yaml': text }).map(({ hint }) => hint);
    expect(hints).toEqual([
      'add it to the command: kubectl create secret generic login --from-literal=token=VALUE --dry-run=client -o yaml > login.yaml',
      'add it to the command: kubectl create configmap settings --from-literal=a.conf=VALUE --from-literal=b.conf=VALUE --dry-run=client -o yaml > settings.yaml',
    ]);
  });

  test('reports a misspelled kind of the only run, like lint', () => {
    const found = prepared({ 'r.yaml': RUN.replace('PipelineRun', 'PiplineRun') });
    expect(found.map(({ code, hint }) => `${code} ${hint}`)).toEqual(["KIND_UNKNOWN did you mean 'PipelineRun'?"]);
  });
});

describe('for the same manifests', () => {
  const EXAMPLES = explainedCodes().flatMap((code) => {
    const example = explanationOf(code)?.example;
    return example && example.language === undefined ? [[code, example.wrong] as const] : [];
  });
  const withRun = (text: string): string =>
    /kind: (?:Task|Pipeline)Run\n/.test(text) ? text : `${text}---\n${TASK_RUN}`;
  const key = ({ code, place }: Finding): string => `${code} ${String(place.line)}:${String(place.column)}`;
  /** Codes that only a run reports, because they depend on this machine and not on the manifests. */
  const OF_A_RUN = new Set(['IMAGE_NO_STAND_IN', 'COMMAND_UNKNOWN', 'SERVICE_ACCOUNT_MISSING', 'SECRET_MISSING']);

  test.each(EXAMPLES)('run and lint report the same problems (%s)', (_, wrong) => {
    const text = withRun(wrong);
    const { path, done } = folderWith({ 'a.yaml': text });
    folders.push(done);
    const linted = findingsIn(loadManifests([path]), { externals: 'any' });
    const ran = preparedIn(path, new Map());
    expect(ran.filter(({ code }) => !OF_A_RUN.has(code)).map(key)).toEqual(
      linted.filter(({ code }) => !OF_A_RUN.has(code)).map(key),
    );
    for (const one of linted) {
      const other = ran.find((each) => key(each) === key(one));
      if (OF_A_RUN.has(one.code) && other?.severity === 'error') continue; // known to be missing
      expect(other).toMatchObject({ message: one.message, hint: one.hint });
    }
  });
});
