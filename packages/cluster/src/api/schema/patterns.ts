/**
 * Patterns that users write, with the syntax of Go and in time that grows with the text and the pattern alone.
 *
 * Separate because JavaScript's own expressions are neither: a pattern of eight letters can keep them busy for ever. RE2JS has the
 * syntax and the method of RE2, as Go's regexp has.
 */

import { RE2JS } from 're2js';

/** The longest pattern, in characters. */
const MAX_CHARACTERS = 10_000;
/** The most instructions that a pattern may become, as far as that can be told from its text. */
const MAX_INSTRUCTIONS = 1_000_000;

/** A pattern that can be matched. */
export interface Pattern {
  /** Whether some part of a text matches. */
  matches(text: string): boolean;
  /** What matching costs for each character of a text. */
  readonly cost: number;
}

/** A pattern as compiled; `invalid` says why it could not be, in Go's words. */
export type CompiledPattern =
  { readonly kind: 'pattern'; readonly pattern: Pattern } | { readonly kind: 'invalid'; readonly why: string };

/** Compiles a pattern. */
export function compilePattern(text: string): CompiledPattern {
  if (text.length > MAX_CHARACTERS || text.length * repeatsIn(text) > MAX_INSTRUCTIONS)
    return { kind: 'invalid', why: `error parsing regexp: expression too large: \`${text}\`` };
  try {
    const compiled = RE2JS.compile(text);
    return { kind: 'pattern', pattern: { matches: (value) => compiled.test(value), cost: compiled.programSize() } };
  } catch (error) {
    return { kind: 'invalid', why: inGo(error instanceof Error ? error.message : String(error), text) };
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

/** RE2JS leaves out the expression where Go names the rest of the pattern, or all of it. */
function inGo(why: string, pattern: string): string {
  if (why.endsWith('trailing backslash at end of expression')) return `${why}: \`\``;
  return why.endsWith('expression nests too deeply') ? `${why}: \`${pattern}\`` : why;
}

/** How often the counted repetitions of a pattern write out their parts, all together. */
function repeatsIn(text: string): number {
  let sum = 1;
  for (const [, least = '', most = ''] of text.matchAll(/\{(\d+)(?:,(\d*))?\}/g))
    sum += Math.max(Number(least), Number(most));
  return sum;
}
