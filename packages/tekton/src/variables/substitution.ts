/**
 * `$(…)` in text: finding variables, and putting values in their place.
 *
 * One pass over the original text: what a value holds is not looked at again by the same call. What has no value stays as written,
 * because Kubernetes may know it as an environment variable. Every function is linear in its input; the fields of a task that hold
 * text are in `task-fields.ts`, and the order in which its variables are filled in is in `variables.ts`.
 */

/** A variable in a text: `text.slice(start, end)` is `$(name)`. */
export interface Variable {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What to put in place of variables, by the name between `$(` and `)`. */
export interface Replacements {
  readonly strings: ReadonlyMap<string, string>;
  /** These replace a whole element of a list, and make zero or more elements of it. */
  readonly arrays: ReadonlyMap<string, readonly string[]>;
}

const NAME = /^[_a-zA-Z][_a-zA-Z0-9.-]*$/;

/** Everything between a `$(` and the next `)`, innermost where they nest: `$(a$(b))` holds `b`. */
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

/** The variables of a text, in order. `$(not a name)` is none. */
export function parseVariables(text: string): Variable[] {
  return [...enclosed(text)].filter(({ name }) => NAME.test(name));
}

/** The name of the variable that is the whole text, if it is one. */
export function isolatedVariable(text: string): string | undefined {
  const [first] = enclosed(text);
  return first && first.start === 0 && first.end === text.length ? first.name : undefined;
}

/** `text` with string values in place of variables. Arrays have no place in a string: their variables stay. */
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

/** A list with values in place of variables: an element that is one array variable becomes that array's elements. */
export function substituteList(list: readonly string[], replacements: Replacements): string[] {
  return list.flatMap((text) => {
    const name = isolatedVariable(text);
    const array = name === undefined ? undefined : replacements.arrays.get(name);
    return array ?? [substitute(text, replacements)];
  });
}
