/**
 * Parses YAML bodies to JSON.
 *
 * Separate because YAML needs stricter limits than JSON: parsing takes milliseconds per kilobyte and a stack frame or more per level, and
 * aliases multiply. kubectl sends JSON, so the limits are tight.
 */

import { Composer, LineCounter, Parser, type CST, type YAMLError } from 'yaml';
import { DEPTH_MESSAGE, measured, MAX_BODY_BYTES, MAX_DEPTH } from './json-limits.js';
import { badRequest, requestEntityTooLarge } from '../status-error.js';

/** The most bytes of a YAML body. */
export const MAX_YAML_BYTES = 128 * 1024;
/** The most aliases (`*name`) of a body. */
const MAX_ALIASES = 100;
/** The most bytes that aliases may expand to, if each referred to the whole body. */
const MAX_ALIASED_BYTES = 2 * 1024 * 1024;

const OPTIONS = { uniqueKeys: false, version: '1.1', schema: 'yaml-1.1', prettyErrors: false } as const;
const EXCESSIVE = 'document contains excessive aliasing';

/** Parses one YAML document. Throws a 400 if it is not valid YAML or exceeds a limit, a 413 if it is too long. */
export function readYaml(text: string): unknown {
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) {
    const hint = `limit is ${MAX_YAML_BYTES} for YAML; as JSON it may have ${MAX_BODY_BYTES}`;
    throw requestEntityTooLarge(`Request entity too large: ${hint}`);
  }
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  checkTokens(tokens, Math.min(MAX_ALIASES, MAX_ALIASED_BYTES / Buffer.byteLength(text)));
  const [document, more] = [...new Composer(OPTIONS).compose(tokens, true, text.length)];
  const [error] = document?.errors ?? [];
  if (error) throw yamlError(`line ${lines.linePos(error.pos[0]).line}: ${firstLine(error)}`);
  if (more) throw yamlError('the body contains more than one document');
  return jsonOf(() => document?.toJS({ maxAliasCount: MAX_ALIASES }) as unknown);
}

const yamlError = (reason: string): Error => badRequest(`error converting YAML to JSON: yaml: ${reason}`);
const firstLine = (error: Pick<YAMLError, 'message'>): string => error.message.split('\n')[0] ?? '';

/** Rejects documents that are nested too deep or have too many aliases. */
function checkTokens(tokens: readonly CST.Token[], maxAliases: number): void {
  const open: unknown[] = [...tokens];
  const depths: number[] = tokens.map(() => 0);
  let aliases = 0;
  while (open.length > 0) {
    const here = open.pop();
    const depth = depths.pop() ?? 0;
    if (typeof here !== 'object' || here === null) continue;
    if (depth > MAX_DEPTH) throw yamlError(DEPTH_MESSAGE);
    if ('type' in here && here.type === 'alias') aliases += 1;
    if (aliases > maxAliases) throw yamlError(EXCESSIVE);
    for (const below of belowOf(here)) {
      open.push(below);
      depths.push('items' in here ? depth + 1 : depth);
    }
  }
}

/** Returns the child tokens: of a document its value, of a collection its keys and values. */
function belowOf(token: object): readonly unknown[] {
  const value = 'value' in token ? [token.value] : [];
  const key = 'key' in token ? [token.key] : [];
  return 'items' in token && Array.isArray(token.items) ? token.items : [...key, ...value];
}

/** Returns the value of a document as JSON: dates as strings, aliased values copied. */
function jsonOf(value: () => unknown): unknown {
  let found: unknown;
  try {
    found = value();
  } catch (error) {
    const reason = error instanceof Error ? firstLine(error) : String(error);
    throw yamlError(reason.startsWith('Excessive alias count') ? EXCESSIVE : reason);
  }
  const size = measured(found, MAX_BODY_BYTES);
  switch (size.kind) {
    case 'fits':
      return JSON.parse(JSON.stringify(found)) as unknown;
    case 'too-deep':
      throw yamlError(DEPTH_MESSAGE);
    case 'too-large':
      throw yamlError(EXCESSIVE);
    case 'not-json':
      throw badRequest(size.reason);
  }
}
