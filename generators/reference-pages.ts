/**
 * Generates `docs/reference/*.md`: the exports of the library and of the simulations, from their doc comments.
 *
 * Each group of source files has a page. Types are printed as written. `test/docs.test.ts` fails for missing comments and defaults.
 */

import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { externalLinks, linkedCode, linksIn, type TypeLinks } from './type-links.js';

const root = resolve(import.meta.dirname, '..');
const ENTRIES = ['lib/index.ts', 'lib/testing/index.ts', 'packages/testing/src/index.ts'];

/** A page: its title, its introduction, and the source files whose exports it describes. */
interface Group {
  readonly title: string;
  readonly what: string;
  readonly files: RegExp;
  /** @default lib */
  readonly from?: string;
}

const GROUPS: Readonly<Record<string, Group>> = {
  tasks: {
    title: 'Tasks and conditions',
    what: 'Tasks, Conditions, their declarations and steps.',
    files:
      /^(v1alpha1\/(task|declarations)\/|v1alpha1\/pipeline\/condition\.ts|v1alpha1\/run\/workspace\.ts|manifests\/reference\.ts)/,
  },
  pipelines: {
    title: 'Pipelines',
    what: 'Pipelines, their tasks and the order between them.',
    files: /^v1alpha1\/pipeline\/pipeline/,
  },
  runs: {
    title: 'Runs',
    what: 'PipelineRuns and TaskRuns with their params, resources and workspaces.',
    files: /^v1alpha1\/run\//,
  },
  resources: {
    title: 'PipelineResources',
    what: 'Inputs and outputs of tasks outside the cluster.',
    files: /^v1alpha1\/resources\//,
  },
  access: {
    title: 'Accounts, credentials and permissions',
    what: 'ServiceAccounts, their permissions and Secrets.',
    files: /^access\//,
  },
  app: {
    title: 'App, checks and files',
    what: 'The app, its checks and the files that it writes.',
    files: /^(app|diagnostics|gitops|manifests|validation)\//,
  },
  testing: {
    title: 'Testing',
    what: 'From `pipewright/testing`; `pipewright/testing/jest` registers the matcher.',
    files: /^testing\//,
  },
  simulation: {
    title: 'Simulations',
    what: 'From `@pipewright/testing`, a package of its own.',
    from: 'packages/testing',
    files: /^\.\.\/packages\/testing\//,
  },
};

/** One exported thing. */
interface Exported {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly node: ts.Declaration;
  readonly file: string;
}

/** The library as the compiler sees it; read once. */
class Library {
  static #read: Library | undefined;
  readonly checker: ts.TypeChecker;
  readonly exported: readonly Exported[];

  private constructor() {
    const { options } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
      ts.sys,
      root,
    );
    const program = ts.createProgram(
      ENTRIES.map((it) => join(root, it)),
      { ...options, composite: false, noEmit: true },
    );
    this.checker = program.getTypeChecker();
    this.exported = ENTRIES.flatMap((entry) => {
      const source = program.getSourceFile(join(root, entry));
      const module = source && this.checker.getSymbolAtLocation(source);
      return module ? this.checker.getExportsOfModule(module).flatMap((it) => this.#exported(it)) : [];
    });
  }

  static get read(): Library {
    return (Library.#read ??= new Library());
  }

  /** The class that a constant stands for whose constructor has a type of its own. */
  #classOf({ declarations = [] }: ts.Symbol): ts.Declaration | undefined {
    const value = declarations.find(ts.isVariableDeclaration)?.initializer;
    const named = value && ts.isIdentifier(value) ? this.checker.getSymbolAtLocation(value) : undefined;
    return named?.declarations?.find(ts.isClassDeclaration);
  }

  #exported(alias: ts.Symbol): Exported[] {
    const symbol = alias.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(alias) : alias;
    const node = this.#classOf(symbol) ?? symbol.declarations?.[0];
    if (!node) return [];
    return [{ name: alias.name, symbol, node, file: relative(join(root, 'lib'), node.getSourceFile().fileName) }];
  }
}

const groupOf = ({ file }: Exported): string | undefined =>
  Object.entries(GROUPS).find(([, { files }]) => files.test(file))?.[0];

/** The pages, by path from the root of the repository. Which there are is known without reading the library. */
export const REFERENCE_PAGES: Readonly<Record<string, () => string>> = {
  'docs/reference/README.md': indexPage,
  ...Object.fromEntries(Object.keys(GROUPS).map((name) => [`docs/reference/${name}.md`, () => groupPage(name)])),
};

