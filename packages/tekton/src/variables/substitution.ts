/**
 * Finds and substitutes variables `$(…)` in text.
 *
 * Substitution is a single pass: substituted values are not expanded again. Unknown variables are kept, because
 * Kubernetes may expand them as environment variables. Every function takes time linear in its input.
 */

/** A variable in a text: `text.slice(start, end)` is `$(name)`. */
export interface Variable {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Values of variables, by the name between `$(` and `)`. */
export interface Replacements {
  readonly strings: ReadonlyMap<string, string>;
  /** Each array replaces a whole list element with zero or more elements. */
  readonly arrays: ReadonlyMap<string, readonly string[]>;
}

const NAME = /^[_a-zA-Z][_a-zA-Z0-9.-]*$/;

/** Yields the text between each `$(` and the next `)`, innermost if nested: `$(a$(b))` yields `b`. */
function* enclosed(text: string): Generator<Variable> {
  let open = -1;
  for (let at = text.indexOf('$('); at !== -1 && at < text.length; at++) {
    if (text[at] === '$' && text[at + 1] === '(') {
      open = at;
      at++;
    } else if (text[at] === ')') {
      yield { name: text.slice(open + 2, at), start: open, end: at + 1 };
      at = text.indexOf('$(', at) - 1;
      if (at < 0) return;
    }
  }
}

/** Returns the variables of a text, in order. `$(not a name)` is not a variable. */
export function parseVariables(text: string): Variable[] {
  return [...enclosed(text)].filter(({ name }) => NAME.test(name));
}

/** Returns the texts between each `$(` and `)`, in order, whether they are names or not: `params.x[0]`. */
export const textsOfVariables = (text: string): string[] => [...enclosed(text)].map(({ name }) => name);

/** Returns the name of the variable if the text consists of exactly one variable. */
export function isolatedVariable(text: string): string | undefined {
  const [first] = enclosed(text);
  return first && first.start === 0 && first.end === text.length ? first.name : undefined;
}

/** Substitutes string variables. Array variables are kept, since a string cannot hold an array. */
export function substitute(text: string, { strings }: Pick<Replacements, 'strings'>): string {
  const parts: string[] = [];
  let taken = 0;
  for (const { name, start, end } of enclosed(text)) {
    const value = strings.get(name);
    if (value === undefined) continue;
    parts.push(text.slice(taken, start), value);
    taken = end;
  }
  return taken === 0 ? text : parts.join('') + text.slice(taken);
}

/** Substitutes the variables in a list. An element that is a single array variable expands to the array's elements. */
export function substituteList(list: readonly string[], replacements: Replacements): string[] {
  return list.flatMap((text) => {
    const name = isolatedVariable(text);
    const array = name === undefined ? undefined : replacements.arrays.get(name);
    return array ?? [substitute(text, replacements)];
  });
}
