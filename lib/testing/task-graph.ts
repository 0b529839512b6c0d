/**
 * The execution order of a pipeline's tasks.
 *
 * Computed with the functions that the controller uses, so it includes `from`, `runAfter` and the inputs of conditions.
 */

import {
  transitiveDependents,
  readPipeline,
  dependenciesOfPipeline,
  type PipelineSpec,
  type TaskDependencies,
} from '@pipewright/tekton';
import { suggestName } from '../diagnostics/construct-error.js';

/** The dependencies between the tasks of a pipeline. */
export class TaskGraph {
  readonly #pipeline: string;
  readonly #dependencies: TaskDependencies;

  /** @param pipeline the pipeline's name in messages */
  constructor(pipeline: string, spec: PipelineSpec) {
    this.#pipeline = pipeline;
    this.#dependencies = dependenciesOfPipeline(readPipeline(spec));
  }

  /** The tasks, in the order of the pipeline. */
  get tasks(): readonly string[] {
    return [...this.#dependencies.keys()];
  }

  /*   * The tasks in waves: tasks of a wave may run in parallel when their dependencies are done. Tasks in a cycle are in no
   * wave.
   */
  get order(): readonly (readonly string[])[] {
    const waves: string[][] = [];
    const done = new Set<string>();
    for (;;) {
      const wave = this.tasks.filter((it) => !done.has(it) && this.waitsFor(it).every((before) => done.has(before)));
      if (wave.length === 0) return waves;
      for (const task of wave) done.add(task);
      waves.push(wave);
    }
  }

  /** Returns the direct dependencies of `task`. */
  waitsFor(task: string): readonly string[] {
    return this.#dependencies.get(this.#known(task)) ?? [];
  }

  /** Whether `later` starts only after `earlier` has ended, directly or transitively. */
  isAfter(later: string, earlier: string): boolean {
    return transitiveDependents(this.#dependencies, [this.#known(earlier)]).includes(this.#known(later));
  }

  /** Throws unless each task starts only after the previous one has ended. */
  expectOrder(...tasks: readonly string[]): void {
    const wrong = tasks.slice(1).flatMap((later, index) => {
      const earlier = tasks[index] ?? later;
      return this.isAfter(later, earlier) ? [] : [this.#mistake(later, earlier)];
    });
    if (wrong.length > 0) throw new Error([...wrong, this.#picture()].join('\n'));
  }

  /** Throws unless the tasks may run in parallel. */
  expectParallel(...tasks: readonly string[]): void {
    const wrong = tasks.flatMap((one) =>
      tasks.filter((other) => this.isAfter(one, other)).map((other) => `"${one}" waits for "${other}"`),
    );
    if (wrong.length > 0) throw new Error([`${this.#pipeline}: ${wrong.join(', ')}`, this.#picture()].join('\n'));
  }

  #mistake(later: string, earlier: string): string {
    const before = this.waitsFor(later).map((it) => `"${it}"`);
    const instead = before.length > 0 ? `it waits for ${before.join(', ')}` : 'it has no dependencies';
    return `${this.#pipeline}: "${later}" does not wait for "${earlier}"; ${instead}`;
  }

  #picture(): string {
    return `the order is ${this.order.map((wave) => `[${wave.join(', ')}]`).join(' → ')}`;
  }

  #known(task: string): string {
    if (this.#dependencies.has(task)) return task;
    throw new Error(`${this.#pipeline}: no task "${task}" — ${suggestName(task, this.tasks)}`);
  }
}
