import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CONSTRUCT_PROBLEMS, PROBLEMS } from '@pipewright/tekton';
import { App, Chart, YamlOutputType } from 'cdk8s';
import { describe, expect, test } from '@jest/globals';
import * as lib from '../lib/index.js';
import { explainedCodes, explanationOf } from '../packages/cli/src/explain/explanations.js';

const root = resolve(import.meta.dirname, '..');

/** Words in capitals that are not problem codes: environment variables, codes of npm modules. */
const OTHER_NAMES = new Set([
  'ALIAS_PROPS',
  'AUTH_TOKEN',
  'BAD_ALIAS',
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'BOTO_CONFIG',
  'COMP_WORDBREAKS',
  'CDK8S_DISABLE_SORT',
  'ERR_BUFFER_TOO_LARGE',
  'FORCE_COLOR',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'IMAGE_UNPINED', // misspelt in an example
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'NO_COLOR',
  'PIPEWRIGHT_DEBUG',
  'POSIXLY_CORRECT',
  'PW_EXEC',
  'TAG_RESOLVE_FAILED',
  'TEKTON_RESOURCE_NAME',
  'XDG_CACHE_HOME',
]);

test.each(['lib', 'packages/tekton/src', 'packages/cli/src', 'packages/controller/src'])(
  '`pipewright explain` knows every problem code in the sources of %s',
  (folder) => {
    const words = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [
        ...readFileSync(join(root, folder, name), 'utf8').matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g),
      ])
      .map(([, word = '']) => word);
    const unknown = new Set(words.filter((word) => !OTHER_NAMES.has(word) && explanationOf(word) === undefined));
    expect([...unknown]).toEqual([]);
  },
);

test('no code is in two tables, and all have the same format', () => {
  expect(Object.keys(CONSTRUCT_PROBLEMS).filter((code) => code in PROBLEMS)).toEqual([]);
  expect(explainedCodes().filter((code) => !/^[A-Z]+(?:_[A-Z]+)*$/.test(code))).toEqual([]);
});

describe('the example of a mistake in a program', () => {
  /** Runs a program with all names that it may use, and then synthesizes its chart. */
  function codesOf(program: string): readonly string[] {
    const outdir = mkdtempSync(join(tmpdir(), 'pipewright-codes-'));
    const own = class extends lib.TektonApp {
      constructor(props: lib.TektonAppProps = {}) {
        super({ showWarnings: false, ...props, outdir: props.outdir ?? outdir });
      }
    };
    const foreign = class extends App {
      constructor(props: ConstructorParameters<typeof App>[0] = {}) {
        super({ ...props, outdir });
      }
    };
    const app = new own();
    const sealed = `Ag${'B'.repeat(400)}=`;
    const scope = {
      ...lib,
      App: foreign,
      TektonApp: own,
      Chart,
      YamlOutputType,
      chart: new Chart(app, 'ci'),
      sealedUsername: sealed,
      sealedPassword: sealed,
    };
    try {
      new Function(...Object.keys(scope), program)(...Object.values(scope));
      app.synth();
      return [];
    } catch (error) {
      return [...(error as Error).message.matchAll(/\[([A-Z]+(?:_[A-Z]+)+)\]/g)].map(([, code = '']) => code);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  }

  test.each(Object.keys(CONSTRUCT_PROBLEMS))('%s causes it, and the correct one causes no problem', (code) => {
    const { wrong = '', right = '' } = explanationOf(code)?.example ?? {};
    expect(codesOf(wrong)).toEqual([code]);
    expect(codesOf(right)).toEqual([]);
  });
});
