/**
 * A generated program while it is put together: what it imports, what is declared, and in which order.
 *
 * Constants are declared only for what something mentions; the rest stands for itself.
 */

import { fields, print, statements, text, type Code, type Item } from './code.js';
import { Identifiers } from './identifiers.js';

/** The modules of a program and what it takes from each. */
export class Imports {
  readonly #names = new Map<string, Set<string>>();
  readonly #journal: (undo: () => void) => void;

  /** @param journal records how to undo an import */
  constructor(journal: (undo: () => void) => void) {
    this.#journal = journal;
  }

  add(module: string, name: string): string {
    const names = this.#names.get(module) ?? new Set();
    if (!names.has(name)) this.#journal(() => names.delete(name));
    names.add(name);
    this.#names.set(module, names);
    return name;
  }

  /** Whether something of this name is taken from any module. */
  has(name: string): boolean {
    return [...this.#names.values()].some((names) => names.has(name));
  }

  /** The import lines, npm modules first. */
  lines(): string[] {
    return [...this.#names]
      .filter(([, names]) => names.size > 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([module, names]) => {
        const sorted = [...names].toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
        const spread = { open: '{', close: '}', items: sorted.map((code) => ({ code })), kind: 'fields' as const };
        return `import ${print(spread, 0, 7, module.length + 9)} from ${text(module)};`;
      });
  }
}

/** Something a program makes, which others may mention. */
export interface Declared {
  readonly name: string;
  mentioned: boolean;
  /** Set once the code that makes it is known. */
  code?: Code;
  comment?: readonly string[];
}

/** What a program is called, and where its constructs come from. */
export interface ProgramOptions {
  /** What the class is called, unless the program imports something of that name. */
  readonly className: string;
  /** The chart's id, which names the file it is synthesized to. */
  readonly chartId: string;
  /** The module that has the constructs. */
  readonly library: string;
  /** Whether the program is CommonJS, which asks in its own way whether it is the one that was started. */
  readonly isCommonJs: boolean;
  /** What the objects were read from, for the header. */
  readonly sources: readonly string[];
}

/** `Construct` is imported as a type; the compiler refuses a class `Object` in a CommonJS module. */
const RESERVED_CLASSES: ReadonlySet<string> = new Set(['Construct', 'Object']);

/** One program. */
export class Program {
  readonly imports = new Imports((undo) => this.orElse(undo));
  readonly identifiers = new Identifiers();
  readonly #ids = new Set(Object.getOwnPropertyNames(Object.prototype)); // which constructs takes for children that exist
  readonly #first: Declared[] = [];
  readonly #declared: Declared[] = [];
  readonly #options: ProgramOptions;
  #undo: (() => void)[] = [];

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  /** Does something that may throw; then nothing that it imported, mentioned or declared first is left. */
  attempt<T>(make: () => T): T {
    this.#undo = [];
    try {
      return make();
    } catch (cause) {
      for (const undo of this.#undo.toReversed()) undo();
      throw cause;
    }
  }

  /** Says how to take something back when the current attempt fails. */
  orElse(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Has a constant declared for something. */
  mention(declared: Declared): string {
    if (!declared.mentioned) this.orElse(() => (declared.mentioned = false));
    declared.mentioned = true;
    return declared.name;
  }

  /** Takes a construct of the library. */
  construct(name: string): string {
    return this.imports.add(this.#options.library, name);
  }

  /** Reserves a name for something; what is declared first is made first. */
  declare(name: string, kind: string): Declared {
    const declared: Declared = { name: this.identifiers.take(name, kind), mentioned: false };
    this.#declared.push(declared);
    return declared;
  }

  /** The same, made before everything that is declared the ordinary way. */
  declareFirst(name: string, kind: string): Declared {
    const declared: Declared = { name: this.identifiers.take(name, kind), mentioned: false };
    this.#first.push(declared);
    this.orElse(() => this.#first.pop());
    return declared;
  }

  /** The id of a construct: the object's name, made different where another has it. */
  id(name: string, kind: string): string {
    const base = name || kind.toLowerCase();
    let id = base;
    for (let number = 1; this.#ids.has(id); number++)
      id = `${base}-${kind.toLowerCase()}${number > 1 ? String(number) : ''}`;
    this.#ids.add(id);
    return id;
  }

  /** `pipeline.yaml` would make a class `Pipeline`, which hides the construct that it uses. */
  #className(): string {
    const { className } = this.#options;
    return this.imports.has(className) || RESERVED_CLASSES.has(className) ? `${className}Manifests` : className;
  }

  /** The whole text. */
  text(): string {
    const { chartId, sources, isCommonJs } = this.#options;
    const isStarted = isCommonJs ? 'require.main === module' : 'process.argv[1] === import.meta.filename';
    this.imports.add('cdk8s', 'Chart');
    const app = this.construct('TektonApp');
    const className = this.#className();
    const made: Item[] = [...this.#first, ...this.#declared].flatMap(({ name, mentioned, code, comment }) =>
      code === undefined
        ? []
        : [{ code: mentioned ? [`const ${name} = `, code, ';'] : [code, ';'], ...(comment && { comment }) }],
    );
    const body = statements([{ code: 'super(scope, id);' }, ...made]);
    const constructor: Item = { code: ['constructor(scope: Construct, id: string) ', body] };
    const imports = [...this.imports.lines(), `import type { Construct } from 'constructs';`].toSorted(byModule);
    return `/**
 * Generated by \`pipewright import\` from ${sources.join(', ')}. Edit this file; the YAML is no longer needed.
 */

${imports.join('\n')}

/** What ${sources.join(', ')} held. */
${print(['export class ', className, ' extends Chart ', statements([constructor])])}

if (${isStarted}) {
  const app = new ${app}();
  new ${className}(app, ${text(chartId)});
  app.synth();
}
`;
  }
}

/** npm modules before our own files, each in the order of their names. */
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
): Code => [`new ${name}(this, ${text(id)}, `, fields(props), ')'];
