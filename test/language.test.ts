/**
 * Names and prose follow the field's language: no private vocabulary, one discriminant for sums, one contract for a function's name.
 * `docs/internals/glossary.md` has the terms; the tables in `test/language` list what is not used, with what to write instead.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { NAMES, PHRASES, QUOTED } from './language/terms.js';

const root = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Files that people here write, apart from the tables of this test. */
const written = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\n')
  .filter((file) => /\.(ts|js|mjs|sh|awk|pl|md|yaml|yml)$/.test(file) && existsSync(join(root, file)))
  .filter((file) => !/^(imports|test\/language)\//.test(file));

const modules = written.filter((file) => file.endsWith('.ts'));
const sources = modules.filter((file) => /^(lib|packages\/[^/]+\/src)\//.test(file));

/** Examples name tasks and params of a reader's own domain; this test quotes what it rejects. */
const isRead = (file: string): boolean => !/^(examples\/|test\/language\.test\.ts$)/.test(file);

/** `type X`, `const x`, `(x: …`, `readonly x?: …`, `#x(…`: what declares a name, without parsing. */
const DECLARED =
  /\b(?:class|interface|type|enum|function|const|let)\s+([A-Za-z_$][\w$]*)|[({,]\s*(?:readonly\s+)?([A-Za-z_$][\w$]*)\??:|^\s+(?:readonly\s+|private\s+|#)*([A-Za-z_$][\w$]*)\??\s*[:(=]/gm;

const ANY_NAME = new RegExp(NAMES.map(({ banned }) => banned.source).join('|'));

/** Names that a text declares and this repository does not use, with what to use instead. */
function bannedNames(text: string): string[] {
  const names = [...text.matchAll(DECLARED)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return [...new Set(names)]
    .filter((name) => ANY_NAME.test(name))
    .flatMap((name) => NAMES.filter(({ banned }) => banned.test(name)).map(({ instead }) => `${name}: use ${instead}`));
}

/** One expression for all phrases, since most files contain none. */
const ANY_PHRASE = new RegExp(PHRASES.map(({ banned }) => banned.source).join('|'), 'i');

/** Lines of a text that say what this repository says otherwise. */
function bannedPhrases(file: string, text: string): string[] {
  if (!ANY_PHRASE.test(text)) return [];
  return text.split('\n').flatMap((line, index) => {
    const prose = QUOTED.reduce((rest, quoted) => rest.replaceAll(quoted, ''), line);
    return PHRASES.flatMap(({ banned, instead }) => {
      const said = banned.exec(prose)?.[0];
      return said === undefined ? [] : [`${file}:${String(index + 1)} "${said}": write ${instead}`];
    });
  });
}

/** Unions of object types of a module whose members share no literal member called `kind`, or `type` where JSON says so. */
function unionsWithoutKind(file: ts.SourceFile): string[] {
  return file.statements.filter(ts.isTypeAliasDeclaration).flatMap(({ name, type }) => {
    const members = ts.isUnionTypeNode(type) ? type.types.filter(ts.isTypeLiteralNode) : [];
    const discriminants = members.map((member) =>
      member.members
        .filter(ts.isPropertySignature)
        .filter(hasLiterals)
        .map((property) => property.name.getText(file)),
    );
    const shared = (discriminant: string): boolean => discriminants.every((names) => names.includes(discriminant));
    return members.length < 2 || shared('kind') || shared('type') ? [] : [name.text];
  });
}

/** Whether the type of a member is a string literal or a union of them. */
const hasLiterals = ({ type }: ts.PropertySignature): boolean =>
  type !== undefined && (ts.isUnionTypeNode(type) ? type.types.every(isStringLiteral) : isStringLiteral(type));

const isStringLiteral = (type: ts.TypeNode): boolean => ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal);

/** Name and contract (parameter types and result) of each function that a module exports. */
function exportedFunctions(file: ts.SourceFile): (readonly [name: string, contract: string])[] {
  const contract = ({ parameters, type }: ts.SignatureDeclaration): string =>
    `(${parameters.map((one) => one.type?.getText(file) ?? '?').join(', ')}) => ${type?.getText(file) ?? '?'}`;
  return file.statements.filter(isExported).flatMap((statement) => {
    if (ts.isFunctionDeclaration(statement)) return [[statement.name?.text ?? 'default', contract(statement)] as const];
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
      initializer !== undefined && ts.isArrowFunction(initializer)
        ? [[name.getText(file), contract(initializer)] as const]
        : [],
    );
  });
}

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

const parsed = new Map(
  sources.map((file) => [file, ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest)] as const),
);

describe('the language of this repository', () => {
  test('names are those of the field', () => {
    const found = modules.filter(isRead).flatMap((file) => bannedNames(read(file)).map((name) => `${file} ${name}`));
    expect(found).toEqual([]);
  });

  test('prose is plain technical English', () => {
    expect(written.filter(isRead).flatMap((file) => bannedPhrases(file, read(file)))).toEqual([]);
  });

  test('sums have the discriminant `kind`, or `type` where a wire format says so', () => {
    expect([...parsed].flatMap(([file, tree]) => unionsWithoutKind(tree).map((name) => `${file} ${name}`))).toEqual([]);
  });

  test('two exported functions of one name have one contract', () => {
    const byName = new Map<string, Map<string, string>>();
    for (const [file, tree] of parsed)
      for (const [name, contract] of exportedFunctions(tree))
        byName.set(name, (byName.get(name) ?? new Map<string, string>()).set(contract, file));
    const ambiguous = [...byName].filter(([, contracts]) => contracts.size > 1);
    expect(ambiguous.map(([name, contracts]) => `${name}: ${[...contracts.values()].join(', ')}`)).toEqual([]);
  });
});

describe('the rules themselves', () => {
  test.each([
    [
      'the field `world` of a class',
      'class A {\n  readonly world: string;\n}',
      ['world: use ReconcilerDeps, ApiContext, wiring'],
    ],
    ['a parameter `pace`', 'function f(pace: number): void {}', ['pace: use a rate limiter, or the interval']],
    ['no part of a longer name', 'const worldwide = 1;', []],
  ])('find %s', (_, text, found) => {
    expect(bannedNames(text)).toEqual(found);
  });

  test('find a phrase with its line', () => {
    expect(bannedPhrases('a.md', 'Good.\nThe caller is told.')).toEqual([
      'a.md:2 "is told": write "receives", "reports", or the verb that applies',
    ]);
  });

  test('find a sum that is told apart by the presence of a member', () => {
    const file = ts.createSourceFile('a.ts', 'type A = { readonly a: 1 } | { readonly b: 2 };', ts.ScriptTarget.Latest);
    expect(unionsWithoutKind(file)).toEqual(['A']);
  });

  test('accept a member of a sum that stands for several kinds', () => {
    const text = "type A = { readonly kind: 'a' | 'b'; readonly x: 1 } | { readonly kind: 'c' };";
    expect(unionsWithoutKind(ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest))).toEqual([]);
  });
});
