/**
 * Links the type names in the reference: types of this library to their section, types of cdk8s and constructs to the documentation of those packages.
 *
 * Markdown has no links inside code, so text with links is written as HTML.
 */

import ts from 'typescript';

/** The API documentation of each package whose types appear in signatures. Its anchors are `PACKAGE.NAME`. */
export const EXTERNAL_DOCS: Readonly<Record<string, string>> = {
  cdk8s: 'https://github.com/cdk8s-team/cdk8s-core/blob/2.x/docs/typescript.md',
  'cdk8s-plus-27': 'https://github.com/cdk8s-team/cdk8s-plus/blob/k8s-27/main/docs/typescript.md',
  constructs: 'https://github.com/aws/constructs/blob/10.x/API.md',
};

/** Links by type name. */
export type TypeLinks = ReadonlyMap<string, string>;

/** Returns the links of the external types that a declaration names. */
export function externalLinks(node: ts.Node, checker: ts.TypeChecker): TypeLinks {
  const links = new Map<string, string>();
  const visit = (it: ts.Node): void => {
    if (ts.isIdentifier(it) && (ts.isTypeReferenceNode(it.parent) || ts.isExpressionWithTypeArguments(it.parent))) {
      const link = externalLink(it, checker);
      if (link !== undefined) links.set(it.text, link);
    }
    ts.forEachChild(it, visit);
  };
  visit(node);
  return links;
}

function externalLink(name: ts.Identifier, checker: ts.TypeChecker): string | undefined {
  const found = checker.getSymbolAtLocation(name);
  const symbol = found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
  const file = symbol?.declarations?.[0]?.getSourceFile().fileName ?? '';
  const [, module = ''] = /\/node_modules\/([^/]+)\/[^]*$/.exec(file) ?? [];
  const docs = EXTERNAL_DOCS[module];
  return docs === undefined || symbol === undefined ? undefined : `${docs}#${module}.${symbol.name}`;
}

/** A type name that is neither a property access, nor a key, nor within quotes. */
const TYPE_NAME = /'[^']*'|(?<![.\w])[A-Z]\w*(?!\w|\??:)/g;

/** Returns a type as Markdown: code, with a link for each type name that has one. */
export function linkedCode(text: string, links: TypeLinks): string {
  let linked = false;
  let html = '';
  let end = 0;
  for (const { 0: name, index } of text.matchAll(TYPE_NAME)) {
    const link = links.get(name);
    if (link === undefined) continue;
    linked = true;
    html += `${escapeCode(text.slice(end, index))}<a href="${link}">${name}</a>`;
    end = index + name.length;
  }
  return linked ? `<code>${html}${escapeCode(text.slice(end))}</code>` : `\`${text.replaceAll('|', '\\|')}\``;
}

/** Returns the links of the type names in a signature, in order of their first appearance. */
export function linksIn(text: string, links: TypeLinks, own: string): readonly string[] {
  const names = [...new Set([...text.matchAll(TYPE_NAME)].map(([name]) => name))].filter((name) => name !== own);
  return names.flatMap((name) => {
    const link = links.get(name);
    return link === undefined ? [] : [`[${name}](${link})`];
  });
}

/** Escapes what HTML and Markdown would interpret between the tags. */
const escapeCode = (text: string): string =>
  text.replace(/[&<>|*_[\]`$~\\]/g, (character) => `&#${String(character.charCodeAt(0))};`);