/** Exports without a comment or a page, and optional props that do not say what their absence means: `Name` or `Name.prop`. */
export function undocumented(): string[] {
  return Library.read.exported.flatMap((it) => [
    ...(docOf(it.symbol) === '' || groupOf(it) === undefined ? [it.name] : []),
    ...membersIn(it)
      .filter(({ optional, fallback }) => optional && fallback === undefined)
      .map(({ name }) => `${it.name}.${name}`),
  ]);
}

function indexPage(): string {
  const lines = Object.entries(GROUPS).flatMap(([name, { title, what }]) => {
    const names = Library.read.exported.filter((it) => groupOf(it) === name).map((it) => `\`${it.name}\``);
    return names.length === 0 ? [] : [`- **[${title}](${name}.md)**: ${what} ${names.join(', ')}`];
  });
  return `# Reference\n\nEverything that \`pipewright\` and \`@pipewright/testing\` export. Generated from the comments in \`lib\` and \`packages/testing\` (\`npm run docs\`); start with [the guide](../guide.md).\n\n${lines.join('\n')}\n`;
}

function groupPage(name: string): string {
  const group = GROUPS[name];
  const those = Library.read.exported.filter((it) => groupOf(it) === name);
  const order = (it: Exported): number => (ts.isClassDeclaration(it.node) ? 0 : 1);
  const sections = those
    .toSorted((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1))
    .map((it) => section(it, name));
  return `# ${group?.title ?? name}\n\n${group?.what ?? ''} Generated from the comments in \`${group?.from ?? 'lib'}\` (\`npm run docs\`).\n\n${sections.join('\n')}`;
}

function section(it: Exported, page: string): string {
  const links = new Map([...externalLinks(it.node, Library.read.checker), ...ownLinks(page)]);
  const signature = signatureOf(it, links);
  const types = signature.startsWith('```') ? linksIn(signature, links, it.name) : [];
  const parts = [
    `## ${it.name}`,
    docOf(it.symbol),
    example(it.symbol),
    signature,
    types.length > 0 ? `Types: ${types.join(', ')}` : '',
    table(membersIn(it), links),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

/** The sections of all exported types, as links from a page. */
const ownLinks = (page: string): TypeLinks =>
  new Map(
    Library.read.exported.flatMap((it) => {
      const group = groupOf(it);
      const anchor = `#${it.name.toLowerCase()}`;
      return group === undefined ? [] : [[it.name, group === page ? anchor : `${group}.md${anchor}`] as const];
    }),
  );

/** What is written above something, without its tags. */
const docOf = (symbol: ts.Symbol): string =>
  ts.displayPartsToString(symbol.getDocumentationComment(Library.read.checker)).trim();

const tagOf = (symbol: ts.Symbol, name: string): string | undefined => {
  const tag = symbol.getJsDocTags(Library.read.checker).find((it) => it.name === name);
  return tag && ts.displayPartsToString(tag.text).trim();
};

function example(symbol: ts.Symbol): string {
  const text = tagOf(symbol, 'example');
  return text === undefined ? '' : `\`\`\`ts\n${text.replace(/^ {2}/gm, '')}\n\`\`\``;
}

/** How something is called or extended, as it is written. */
function signatureOf({ name, node }: Exported, links: TypeLinks): string {
  const code = (text: string): string => `\`\`\`ts\n${text}\n\`\`\``;
  if (ts.isClassDeclaration(node)) {
    const constructor = node.members.find(ts.isConstructorDeclaration);
    const isPublic = constructor && !constructor.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
    const isAbstract = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) === true;
    return isPublic && !isAbstract
      ? code(
          `new ${name}(${constructor.parameters.map((it) => oneLine(it.getText().replace(/^(readonly|public) /, ''))).join(', ')})`,
        )
      : '';
  }
  if (ts.isTypeAliasDeclaration(node) || isRecord(node))
    return code(withoutComments(node.getText().replace(/^export /, '')));
  if (ts.isFunctionDeclaration(node)) return code(callOf(name, node));
  if (ts.isInterfaceDeclaration(node) && node.heritageClauses) {
    const parents = node.heritageClauses.flatMap(({ types }) =>
      types.map((it) => linkedCode(oneLine(it.getText()), links)),
    );
    return `Extends ${parents.join(', ')}.`;
  }
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isArrowFunction(node.initializer))
    return code(callOf(name, node.initializer));
  return '';
}

/** An interface of any names: its members say nothing that a table could have. */
const isRecord = (node: ts.Declaration): boolean =>
  ts.isInterfaceDeclaration(node) && node.members.length > 0 && node.members.every(ts.isIndexSignatureDeclaration);

