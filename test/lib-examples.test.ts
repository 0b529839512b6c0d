import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');

/** Declarations that the examples use. */
const PRELUDE = `
import { Chart } from 'cdk8s';
import { acknowledge, Condition, TaskRun } from '../lib/index.js';
import * as lib from '../lib/index.js';
import {
  DockerCredentials, GitCredentials, GitResource, Grants, ImageResource, Pipeline, PipelineRun, PipelineServiceAccount, Task, TektonApp,
} from '../lib/index.js';
declare const chart: Chart;
`;

const GIVEN = {
  test: `lib.Task.fromName('test', { inputs: { source: 'git' } })`,
  build: `lib.Task.fromName('build', { inputs: { source: 'git' }, outputs: { image: 'image' } })`,
  deploy: `lib.Task.fromName('deploy', { inputs: { image: 'image' } })`,
  pipeline: `lib.Pipeline.fromName('release', { resources: { source: 'git', web: 'image' } })`,
  source: `lib.PipelineResource.fromName('source', 'git')`,
  web: `lib.PipelineResource.fromName('web', 'image')`,
  bot: `{ name: 'bot' }`,
};

/** Returns the code below each `@example` of a file, without the stars of the comment. */
function examplesOf(file: string): string[] {
  const comments = readFileSync(join(root, 'lib', file), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment) => {
    const [, code] = comment.split('@example');
    return code === undefined ? [] : [code.replace(/\*\/\s*$/, '').replace(/^ *\* ?/gm, '')];
  });
}

/** Names that an example declares itself are not added. */
const program = (code: string): string => {
  const given = Object.entries(GIVEN).filter(([name]) => !code.includes(`const ${name} =`));
  return `${PRELUDE}${given.map(([name, value]) => `const ${name} = ${value};`).join('\n')}\n${code}`;
};

const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.startsWith('testing/'),
);
const examples = files.flatMap((file) => examplesOf(file).map((code, index) => ({ file, index, code })));

test('every example in a doc comment of lib compiles', () => {
  const sources = new Map(
    examples.map(({ file, index, code }) => [
      join(root, 'test', `${file.replaceAll('/', '-')}.${String(index)}.ts`),
      program(code),
    ]),
  );
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent({ ...(config as object), files: [] }, ts.sys, root);
  const settings = { ...options, composite: false, emitDeclarationOnly: false, noEmit: true, noUnusedLocals: false };
  const host = ts.createCompilerHost(settings);
  const { readFile, fileExists } = host;
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  const compiled = ts.createProgram([...sources.keys()], settings, host);
  const found = [...sources.keys()].flatMap((file) => ts.getPreEmitDiagnostics(compiled, compiled.getSourceFile(file)));

  expect(
    found.map((it) => `${it.file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(it.messageText, '\n')}`),
  ).toEqual([]);
  expect(examples.length).toBeGreaterThanOrEqual(5);
});
