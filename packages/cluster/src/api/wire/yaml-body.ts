/**
 * YAML bodies, as the JSON that they stand for.
 *
 * Separate because YAML needs bounds that JSON does not: parsing takes milliseconds a kilobyte and a stack frame or more a level, each
 * alias is looked up in the whole document, and aliases multiply. kubectl sends JSON, so the bounds are tight.
 */

import { Composer, LineCounter, Parser, type CST, type YAMLError } from 'yaml';
import { DEPTH_MESSAGE, measured, MAX_BODY_BYTES, MAX_DEPTH } from './json-limits.js';
import { badRequest, tooLarge } from '../status-error.js';

/** The most bytes of a body in YAML. */
export const MAX_YAML_BYTES = 128 * 1024;
/** The most aliases (`*name`) of a body. */
const MAX_ALIASES = 100;
/** The most bytes that the aliases of a body may stand for, if each stood for all of it: a merge key costs more than its result shows. */
const MAX_ALIASED_BYTES = 2 * 1024 * 1024;

const OPTIONS = { uniqueKeys: false, version: '1.1', schema: 'yaml-1.1', prettyErrors: false } as const;
const EXCESSIVE = 'document contains excessive aliasing';

/** Reads one YAML document as JSON. Throws a 400 for what is not YAML, or more than it may be, and a 413 for too much text. */
export function readYaml(text: string): unknown {
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) {
    const hint = `limit is ${MAX_YAML_BYTES} for YAML; as JSON it may have ${MAX_BODY_BYTES}`;
    throw tooLarge(`Request entity too large: ${hint}`);
  }
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  checkTokens(tokens, Math.min(MAX_ALIASES, MAX_ALIASED_BYTES / Buffer.byteLength(text)));
  const [document, more] = [...new Composer(OPTIONS).compose(tokens, true, text.length)];
  const [wrong] = document?.errors ?? [];
  if (wrong) throw fault(`line ${lines.linePos(wrong.pos[0]).line}: ${firstLine(wrong)}`);
  if (more) throw fault('the body holds more than one document');
  return jsonOf(() => document?.toJS({ maxAliasCount: MAX_ALIASES }) as unknown);
}

const fault = (why: string): Error => badRequest(`error converting YAML to JSON: yaml: ${why}`);
const firstLine = (error: Pick<YAMLError, 'message'>): string => error.message.split('\n')[0] ?? '';

/** Refuses what is nested too deep to be composed, or has too many aliases to be resolved. */
function checkTokens(tokens: readonly CST.Token[], mostAliases: number): void {
  const open: unknown[] = [...tokens];
  const depths: number[] = tokens.map(() => 0);
  let aliases = 0;
  while (open.length > 0) {
    const here = open.pop();
    const depth = depths.pop() ?? 0;
    if (typeof here !== 'object' || here === null) continue;
    if (depth > MAX_DEPTH) throw fault(DEPTH_MESSAGE);
    if ('type' in here && here.type === 'alias') aliases += 1;
    if (aliases > mostAliases) throw fault(EXCESSIVE);
    for (const below of belowOf(here)) {
      open.push(below);
      depths.push('items' in here ? depth + 1 : depth);
    }
  }
}

/** The tokens in a token: of a document its value, of a collection the keys and values of its items. */
function belowOf(token: object): readonly unknown[] {
  const value = 'value' in token ? [token.value] : [];
  const key = 'key' in token ? [token.key] : [];
  return 'items' in token && Array.isArray(token.items) ? token.items : [...key, ...value];
}

/** The value of a document as JSON has it: dates as texts, and what aliases share copied. */
function jsonOf(value: () => unknown): unknown {
  let found: unknown;
  try {
    found = value();
  } catch (error) {
    const why = error instanceof Error ? firstLine(error) : String(error);
    throw fault(why.startsWith('Excessive alias count') ? EXCESSIVE : why);
  }
  const size = measured(found, MAX_BODY_BYTES);
  switch (size.kind) {
    case 'fits':
      return JSON.parse(JSON.stringify(found)) as unknown;
    case 'too-deep':
      throw fault(DEPTH_MESSAGE);
    case 'too-large':
      throw fault(EXCESSIVE);
    case 'not-json':
      throw badRequest(size.why);
  }
}
