/**
 * The compiler's messages for typical mistakes: they must name the mistake in terms of the library, with short types.
 *
 * All with THOROUGH=1 alone: to make one program of the library and its dependencies takes seconds, however few the mistakes.
 */

import { join } from 'node:path';
import { expect } from '@jest/globals';
import ts from 'typescript';
import { thoroughTest } from './thorough.js';

const PROGRAM = `
import { App, Chart } from 'cdk8s';
import { Condition, Pipeline, PipelineRun, Task } from './index.js';
const chart = new Chart(new App(), 'chart');
const idle = new Task(chart, 'idle', { steps: () => [{ image: 'busybox' }] });
const cached = new Task(chart, 'cached', { workspaces: { cache: {} }, steps: () => [{ image: 'busybox' }] });
const build = new Task(chart, 'build', {
  params: { context: {} }, inputs: { source: 'git' }, results: { digest: {} }, steps: () => [{ image: 'busybox' }],
});
const onMain = new Condition(chart, 'on-main', { resources: { source: 'git' }, check: () => ({ image: 'busybox' }) });
const image = 'busybox';
`;

/** Returns code in the `tasks` function of a pipeline with a param `level`, resources `source` and `web` and a workspace `shared`. */
const inPipeline = (code: string): string =>
  `new Pipeline(chart, 'p', { params: { level: {} }, resources: { source: 'git', web: 'image' }, workspaces: { shared: {} }, tasks: ({ task, check, params, resources, workspaces }) => { ${code} } });`;
const withStep = (fields: string): string => `new Task(chart, 't', { steps: () => [{ image, ${fields} }] });`;

