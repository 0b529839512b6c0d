/**
 * An app that writes what kubectl reads, and nothing else.
 *
 * A chart is a file, named after the chart alone, so that no dependency renames it. Everything is checked and rendered
 * before the first file is written. cdk8s's own App works with all constructs too; it writes strings for YAML 1.1 only, and
 * takes longer.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, App, Chart, Names } from 'cdk8s';
import { manifestOf } from './plain-object.js';
import { warningsOf } from './validation.js';
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
   * Whether `synth` writes warnings to the standard error. `acknowledge` silences single ones.
   *
   * @default true
   */
  readonly showWarnings?: boolean;
}

/** How many resolvers every app has; with more, objects must be rendered by cdk8s. */
const BUILT_IN_RESOLVERS = 3;

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
  readonly #showsWarnings: boolean;

  constructor({ showWarnings = true, ...props }: TektonAppProps = {}) {
    super(props);
    this.#showsWarnings = showWarnings;
  }

  /** Checks the whole app, then writes one file a chart. Throws, and writes nothing, when something is wrong. */
  override synth(): void {
    this.#validate();
    const charts = this.node.findAll().filter((it): it is Chart => Chart.isChart(it));
    const files = charts.map((chart) => ({
      path: join(this.outdir, `${Names.toDnsLabel(chart)}${this.outputFileExtension}`),
      text: manifestYaml(this.#objectsOf(chart)),
    }));
    mkdirSync(this.outdir, { recursive: true });
    for (const { path, text } of files) writeFileSync(path, text);
    if (this.#showsWarnings)
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
