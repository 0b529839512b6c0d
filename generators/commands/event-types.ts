/**
 * Reads the events of `pipewright run -o json` from their TypeScript declaration: every event, its fields, and their comments.
 *
 * Starts at the index of the command, so it does not depend on where the events are declared.
 */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';

const INDEX = resolve(import.meta.dirname, '../../packages/cli/src/index.ts');

/** One field of an event or of a part of one. */
export interface EventField {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly description: string;
}

/** An event, or the type of a field. */
export interface EventType {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly EventField[];
  /** The type as written, if it is not an object. */
  readonly alias?: string;
}

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);

function eventsFile(): ts.SourceFile {
  const index = parse(INDEX);
  const declaration = index.statements.filter(ts.isExportDeclaration).find((it) => it.getText().includes('RunEvent'));
  const from = declaration?.moduleSpecifier;
  if (!from || !ts.isStringLiteral(from)) throw new Error(`${INDEX} does not export RunEvent`);
  return parse(resolve(dirname(INDEX), from.text.replace(/\.js$/, '.ts')));
}

const commentOf = (node: ts.Node): string =>
  ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((it) => ts.getTextOfJSDocComment(it.comment) ?? '')
    .join(' ')
    .replace(/\s+/g, ' ');

const fieldsOf = (members: ts.NodeArray<ts.TypeElement>): readonly EventField[] =>
  members.filter(ts.isPropertySignature).map((member) => ({
    name: member.name.getText(),
    type: (member.type?.getText() ?? '').replace(/^readonly /, ''),
    isOptional: member.questionToken !== undefined,
    description: commentOf(member),
  }));

/** Returns every event, in order of declaration. The comment on its `type` describes an event. */
export function eventTypes(): readonly EventType[] {
  const union = eventsFile()
    .statements.filter(ts.isTypeAliasDeclaration)
    .find((it) => it.name.text === 'RunEvent')?.type;
  if (!union || !ts.isUnionTypeNode(union)) throw new Error('RunEvent is not a union');
  return union.types.filter(ts.isTypeLiteralNode).map(({ members }) => {
    const [type, ...fields] = fieldsOf(members);
    return { name: type?.type.replaceAll("'", '') ?? '', description: type?.description ?? '', fields };
  });
}

/** Returns the types that the fields of events name, in order of declaration. */
export function eventPartTypes(): readonly EventType[] {
  const used = eventTypes()
    .flatMap(({ fields }) => fields.map(({ type }) => type))
    .join(' ');
  return eventsFile().statements.flatMap((it) => {
    if (!ts.isTypeAliasDeclaration(it) && !ts.isInterfaceDeclaration(it)) return [];
    if (it.name.text === 'RunEvent' || !used.includes(it.name.text)) return [];
    const shared = { name: it.name.text, description: commentOf(it) };
    return ts.isInterfaceDeclaration(it)
      ? [{ ...shared, fields: fieldsOf(it.members) }]
      : [{ ...shared, fields: [], alias: it.type.getText() }];
  });
}
