/**
 * Imports manifests, and compiles and runs the resulting programs.
 *
 * All programs share one compiler run and one process, because loading the library takes seconds, and running a program
 * only milliseconds.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { importManifests } from '../../src/import/import-command.js';
import { recorded } from './cli.js';

/** Manifests to import. */
export interface Source {
  readonly name: string;
  /** A file or directory. */
  readonly path: string;
  /** The name of the program's file without `.ts`, from which its class name is derived. */
  readonly stem: string;
}

/** The synthesized objects of a program, and its errors. */
export interface Synthesized {
  readonly objects: readonly object[];
  readonly problems: readonly string[];
}

const root = resolve(import.meta.dirname, '../../../..');

/** The programs of some sources, in a subdirectory of `build/`. */
export class Programs {
  /** Sources that could not be imported, with the exception. */
  readonly crashes: readonly string[];
  readonly #place: string;
  readonly #sources: readonly Source[];

  /** Imports each source. `folder` must not be shared with other callers. */
  constructor(folder: string, sources: readonly Source[]) {
    this.#place = join(root, 'packages/cli/build', folder);
    this.remove();
    this.crashes = sources.flatMap((source) => this.#import(source));
    this.#sources = sources.filter((source) => existsSync(this.#fileOf(source)));
  }

  #import(source: Source): readonly string[] {
    const out = this.#fileOf(source);
    mkdirSync(dirname(out), { recursive: true });
    try {
      importManifests({ paths: [source.path], out, library: '../../../../../lib/index.js' }, recorded());
      return [];
    } catch (cause) {
      return [`${source.name}: ${String(cause)}`];
    }
  }

  /** Removes the programs. */
  remove(): void {
    rmSync(this.#place, { recursive: true, force: true });
  }

  #fileOf({ name, stem }: Source): string {
    return join(this.#place, name, `${stem}.ts`);
  }

  /** Synthesizes each chart in its own app. Returns all objects by source, including invalid ones. */
  synthesize(): Readonly<Record<string, Synthesized>> {
    const all = join(this.#place, 'all.ts');
    writeFileSync(all, programOfAll(this.#sources));
    const printed = execFileSync(process.execPath, ['--import', 'tsx', all], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    return JSON.parse(printed) as Readonly<Record<string, Synthesized>>; // printed by the program below
  }

  /** Compiles the programs with the repository's settings. Returns errors as `NAME:LINE MESSAGE`. */
  compile(): readonly string[] {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
      config: object;
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const program = ts.createProgram(
      this.#sources.map((it) => this.#fileOf(it)),
      {
        ...options,
        composite: false,
        incremental: false,
        emitDeclarationOnly: false,
        declaration: false,
        noEmit: true,
        rootDir: root,
      },
    );
    return this.#sources.flatMap((source) => {
      const file = program.getSourceFile(this.#fileOf(source));
      return ts.getPreEmitDiagnostics(program, file).map(({ start, messageText }) => {
        const line = (file?.text ?? '').slice(0, start).split('\n').length;
        return `${source.name}:${String(line)} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
      });
    });
  }
}

const programOfAll = (sources: readonly Source[]): string => `
import { ApiObject, type App, type Chart } from 'cdk8s';
import { TektonApp } from '../../../../lib/index.js';
const all: Record<string, () => Promise<object>> = {
${sources.map(({ name, stem }) => `'${name}': () => import('./${name}/${stem}.js'),`).join('\n')}
};
const synthesized: Record<string, object> = {};
for (const [name, load] of Object.entries(all)) {
  try {
    const [made] = Object.values(await load()) as (new (app: App, id: string) => Chart)[];
    const chart = made && new made(new TektonApp(), 'chart');
    const constructs = chart?.node.root.node.findAll() ?? [];
    synthesized[name] = {
      problems: constructs.flatMap((it) => it.node.validate()),
      objects: constructs.filter((it) => ApiObject.isApiObject(it)).map((it) => (it as ApiObject).toJson() as object),
    };
  } catch (cause) {
    synthesized[name] = { problems: [String(cause)], objects: [] };
  }
}
console.log(JSON.stringify(synthesized));
`;
