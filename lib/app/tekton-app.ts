/**
 * An app that writes manifests for kubectl and removes generated files that are no longer needed.
 *
 * Each chart becomes one file, named after the chart alone; everything is validated and rendered before the first file is written,
 * and runs that can only be created go to a directory of their own. cdk8s's own App also works with all constructs, but is slower
 * and writes strings for YAML 1.1 only.
 */

import { writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { constructProblem } from '@pipewright/tekton';
import { ApiObject, App, Chart, Names } from 'cdk8s';
import { ConstructError } from '../diagnostics/construct-error.js';
import { isOnlyCreated, resourceFileName, withoutStrayNamespace, withSyncWave } from '../gitops/gitops.js';
import { appName } from './generated-files.js';
import { kustomizeConfiguration } from '../gitops/kustomize.js';
import { writeOutput, type GeneratedFile } from './output-directory.js';
import { BUILT_IN_RESOLVERS, manifestOf } from '../manifests/plain-object.js';
import { programName } from './program-name.js';
import { checkAll, locatedWarningsOf, madeAt } from '../validation/validation.js';
import { manifestYaml } from '../manifests/yaml.js';

/** Properties for `TektonApp`. */
export interface TektonAppProps {
  /**
   * Directory that the files are written to.
   *
   * @default - the directory set by the cdk8s CLI, otherwise `dist`
   */
  readonly outdir?: string;

  /**
   * Directory for runs without a name of their own (mode `manual`), which are for `kubectl create` and never for
   * `kubectl apply` or a GitOps tool. Choose one outside `outdir` if the tool reads subdirectories, as Flux does.
   *
   * @default - `runs` below `outdir`
   */
  readonly runsOutdir?: string;

  /**
   * Whether to write one file for each object, named `NAMESPACE.KIND.NAME`, instead of one for each chart.
   *
   * @default false
   */
  readonly filePerResource?: boolean;

  /**
   * Whether objects are annotated with Argo CD's sync waves: namespaces and CRDs -2, secrets, accounts and rights -1, tasks
   * 0, pipelines 1, runs 2.
   *
   * @default false
   */
  readonly syncWaves?: boolean;

  /**
   * File to write for `configurations:` of a kustomization, so that kustomize also renames references to renamed objects.
   * Must be outside `outdir`, where every file is read as a manifest.
   *
   * @default - no file is written
   */
  readonly kustomizeConfiguration?: string;

  /**
   * The app's name in the list of its generated files (`_generated-files.NAME.txt`, in the same directory). A synth removes
   * listed files that the app no longer generates, so the name must be stable and unique.
   *
   * @default - the name of the program's package, and the program's path in it
   */
  readonly appName?: string;

  /**
   * Whether `synth` writes warnings to standard error. `acknowledge` suppresses individual warnings.
   *
   * @default true
   */
  readonly showWarnings?: boolean;
}

/** The app of this process that wrote each file last, and so owns it. */
const writers = new Map<string, symbol>();

/**
 * Defines an app of pipelines.
 *
 * @example
 *
 *   const app = new TektonApp();
 *   const ci = new Chart(app, 'ci');
 *   app.synth(); // dist/ci.k8s.yaml
 */
export class TektonApp extends App {
  readonly #props: TektonAppProps;
  readonly #self = Symbol('app');

  constructor(props: TektonAppProps = {}) {
    super(props.outdir === undefined ? {} : { outdir: props.outdir });
    this.#props = props;
    checkAll(this);
    const { kustomizeConfiguration: file } = props;
    if (file !== undefined && !relative(this.outdir, file).startsWith('..')) {
      const problem = constructProblem('FILE_AMONG_MANIFESTS', { directory: this.outdir });
      throw new ConstructError(this, { ...problem, value: file });
    }
  }

  /**
   * Validates the whole app, writes its files and removes files that only an earlier synth wrote. Throws if the app has errors;
   * then no file is written.
   */
  override synth(): void {
    this.#validate();
    const files = [...this.#files()].map(([path, objects]) => ({ path, text: manifestYaml(objects) }));
    const changed = this.#write(files);
    const { kustomizeConfiguration: file, showWarnings = true } = this.#props;
    if (file !== undefined) writeFileSync(file, kustomizeConfiguration());
    if (!showWarnings) return;
    const left = changed.map(
      (path) => `${displayPath(path)} is no longer generated, but is kept because it has been changed`,
    );
    process.stderr.write([...locatedWarningsOf(this), ...left].map((line) => `warning: ${line}\n`).join(''));
  }

  #write(files: readonly GeneratedFile[]): readonly string[] {
    const { appName: named, runsOutdir } = this.#props;
    const directory = resolve(this.outdir);
    for (const { path } of files) writers.set(path, this.#self);
    return writeOutput({
      directory,
      directories: [directory, ...(runsOutdir === undefined ? [] : [resolve(runsOutdir)])],
      app: appName(named ?? programName(process.argv[1])),
      files,
      isKept: (path) => (writers.get(path) ?? this.#self) !== this.#self,
    });
  }

  #validate(): void {
    const problems = this.node
      .findAll()
      .map((construct) => ({ construct, lines: construct.node.validate() }))
      .filter(({ lines }) => lines.length > 0)
      .flatMap(({ construct, lines }) => [
        ...lines.map((line) => `  [${construct.node.path}] ${line}`),
        ...madeAt(construct).map((line) => `    ${line}`),
      ]);
    if (problems.length === 0) return;
    const error = new Error(`Validation failed with the following errors:\n${problems.join('\n')}`);
    error.stack = error.message; // the paths locate the errors; the stack does not
    throw error;
  }

  /** The objects of each file. Throws if two charts would write the same file. */
  #files(): ReadonlyMap<string, readonly object[]> {
    const files = new Map<string, object[]>();
    const owners = new Map<string, string>();
    const { filePerResource = false, syncWaves = false, runsOutdir = join(this.outdir, 'runs') } = this.#props;
    for (const chart of this.node.findAll().filter((it): it is Chart => Chart.isChart(it))) {
      for (const manifest of this.#objectsOf(chart).map(withoutStrayNamespace)) {
        const name = filePerResource ? resourceFileName(manifest) : Names.toDnsLabel(chart);
        const folder = isOnlyCreated(manifest) ? runsOutdir : this.outdir;
        const path = resolve(folder, `${name}${this.outputFileExtension}`);
        const there = files.get(path);
        if (there && (filePerResource || owners.get(path) !== chart.node.path)) {
          throw new ConstructError(chart, constructProblem('FILE_TWICE', { file: displayPath(path) }));
        }
        const object = syncWaves ? withSyncWave(manifest) : manifest;
        if (there) there.push(object);
        else files.set(path, [object]);
        owners.set(path, chart.node.path);
      }
    }
    return files;
  }

  /** A chart's objects without those of nested charts, sorted by dependencies if it has any. */
  #objectsOf(chart: Chart): object[] {
    const constructs = chart.node.findAll();
    const asWritten = constructs.every((it) => it.node.dependencies.length === 0);
    if (!asWritten || this.resolvers.length > BUILT_IN_RESOLVERS) return chart.toJson() as object[]; // `any` in cdk8s
    return constructs
      .filter((it): it is ApiObject => ApiObject.isApiObject(it) && Chart.of(it) === chart)
      .map(manifestOf);
  }
}

const displayPath = (path: string): string => relative(process.cwd(), path);
