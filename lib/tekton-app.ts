/**
 * An app that writes what kubectl reads, and nothing else.
 *
 * A chart is a file, named after the chart alone, so that no dependency renames it. Everything is checked and rendered
 * before the first file is written. Runs that can only be created lie apart from what is applied or synced. cdk8s's own App
 * works with all constructs too; it writes strings for YAML 1.1 only, and takes longer.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ApiObject, App, Chart, Names } from 'cdk8s';
import { ConstructError } from './construct-error.js';
import { isOnlyCreated, resourceFileName, withoutStrayNamespace, withSyncWave } from './gitops.js';
import { kustomizeConfiguration } from './kustomize.js';
import { BUILT_IN_RESOLVERS, manifestOf } from './plain-object.js';
import { checkAll, warningsOf } from './validation.js';
import { manifestYaml } from './yaml.js';

/** Properties for `TektonApp`. */
export interface TektonAppProps {
  /**
   * Directory that the files are written to.
   *
   * @default - what the cdk8s CLI says, else `dist`
   */
  readonly outdir?: string;

  /**
   * Directory for runs without a name of their own (mode `manual`), which are for `kubectl create` and never for
   * `kubectl apply` or a GitOps tool. Name one outside `outdir` when the tool looks into subdirectories, as Flux does.
   *
   * @default - `runs` below `outdir`
   */
  readonly runsOutdir?: string;

  /**
   * Whether every object has a file of its own, named `NAMESPACE.KIND.NAME`, in place of one a chart.
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
   * File to write for `configurations:` of a kustomization, so that kustomize renames references together with what they
   * name. Must lie outside `outdir`, which holds manifests and nothing else.
   *
   * @default - none is written
   */
  readonly kustomizeConfiguration?: string;

  /**
   * Whether `synth` writes warnings to the standard error. `acknowledge` silences single ones.
   *
   * @default true
   */
  readonly showWarnings?: boolean;
}

/** What cdk8s's App leaves in its directory for validation plugins. kubectl and Argo CD take it for a manifest. */
const STRAY_FILE = 'construct-metadata.json';

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

  constructor(props: TektonAppProps = {}) {
    super(props.outdir === undefined ? {} : { outdir: props.outdir });
    this.#props = props;
    checkAll(this);
    const { kustomizeConfiguration: file } = props;
    if (file !== undefined && !relative(this.outdir, file).startsWith('..')) {
      throw new ConstructError(this, {
        code: 'FILE_AMONG_MANIFESTS',
        message: `the configuration of kustomize would lie in ${this.outdir}, where every file is taken for a manifest`,
        value: file,
        hint: 'write it beside your kustomization',
      });
    }
  }

  /** Checks the whole app, then writes its files. Throws, and writes nothing, when something is wrong. */
  override synth(): void {
    this.#validate();
    const files = [...this.#files()].map(([path, objects]) => ({ path, text: manifestYaml(objects) }));
    for (const { path, text } of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    mkdirSync(this.outdir, { recursive: true }); // also when there is nothing to write, as the cdk8s CLI wants it
    rmSync(join(this.outdir, STRAY_FILE), { force: true });
    const { kustomizeConfiguration: file, showWarnings = true } = this.#props;
    if (file !== undefined) writeFileSync(file, kustomizeConfiguration());
    if (!showWarnings) return;
    process.stderr.write(
      warningsOf(this)
        .map((line) => `warning: ${line}\n`)
        .join(''),
    );
  }

  #validate(): void {
    const problems = this.node
      .findAll()
      .flatMap((construct) => construct.node.validate().map((line) => `  [${construct.node.path}] ${line}`));
    if (problems.length === 0) return;
    const error = new Error(`Validation failed with the following errors:\n${problems.join('\n')}`);
    error.stack = error.message; // the mistakes are where the paths say, not where they were found
    throw error;
  }

  /** What goes into which file. Throws when two charts would write the same one. */
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
          throw new ConstructError(chart, {
            code: 'FILE_TWICE',
            message: `${relative(process.cwd(), path)} would be written twice`,
            hint: 'give the charts, or the objects, names that differ',
          });
        }
        const object = syncWaves ? withSyncWave(manifest) : manifest;
        if (there) there.push(object);
        else files.set(path, [object]);
        owners.set(path, chart.node.path);
      }
    }
    return files;
  }

  /** A chart's own objects, those of charts inside it left out; in the order of dependencies where there are any. */
  #objectsOf(chart: Chart): object[] {
    const constructs = chart.node.findAll();
    const asWritten = constructs.every((it) => it.node.dependencies.length === 0);
    if (!asWritten || this.resolvers.length > BUILT_IN_RESOLVERS) return chart.toJson() as object[]; // `any` in cdk8s
    return constructs
      .filter((it): it is ApiObject => ApiObject.isApiObject(it) && Chart.of(it) === chart)
      .map(manifestOf);
  }
}