const callOf = (name: string, { parameters, type }: ts.SignatureDeclaration): string =>
  `${name}(${parameters.map((it) => oneLine(it.getText())).join(', ')})${type ? `: ${oneLine(type.getText())}` : ''}`;

const oneLine = (text: string): string => withoutComments(text).replace(/\s+/g, ' ').trim();
const withoutComments = (text: string): string => text.replace(/\/\*\*[\s\S]*?\*\/\s*/g, '').replace(/\n\s*\n/g, '\n');

/** A prop or a member. */
interface Member {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  /** What its absence means. */
  readonly fallback: string | undefined;
  readonly what: string;
}

/** Properties and methods of a declaration that others may use, in the order in which they are written. */
function membersIn({ node }: Exported): Member[] {
  const found: Member[] = [];
  const take = (it: ts.Node): void => {
    if (isMember(it) && !isHidden(it)) found.push(memberOf(it));
    else if (ts.isTypeLiteralNode(it) || ts.isObjectLiteralExpression(it)) ts.forEachChild(it, take);
    else if (ts.isIntersectionTypeNode(it) || ts.isUnionTypeNode(it) || ts.isParenthesizedTypeNode(it))
      ts.forEachChild(it, take);
  };
  if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) node.members.forEach(take);
  if (ts.isTypeAliasDeclaration(node)) take(node.type);
  if (ts.isVariableDeclaration(node) && node.initializer) take(node.initializer);
  return found.filter((it, index) => found.findIndex((other) => other.name === it.name) === index);
}

type Documented =
  | ts.PropertySignature
  | ts.PropertyDeclaration
  | ts.MethodDeclaration
  | ts.GetAccessorDeclaration
  | ts.PropertyAssignment
  | ts.MethodSignature;

const isMember = (it: ts.Node): it is Documented =>
  ts.isPropertySignature(it) ||
  ts.isPropertyDeclaration(it) ||
  ts.isMethodDeclaration(it) ||
  ts.isGetAccessorDeclaration(it) ||
  ts.isPropertyAssignment(it) ||
  ts.isMethodSignature(it);

function isHidden(it: Documented): boolean {
  const modifiers = ts.canHaveModifiers(it) ? (ts.getModifiers(it) ?? []) : [];
  const kept = modifiers.some(
    ({ kind }) =>
      kind === ts.SyntaxKind.PrivateKeyword ||
      kind === ts.SyntaxKind.ProtectedKeyword ||
      kind === ts.SyntaxKind.OverrideKeyword,
  );
  return kept || ts.isPrivateIdentifier(it.name) || ts.isComputedPropertyName(it.name);
}

function memberOf(it: Documented): Member {
  const symbol = Library.read.checker.getSymbolAtLocation(it.name);
  const isStatic =
    ts.canHaveModifiers(it) && (ts.getModifiers(it) ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
  const name = it.name.getText().replace(/^'|'$/g, '');
  return {
    name: isStatic ? `static ${name}` : name,
    type: typeText(it),
    optional: 'questionToken' in it && it.questionToken !== undefined && it.type?.kind !== ts.SyntaxKind.NeverKeyword,
    fallback: symbol && tagOf(symbol, 'default'),
    what: symbol ? docOf(symbol) : '',
  };
}

function typeText(it: Documented): string {
  if (ts.isMethodDeclaration(it) || ts.isMethodSignature(it)) return callOf('', it);
  const value = 'initializer' in it ? it.initializer : undefined;
  if (value && ts.isArrowFunction(value)) return callOf('', value);
  if ('type' in it && it.type) return oneLine(it.type.getText());
  return Library.read.checker.typeToString(Library.read.checker.getTypeAtLocation(it));
}

/** Returns the table of members. Only a type with optional members has a column for defaults. */
function table(members: readonly Member[], links: TypeLinks): string {
  if (members.length === 0) return '';
  const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ');
  if (!members.some(({ optional }) => optional)) {
    const rows = members.map(({ name, type, what }) => `| \`${name}\` | ${linkedCode(type, links)} | ${cell(what)} |`);
    return `| name | type | description |\n| --- | --- | --- |\n${rows.join('\n')}`;
  }
  const rows = members.map(
    ({ name, type, fallback, optional, what }) =>
      `| \`${name}\` | ${linkedCode(type, links)} | ${cell(absence(fallback, optional))} | ${cell(what)} |`,
  );
  return `| name | type | default | description |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}

/** A default that starts with a dash is a sentence, any other a value. */
function absence(fallback: string | undefined, optional: boolean): string {
  if (fallback === undefined) return optional ? '' : '_required_';
  return fallback.startsWith('- ') ? fallback.slice(2) : `\`${fallback}\``;
}
