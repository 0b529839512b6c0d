/** The program files: each is readable, parses in its language, and is equivalent without comments. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { compactModule } from '../../src/scripts/compact.js';
import { encodeTurn } from '../../src/scripts/entrypoint/entrypoint-arguments.js';
import { joinedModules } from '../../src/scripts/node-command.js';
import { scripts } from '../support/scripts.js';
import { expandArgument, runProcess, shells } from '../support/shells.js';

const folder = join(import.meta.dirname, '../../src/scripts');
const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name));
const files = paths.map((path) => basename(path));
const pathOf = (name: string): string => paths.find((path) => basename(path) === name) ?? '';
const withExtension = (extension: string): readonly string[] => files.filter((name) => name.endsWith(extension));
const source = (name: string): string => readFileSync(pathOf(name), 'utf8');
const compactText = (name: string): string => new Map<string, string>(Object.entries(scripts)).get(name) ?? '';

/** Returns the JavaScript tokens of a text, without line ends. */
function tokens(text: string): readonly string[] {
  const file = ts.createSourceFile('a.mjs', text, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const result: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.getChildCount(file) === 0) result.push(node.getText(file));
    else for (const child of node.getChildren(file)) if (!ts.isJSDoc(child)) visit(child);
  };
  visit(file);
  return result;
}

/** Returns the top-level declarations of a script. */
const declaredNames = (text: string): readonly string[] =>
  ts.createSourceFile('a.js', text, ts.ScriptTarget.Latest).statements.flatMap((node) => {
    if (ts.isFunctionDeclaration(node)) return node.name?.text ?? [];
    return ts.isVariableStatement(node) ? node.declarationList.declarations.flatMap(({ name }) => namesIn(name)) : [];
  });

const namesIn = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));

/** The implementations of awk on this machine. */
const awks = [['awk'], ['mawk'], ['gawk', '--posix'], ['original-awk'], ['busybox', 'awk']].filter(
  ([file = '', ...args]) => spawnSync(file, [...args, 'BEGIN { exit }']).status === 0,
);

test('every program is read', () => {
  expect(Object.keys(scripts).toSorted()).toEqual(files.toSorted());
  expect(Object.values(scripts).filter((text) => text === '')).toEqual([]);
});