const rows: readonly (readonly [title: string, code: string, message: string])[] = [
  [
    'a field that steps do not have',
    withStep("comand: ['x']"),
    `Type 'string[]' is not assignable to type 'string[] & NoSuchField<"step", "comand">'.`,
  ],
  [
    'such a field in a step with references to params',
    "new Task(chart, 't', { params: { a: {} }, steps: ({ params }) => [{ image, command: ['x'], arg: [params.a] }] });",
    `Type 'Ref<"string">[]' is not assignable to type 'Ref<"string">[] & NoSuchField<"step", "arg">'.`,
  ],
  [
    'such a field in one of several steps',
    "new Task(chart, 't', { steps: () => [{ image }, { image, scripts: 'x' }] });",
    `Type 'string' is not assignable to type 'string & NoSuchField<"step", "scripts">'.`,
  ],
  [
    'such a field in steps that are computed',
    "new Task(chart, 't', { steps: () => ['a', 'b'].map((name) => ({ name, imag: name })) });",
    `Type '{ name: string; imag: string; }[]' is not assignable to type 'readonly ({ name: string; imag: string; } & { readonly imag: NoSuchField<"step", "imag">; })[]'.`,
  ],
  [
    'such a field in a volume mount',
    withStep("volumeMounts: [{ name: 'a', mountPath: '/a', subpath: 'b' }]"),
    `Type 'string' is not assignable to type 'string & NoSuchField<"volumeMounts", "subpath">'.`,
  ],
  [
    'such a field in a reference to a Secret',
    withStep("env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'b', optionl: true } } }]"),
    `Type 'true' is not assignable to type 'boolean & NoSuchField<"secretKeyRef", "optionl">'.`,
  ],
  [
    'such a field in a security context',
    withStep('securityContext: { privileged: true, runAsUsr: 1 }'),
    `Type 'number' is not assignable to type 'number & NoSuchField<"securityContext", "runAsUsr">'.`,
  ],
  [
    'such a field in the check of a condition',
    "new Condition(chart, 'c', { check: () => ({ image, comand: ['x'] }) });",
    `Type 'string[]' is not assignable to type 'string[] & NoSuchField<"step", "comand">'.`,
  ],
  [
    'such a field in a task without an object',
    "Task.inline({ steps: () => [{ image, comand: ['x'] }] });",
    `Type 'string[]' is not assignable to type 'string[] & NoSuchField<"step", "comand">'.`,
  ],
  [
    'a param that is not declared',
    "new Task(chart, 't', { steps: ({ params }) => [{ image: params.a }] });",
    `Property 'a' does not exist on type 'ParamRefs<None>'.`,
  ],
  [
    'a condition without check',
    inPipeline("task('t', idle, { conditions: [onMain] });"),
    `Property ''write check(condition, { … }) here'' is missing in type 'Condition<None, { readonly source: "git"; }>' but required in type 'PipelineTaskCondition'.`,
  ],
  [
    'a condition without its resource',
    inPipeline("task('t', idle, { conditions: [check(onMain)] });"),
    `Argument of type 'Condition<None, { readonly source: "git"; }>' is not assignable to parameter of type 'ConditionReference<None, { readonly source: "git"; }> & "a further argument is missing: { resources }"'.`,
  ],
  [
    'a task without its workspace',
    inPipeline("task('t', cached);"),
    `Argument of type 'Task<None, None, None, None, { readonly cache: {}; }>' is not assignable to parameter of type 'TaskReference<None, None, None, None, { readonly cache: {}; }> & "a further argument is missing: { workspaces }"'.`,
  ],
  [
    'a call without its workspace',
    inPipeline("task('t', cached, {});"),
    `Argument of type '{}' is not assignable to parameter of type 'TaskCall<None, None, None, { readonly cache: {}; }>'.`,
  ],
  [
    'a task without any required argument',
    inPipeline("task('t', build);"),
    `Argument of type 'Task<{ readonly context: {}; }, { readonly source: "git"; }, None, { readonly digest: {}; }, None>' is not assignable to parameter of type 'TaskReference<{ readonly context: {}; }, { readonly source: "git"; }, None, { readonly digest: {}; }, None> & "a further argument is missing: { params inputs }"'.`,
  ],
  [
    'a workspace for a task without workspaces',
    inPipeline("task('t', idle, { workspaces: { cache: workspaces.shared } });"),
    `Type '{ cache: PipelineWorkspace; }' is not assignable to type '"no workspaces are declared"'.`,
  ],
  [
    'a string instead of a task',
    inPipeline("task('t', 'idle');"),
    `Argument of type 'string' is not assignable to parameter of type 'TaskReference<Params, Resources, Resources, Results, Workspaces>'.`,
  ],
  [
    'a task instead of a pipeline',
    "new PipelineRun(chart, 'r', { pipeline: idle });",
    `Type 'Task<None, None, None, None, None>' is not assignable to type 'PipelineReference<None, None, None>'.`,
  ],
];

for (const [title, code, message] of rows) {
  thoroughTest(title, () => {
    expect(messagesOf(code)).toContain(message);
  });
}

/** Returns the first line of the compiler's message for each row, from one program with all rows. */
const messagesOf = (() => {
  let found: ReadonlyMap<string, readonly string[]> | undefined;
  return (code: string): readonly string[] => (found ??= compile()).get(code) ?? [];
})();

function compile(): ReadonlyMap<string, readonly string[]> {
  const root = join(import.meta.dirname, '..');
  const file = join(root, 'lib/mistakes.ts'); // in the folder of the library, where its imports resolve; it is not written
  const text = `${PROGRAM}${rows.map(([, code]) => `${code}\n`).join('')}`;
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  }; // as JSON has it
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version) =>
    path === file ? ts.createSourceFile(path, text, version, true) : getSourceFile(path, version);
  host.fileExists = (path) => path === file || ts.sys.fileExists(path);
  const program = ts.createProgram([file], { ...options, composite: false, noEmit: true, noUnusedLocals: false, noUnusedParameters: false }, host); // prettier-ignore
  const source = program.getSourceFile(file);
  const lines = text.split('\n');
  const messages = program.getSemanticDiagnostics(source).map(({ start = 0, messageText }) => {
    const line = ts.getLineAndCharacterOfPosition(source!, start).line; // a diagnostic of it has a place in it
    return [lines[line] ?? '', ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0] ?? ''] as const;
  });
  return new Map(lines.map((line) => [line, messages.flatMap(([at, message]) => (at === line ? [message] : []))]));
}
