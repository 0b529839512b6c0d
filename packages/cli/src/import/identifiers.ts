/** Derives the names of constants from the names of the objects. */

/** Reserved words of TypeScript, and names that the generated functions use. */
const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null package private protected public return ' +
    'static super switch this throw true try typeof undefined var void while with yield object string number boolean symbol ' +
    'task check params resources inputs outputs results workspaces scope id app process k8s'
  ).split(' '),
);

/**
 * The names of one scope. A name is never used both in a scope and in a nested one, regardless of which is taken first,
 * so no name shadows another.
 */
export class Identifiers {
  readonly #used = new Set<string>();
  readonly #usedInNested = new Set<string>();
  readonly #outer: Identifiers | undefined;

  constructor(outer?: Identifiers) {
    this.#outer = outer;
  }

  /** Returns an unused name: derived from `name`, or with `kind` as a suffix, or numbered. */
  take(name: string, kind: string): string {
    const plain = camelCase(name) || lowerFirst(kind);
    const base = /^\d/.test(plain) ? `${lowerFirst(kind)}${plain}` : plain;
    const candidates = [base, `${base}${kind}`];
    const isFree = (it: string): boolean => !RESERVED.has(it) && !this.#isUsed(it);
    let found = candidates.find(isFree);
    for (let number = 2; found === undefined; number++) found = [`${base}${kind}${String(number)}`].find(isFree);
    this.#used.add(found);
    if (this.#outer) this.#outer.#usedInNested.add(found);
    return found;
  }

  #isUsed(name: string): boolean {
    if (this.#used.has(name) || this.#usedInNested.has(name)) return true;
    return this.#outer ? this.#outer.#used.has(name) : false;
  }
}

/** Converts `build-and-push` to `buildAndPush`. */
export const camelCase = (name: string): string =>
  lowerFirst(
    name
      .split(/[^A-Za-z0-9]+/)
      .filter(Boolean)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(''),
  );

/** Converts `build-and-push` to `BuildAndPush`. */
export const pascalCase = (name: string): string => {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
};

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
