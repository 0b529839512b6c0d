/**
 * Patterns of users, with Go's syntax, in time linear in the text and the pattern.
 *
 * Separate because JavaScript's regular expressions have another syntax and may take exponential time. RE2JS implements RE2, as Go's
 * regexp does.
 */

import { RE2JS } from 're2js';

/** The longest pattern, in characters. */
const MAX_CHARACTERS = 10_000;
/** The most instructions of a compiled pattern, estimated from its text. */
const MAX_INSTRUCTIONS = 1_000_000;

/** A compiled pattern. */
export interface Pattern {
  /** Whether any part of a text matches. */
  matches(text: string): boolean;
  /** The cost of matching, per character of the text. */
  readonly cost: number;
}

/** The result of compiling a pattern; `reason` is Go's message. */
export type CompiledPattern =
  { readonly kind: 'pattern'; readonly pattern: Pattern } | { readonly kind: 'invalid'; readonly reason: string };

/** Compiles a pattern. */
export function compilePattern(text: string): CompiledPattern {
  if (text.length > MAX_CHARACTERS || text.length * repeatsIn(text) > MAX_INSTRUCTIONS)
    return { kind: 'invalid', reason: `error parsing regexp: expression too large: \`${text}\`` };
  try {
    const compiled = RE2JS.compile(text);
    return { kind: 'pattern', pattern: { matches: (value) => compiled.test(value), cost: compiled.programSize() } };
  } catch (error) {
    return { kind: 'invalid', reason: inGo(error instanceof Error ? error.message : String(error), text) };
  }
}

/** The compiled patterns of one server's schemas. */
export class PatternCache {
  readonly #compiled = new WeakMap<object, CompiledPattern>();

  /** Returns the compiled pattern of a schema. */
  compile(schema: { readonly pattern?: string }): CompiledPattern {
    const known = this.#compiled.get(schema);
    if (known) return known;
    const compiled = compilePattern(schema.pattern ?? '');
    this.#compiled.set(schema, compiled);
    return compiled;
  }
}

/** Completes a message of RE2JS, which omits the expression that Go names. */
function inGo(reason: string, pattern: string): string {
  if (reason.endsWith('trailing backslash at end of expression')) return `${reason}: \`\``;
  return reason.endsWith('expression nests too deeply') ? `${reason}: \`${pattern}\`` : reason;
}

/** Returns the number of copies that counted repetitions expand to. */
function repeatsIn(text: string): number {
  let sum = 1;
  for (const [, least = '', most = ''] of text.matchAll(/\{(\d+)(?:,(\d*))?\}/g))
    sum += Math.max(Number(least), Number(most));
  return sum;
}
