/**
 * Conventions of this repository that neither the compiler nor the linter checks: module headers, documentation, names and lengths of
 * files. CONTRIBUTING.md lists them.
 */

import { readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');

const sources = ['lib', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/src`)].flatMap(
  (folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.split('/').includes('build'))
      .map((name) => join(folder, name)),
);

const tests = ['test', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/test`)].flatMap(
  (folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== basename(import.meta.filename))
      .map((name) => join(folder, name)),
);

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const parsed = (file: string): ts.SourceFile => ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

const documented = (node: ts.Node): boolean => ts.getJSDocCommentsAndTags(node).length > 0;

/** Returns `file:line name` of a node, for editors. */
const place = (file: ts.SourceFile, node: ts.Node, name: string): string =>
  `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1} ${name}`;

const nameOf = (node: ts.Node): string =>
  ts.isVariableStatement(node)
    ? node.declarationList.declarations.map(({ name }) => name.getText()).join(', ')
    : ((node as ts.DeclarationStatement).name?.getText() ?? 'export'); // all other exports are declarations

/** Returns optional members of `…Props` and `…Options` without a documented default. */
function silentDefaults(file: ts.SourceFile): string[] {
  const props = file.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => /(Props|Options)$/.test(name.text));
  return props.flatMap(({ name, members }) =>
    members
      .filter((member) => member.questionToken !== undefined)
      .filter((member) => !/@default/.test(file.text.slice(member.getFullStart(), member.getStart(file))))
      .map((member) => place(file, member, `${name.text}.${member.name?.getText() ?? ''}`)),
  );
}

describe('conventions', () => {
  test('shared test modules register hooks only in functions, since they are imported once', () => {
    const shared = tests.filter((file) => !/\.(test|cluster|packed|spec)\.ts$/.test(file));
    expect(shared.filter((file) => /^(before|after)(Each|All)\(/m.test(read(file)))).toEqual([]);
  });

  test('every module has a header', () => {
    expect(sources.filter((file) => !/^(#!.*\n)?\/\*\*/.test(read(file)))).toEqual([]);
  });

  test('every export is documented', () => {
    const silent = sources.flatMap((name) => {
      const file = parsed(name);
      return file.statements
        .filter((node) => isExported(node) && !ts.isExportDeclaration(node) && !documented(node))
        .filter((node) => !overloads(node, before(file, node)) && !continues(file, node, before(file, node)))
        .map((node) => place(file, node, nameOf(node)));
    });
    expect(silent).toEqual([]);
  });

  test('every optional prop of a construct documents its default', () => {
    const silent = sources.filter((file) => file.startsWith('lib/')).flatMap((file) => silentDefaults(parsed(file)));
    expect(silent).toEqual([]);
  });

  test('file names are in kebab-case', () => {
    const names = sources.map((file) => basename(file, '.ts'));
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
    expect(
      names.filter(
        (name) => /^(utils?|helpers?|common|misc|types?)$|-(utils?|helpers?)$/.test(name) && name !== 'types',
      ),
    ).toEqual([]);
  });

  test('an index only re-exports', () => {
    const busy = sources.filter(
      (file) => basename(file) === 'index.ts' && parsed(file).statements.some((node) => !ts.isExportDeclaration(node)),
    );
    expect(busy).toEqual([]);
  });

  test('no test has cdk8s create a temporary folder, which would not be removed', () => {
    expect(tests.filter((file) => /\bTesting\.(app|chart)\(/.test(read(file)))).toEqual([]);
  });

  test('modules have no state: caches and counters are fields of their users', () => {
    const found = sources.flatMap((file) => moduleState(parsed(file)).map((name) => `${file} ${name}`));
    expect(found).toEqual(MODULE_STATE);
  });

  test('no file is longer than 400 lines', () => {
    expect(sources.filter((file) => read(file).split('\n').length > 401)).toEqual([]);
  });
});

/** The only module state: constructs have no owner but their tree, and several apps of one program write to one directory. */
const MODULE_STATE = [
  'lib/app/tekton-app.ts writers', // the files of each app of the process
  'lib/internal/content-hash.ts CONTENTS', // by construct
  'lib/manifests/reference.ts owners', // the callbacks that are running
  'lib/validation/validation.ts VALIDATIONS', // by app
];

const MUTATORS = /^(set|add|delete|clear|push|pop|shift|unshift|splice|sort|reverse)$/;

/** Returns the first variable of an expression like `a.b[c]`. */
const rootOf = (node: ts.Node): string =>
  ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) ? rootOf(node.expression) : node.getText();

const isAssignment = (kind: ts.SyntaxKind): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;

/** Returns the variable that a node changes, if the node is an assignment or a call that changes a collection. */
function changedBy(node: ts.Node): string | undefined {
  if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) return rootOf(node.left);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  return MUTATORS.test(node.expression.name.text) ? rootOf(node.expression.expression) : undefined;
}

/** Returns variables of a module that are reassigned, or whose object or collection the module changes. */
function moduleState(file: ts.SourceFile): string[] {
  const changed = new Set<string>();
  const visit = (node: ts.Node): void => {
    const name = changedBy(node);
    if (name !== undefined) changed.add(name);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) =>
      declarationList.declarations
        .filter(({ name }) => !(declarationList.flags & ts.NodeFlags.Const) || changed.has(name.getText()))
        .map(({ name }) => name.getText()),
    );
}

const before = (file: ts.SourceFile, node: ts.Statement): ts.Statement | undefined =>
  file.statements[file.statements.indexOf(node) - 1];

/** Whether a declaration is a further overload: only the first has the comment. */
const overloads = (node: ts.Statement, first: ts.Statement | undefined): boolean =>
  first !== undefined &&
  ts.isFunctionDeclaration(node) &&
  ts.isFunctionDeclaration(first) &&
  node.name?.text === first.name?.text;

/** Whether a constant follows another without an empty line: the comment above the group applies to all. */
const continues = (file: ts.SourceFile, node: ts.Statement, first: ts.Statement | undefined): boolean =>
  first !== undefined &&
  ts.isVariableStatement(node) &&
  ts.isVariableStatement(first) &&
  !file.text.slice(first.getEnd(), node.getStart(file)).includes('\n\n');

test('`npm run test:thorough` lists every suite that has thorough tests', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }; // npm's own format
  const patterns = (scripts['test:thorough'] ?? '').split(' -- ')[1]?.split(' ') ?? [];
  const suites = tests.filter(
    (name) => name.endsWith('.test.ts') && /from '[./]*(test\/)?thorough\.js'/.test(read(name)),
  );
  expect(suites.length).toBeGreaterThan(20);
  expect(suites.filter((name) => !patterns.some((pattern) => name.includes(pattern)))).toEqual([]);
});
