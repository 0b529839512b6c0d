/**
 * A generated program under construction: its imports, its declarations, and their order.
 *
 * An object gets a constant only if another one refers to it; otherwise its code is a statement.
 */

import { objectLiteral, print, statementBlock, stringLiteral, type Code, type Item } from './code.js';
import { Identifiers } from './identifiers.js';

/** The imported modules and the names imported from each. */
export class Imports {
  readonly #names = new Map<string, Set<string>>();
  readonly #onAdd: (undo: () => void) => void;

  /** @param journal called with a function that undoes an import */
  constructor(journal: (undo: () => void) => void) {
    this.#onAdd = journal;
  }

  add(module: string, name: string): string {
    const names = this.#names.get(module) ?? new Set();
    if (!names.has(name)) this.#onAdd(() => names.delete(name));
    names.add(name);
    this.#names.set(module, names);
    return name;
  }

  /** Returns whether a name is imported from any module. */
  has(name: string): boolean {
    return [...this.#names.values()].some((names) => names.has(name));
  }

  /** Returns the import lines, npm modules first. */
  lines(): string[] {
    return [...this.#names]
      .filter(([, names]) => names.size > 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([module, names]) => {
        const sorted = [...names].toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
        const spread = { open: '{', close: '}', items: sorted.map((code) => ({ code })), kind: 'fields' as const };
        return `import ${print(spread, 0, 7, module.length + 9)} from ${stringLiteral(module)};`;
      });
  }
}

/** An object that the program creates and that others may refer to. */
export interface Declaration {
  readonly name: string;
  isReferenced: boolean;
  /** Set once the code that creates the object is known. */
  code?: Code;
  comment?: readonly string[];
}

/** The names in a program, and the module that exports its constructs. */
export interface ProgramOptions {
  /** The class name, unless the program imports this name. */
  readonly className: string;
  /** The chart's id, which determines the name of the synthesized file. */
  readonly chartId: string;
  /** The module that exports the constructs. */
  readonly library: string;
  /** Whether the program is CommonJS, which tests differently whether it is the main module. */
  readonly isCommonJs: boolean;
  /** The files that the objects were read from, for the header. */
  readonly sources: readonly string[];
}

/** `Construct` is imported as a type; the compiler rejects a class named `Object` in a CommonJS module. */
const RESERVED_CLASS_NAMES: ReadonlySet<string> = new Set(['Construct', 'Object']);

/** A program under construction. */
export class Program {
  readonly imports = new Imports((undo) => this.onRollback(undo));
  readonly identifiers = new Identifiers();
  readonly #ids = new Set(Object.getOwnPropertyNames(Object.prototype)); // constructs treats these as existing children
  readonly #early: Declaration[] = [];
  readonly #declared: Declaration[] = [];
  readonly #options: ProgramOptions;
  #undo: (() => void)[] = [];

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  /** Runs a function. If it throws, undoes its imports, references and early declarations. */
  attempt<T>(make: () => T): T {
    this.#undo = [];
    try {
      return make();
    } catch (cause) {
      for (const undo of this.#undo.toReversed()) undo();
      throw cause;
    }
  }

  /** Registers how to undo a change if the current attempt fails. */
  onRollback(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Marks a declaration as used, so that it gets a constant, and returns its name. */
  reference(declared: Declaration): string {
    if (!declared.isReferenced) this.onRollback(() => (declared.isReferenced = false));
    declared.isReferenced = true;
    return declared.name;
  }

  /** Imports a construct of the library. */
  construct(name: string): string {
    return this.imports.add(this.#options.library, name);
  }

  /** Reserves a name for an object. Objects are created in the order of their declarations. */
  declare(name: string, kind: string): Declaration {
    const declared: Declaration = { name: this.identifiers.take(name, kind), isReferenced: false };
    this.#declared.push(declared);
    return declared;
  }

  /** Like `declare`, but creates the object before all those declared with `declare`. */
  declareEarly(name: string, kind: string): Declaration {
    const declared: Declaration = { name: this.identifiers.take(name, kind), isReferenced: false };
    this.#early.push(declared);
    this.onRollback(() => this.#early.pop());
    return declared;
  }

  /** Returns a unique construct id: the object's name, with a suffix if it is already used. */
  id(name: string, kind: string): string {
    const base = name || kind.toLowerCase();
    let id = base;
    for (let number = 1; this.#ids.has(id); number++)
      id = `${base}-${kind.toLowerCase()}${number > 1 ? String(number) : ''}`;
    this.#ids.add(id);
    return id;
  }

  /**
   * Returns the class name. `pipeline.yaml` would yield a class `Pipeline`, which would shadow the construct of that
   * name.
   */
  #className(): string {
    const { className } = this.#options;
    return this.imports.has(className) || RESERVED_CLASS_NAMES.has(className) ? `${className}Manifests` : className;
  }

  /** Returns the complete program text. */
  text(): string {
    const { chartId, sources, isCommonJs } = this.#options;
    const isMainModule = isCommonJs ? 'require.main === module' : 'process.argv[1] === import.meta.filename';
    this.imports.add('cdk8s', 'Chart');
    const app = this.construct('TektonApp');
    const className = this.#className();
    const declarations: Item[] = [...this.#early, ...this.#declared].flatMap(({ name, isReferenced, code, comment }) =>
      code === undefined
        ? []
        : [{ code: isReferenced ? [`const ${name} = `, code, ';'] : [code, ';'], ...(comment && { comment }) }],
    );
    const body = statementBlock([{ code: 'super(scope, id);' }, ...declarations]);
    const constructor: Item = { code: ['constructor(scope: Construct, id: string) ', body] };
    const imports = [...this.imports.lines(), `import type { Construct } from 'constructs';`].toSorted(byModule);
    return `/**
 * Generated by \`pipewright import\` from ${sources.join(', ')}. Edit this file; the YAML is no longer needed.
 */

${imports.join('\n')}

/** The objects of ${sources.join(', ')}. */
${print(['export class ', className, ' extends Chart ', statementBlock([constructor])])}

if (${isMainModule}) {
  const app = new ${app}();
  new ${className}(app, ${stringLiteral(chartId)});
  app.synth();
}
`;
  }
}

/** Compares import lines: npm modules before relative ones, each alphabetically. */
function byModule(a: string, b: string): number {
  const key = (line: string): string => {
    const module = /from '(.*)'/.exec(line)?.[1] ?? '';
    return `${module.startsWith('.') ? '1' : '0'} ${module}`;
  };
  return key(a) < key(b) ? -1 : 1;
}

/** `new NAME(this, 'id', { … })` */
export const construction = (
  name: string,
  id: string,
  props: Readonly<Record<string, Code | Item | undefined>>,
): Code => [`new ${name}(this, ${stringLiteral(id)}, `, objectLiteral(props), ')'];
