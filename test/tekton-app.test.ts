import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApiObject, App, Chart, JsonPatch, Lazy, Yaml } from 'cdk8s';
import { isListName } from '../lib/app/generated-files.js';
import { acknowledge, PipelineServiceAccount, Task, TektonApp, warningsOf } from '../lib/index.js';

let outdir = '';
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'pipewright-app-'));
});
afterEach(() => rmSync(outdir, { recursive: true, force: true }));

const steps = (image = 'busybox:1.31') => ({ steps: () => [{ image }] });
const files = (): string[] =>
  readdirSync(outdir)
    .filter((name) => !isListName(name))
    .sort();
const file = (name: string): string => readFileSync(join(outdir, name), 'utf8');
const quiet = (): TektonApp => new TektonApp({ outdir, showWarnings: false });

describe('an app', () => {
  test('writes one file per chart, named after it, regardless of dependencies', () => {
    const app = quiet();
    const [one, two] = [new Chart(app, 'one'), new Chart(app, 'two')];
    const first = new Task(one, 'a', { metadata: { name: 'a' }, ...steps() });
    const second = new Task(two, 'b', { metadata: { name: 'b' }, ...steps() });
    first.node.addDependency(second);
    app.synth();

    expect(files()).toEqual(['one.k8s.yaml', 'two.k8s.yaml']);
    expect(file('one.k8s.yaml')).toBe(
      'apiVersion: tekton.dev/v1alpha1\nkind: Task\nmetadata:\n  name: a\nspec:\n  steps:\n    - image: busybox:1.31\n',
    );
  });

  test('writes the same objects as the App of cdk8s', () => {
    const build = (app: App): void => {
      const chart = new Chart(app, 'chart', { namespace: 'team', labels: { team: 'web' } });
      new PipelineServiceAccount(chart, 'bot', { clusterAdmin: true });
      const task = new Task(chart, 'patched', steps());
      ApiObject.of(task).addJsonPatch(JsonPatch.add('/spec/steps/0/tty', true));
      new Task(chart, 'lazy', steps(Lazy.any({ produce: () => 'busybox:1.30' }) as string));
      new ApiObject(chart, 'raw', { apiVersion: 'v1', kind: 'ConfigMap', data: { on: 'yes', empty: undefined } });
      new Task(new Chart(chart, 'inner'), 'task', steps());
    };
    const [ours, theirs] = [quiet(), new App({ outdir: join(outdir, 'plain') })];
    build(ours);
    build(theirs);
    ours.synth();
    theirs.synth();

    const plain = readdirSync(join(outdir, 'plain')).sort();
    expect(plain).toEqual(['0000-chart-inner-c851cc01.k8s.yaml', '0001-chart.k8s.yaml']);
    expect(files()).toEqual(['chart-inner-c851cc01.k8s.yaml', 'chart.k8s.yaml', 'plain']);
    for (const name of plain) {
      expect(Yaml.load(join(outdir, name.slice(5)))).toEqual(Yaml.load(join(outdir, 'plain', name)));
    }
  });

  test('writes no file if one object is invalid, and reports locations of constructs instead of a stack', () => {
    const app = quiet();
    new Task(new Chart(app, 'right'), 'task', steps());
    new Task(new Chart(app, 'wrong'), 'task', steps('$(inputs.params.x)'));

    let thrown: unknown;
    try {
      app.synth();
    } catch (error) {
      thrown = error;
    }
    const [head, problem, place, line, caret, ...others] = ((thrown as Error).stack ?? '').split('\n');
    expect([head, problem]).toEqual([
      'Validation failed with the following errors:',
      '  [wrong/task] spec.steps[0].image: $(inputs.params.x) is not declared — declare it under `inputs.params` [VARIABLE_UNKNOWN]',
    ]);
    expect(place).toMatch(/^ {4}at test\/tekton-app\.test\.ts:\d+:\d+$/);
    expect(line).toMatch(/^ {4}\d+ \| {5}new Task\(new Chart\(app, 'wrong'\), 'task'/);
    expect(caret).toMatch(/^ +\| {5}\^$/);
    expect(others).toEqual([]);
    expect(files()).toEqual([]);
  });

  test('checks plain ApiObjects', () => {
    const app = quiet();
    const manifest = {
      apiVersion: 'tekton.dev/v1alpha1',
      kind: 'Task',
      metadata: { name: 'bare' },
      spec: { steps: [{}] },
    };
    new ApiObject(new Chart(app, 'plain'), 'task', manifest);
    expect(() => app.synth()).toThrow('[plain/task] spec.steps[0].image');
    expect(files()).toEqual([]);
  });
});

describe('warnings', () => {
  test('name the construct, and end when they are acknowledged', () => {
    const app = quiet();
    const chart = new Chart(app, 'chart');
    new Task(chart, 'floating', steps('busybox'));
    new Task(chart, 'known', steps('busybox'));
    const bot = new PipelineServiceAccount(chart, 'bot', { metadata: { name: 'bot' }, clusterAdmin: true });
    acknowledge(chart.node.findChild('known'), 'IMAGE_UNPINNED', 'rebuilt every night');

    expect(warningsOf(app).map((line) => line.replace(/ .*\[/, ' ['))).toEqual([
      '[chart/floating] [IMAGE_UNPINNED]',
      '[chart/bot] [CLUSTER_ADMIN]',
    ]);

    acknowledge(chart, 'IMAGE_UNPINNED', 'a throw-away cluster');
    acknowledge(bot, 'CLUSTER_ADMIN', 'a throw-away cluster');
    expect(warningsOf(app)).toEqual([]);
  });

  test.each([
    ['IMAGE_UNPINED', 'IMAGE_UNPINED is not the code of a warning — did you mean "IMAGE_UNPINNED"?'],
    ['STEPS_MISSING', 'STEPS_MISSING is an error, which cannot be acknowledged — fix the error'],
  ])('cannot be acknowledged as %s', (code, said) => {
    const chart = new Chart(quiet(), 'chart');

    expect(() => acknowledge(chart, code, 'whatever')).toThrow(`chart: ${said} [NOT_A_WARNING]`);
  });

  test('an app without objects has no warnings', () => {
    expect(warningsOf(new TektonApp())).toEqual([]);
  });
});