describe('shell programs', () => {
  test.each(shells)('parse in %s, with and without their comments', async (_name, shell) => {
    const texts = withExtension('.sh').flatMap((name) => [source(name), compactText(name)]);
    const command = ['/bin/sh', '-c', 'for text do eval "$shell" -n -c \\"\\$text\\" || exit; done', 'check', ...texts];
    expect(await runProcess(command, { shell: shell.join(' ') })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  test.each(withExtension('.sh'))(
    '%s has an interpreter, a description, and no heredoc, which would lose its indentation',
    (name) => {
      expect(source(name)).toMatch(/^#!\/bin\/sh\n# [A-Z]/);
      expect(source(name)).not.toMatch(/<<-?['"A-Za-z]/);
    },
  );
});

describe.each(shells)('as files, run by %s,', (_name, shell) => {
  const file = (name: string): readonly string[] => [...shell, pathOf(name)];
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'programs-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  test('ssh-credentials.sh writes keys and a config', async () => {
    writeFileSync(join(home, 'ssh-privatekey'), 'KEY');
    const args = ['key', 'a', home, 'host', 'example.com', '22', 'identity', 'a'];
    expect(await runProcess([...file('ssh-credentials.sh'), ...args], { HOME: home })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(readFileSync(join(home, '.ssh/id_a'), 'utf8')).toBe('KEY\n');
    expect(readFileSync(join(home, '.ssh/config'), 'utf8')).toBe(
      `Host example.com\n    HostName example.com\n    Port 22\n    IdentityFile ${home}/.ssh/id_a\n`,
    );
  });

  test('git-credentials.sh writes a config and credentials with awk programs from files', async () => {
    for (const [name, value] of Object.entries({ username: 'me', password: 'a b' }))
      writeFileSync(join(home, name), value);
    const program = ['bytes.awk', 'git-credentials.awk'].map(source).join('\n');
    const args = [program, home, 'https://example.com'];
    expect(await runProcess([...file('git-credentials.sh'), ...args], { HOME: home })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(readFileSync(join(home, '.git-credentials'), 'utf8')).toBe('https://me:a%20b@example.com\n');
  });

  test('entrypoint.sh runs a command and reports its result', async () => {
    writeFileSync(join(home, 'r'), 'value');
    const results = { names: ['r'], directory: home, message: join(home, 'message') };
    const args = encodeTurn({ index: 0, count: 1, toolsDir: home, results }).map(expandArgument);
    const result = await runProcess([...file('entrypoint.sh'), ...args, 'echo', 'ran'], { HOME: home });
    expect(result).toMatchObject({ code: 0, stdout: 'ran\n', stderr: '' });
    expect(readFileSync(join(home, 'message'), 'utf8')).toBe('[{"key":"r","value":"value","type":"TaskRunResult"}]');
  });
});

describe('awk programs', () => {
  test.each(awks)('parse in %s', async (...awk) => {
    const library = ['json.awk', 'bytes.awk'].map(compactText);
    const texts = withExtension('.awk').map((name) =>
      ['BEGIN { exit }', ...new Set([...library, compactText(name)])].join('\n'),
    );
    const command = ['/bin/sh', '-c', 'for text do $awk "$text" || exit; done', 'check', ...texts];
    expect(await runProcess(command, { awk: awk.join(' ') })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
});

describe.each(withExtension('.mjs'))('%s', (name) => {
  test('has the same tokens without its comments', () => {
    expect(tokens(compactText(name))).toEqual(tokens(source(name)));
    expect(compactText(name)).not.toMatch(/^\s*(\/\/|\/?\*)/m);
  });
});

test('the removal of comments keeps code that looks like one', () => {
  expect(compactModule("/** a */\n\nconst a = '/* b */'; // c\n/*\n  d\n*/\n  f(\n    2\n  );\n// g\n")).toBe(
    "const a = '/* b */'; // c\nf(\n2\n);",
  );
});

describe('modules that import each other', () => {
  const program = (modules: Readonly<Record<string, string>>): typeof scripts => modules as typeof scripts; // other names

  test('are joined, each once, after the modules of Node', () => {
    const modules = program({
      'http.mjs': "import fs from 'node:fs';\nexport const a = fs.sep;",
      'github.mjs': "import { a } from '../library/http.mjs';\nexport async function b() { return a }",
      'fetch-archive.mjs':
        "import fs from 'node:fs';\nimport { join } from 'node:path';\nimport { b } from '../pull-request/github.mjs';\nimport { a } from '../library/http.mjs';\nb(a, join, fs);",
    });
    expect(joinedModules(modules, 'fetch-archive.mjs')).toBe(
      "const fs = require('node:fs');\nconst { join } = require('node:path');\n" +
        'const a = fs.sep;\nasync function b() { return a }\nb(a, join, fs);\n',
    );
  });

  test('must all be programs', () => {
    expect(() => joinedModules(program({ 'http.mjs': "import a from './b.mjs';\na()" }), 'http.mjs')).toThrow(
      'b.mjs is not a program that runs in pods',
    );
  });

  test.each(['fetch-archive.mjs', 'download-pull-request.mjs', 'upload-pull-request.mjs'] as const)(
    'are joined to %s, in which no name is declared twice',
    (name) => {
      const text = joinedModules(scripts, name);
      expect(text).not.toMatch(/^(import|export) /m);
      expect(() => new Script(text)).not.toThrow();
      const names = declaredNames(text);
      expect(names.filter((declaration, index) => names.indexOf(declaration) !== index)).toEqual([]);
    },
  );
});
