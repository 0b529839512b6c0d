/**
 * The order of a pipeline's tasks, as runners of it will keep it.
 *
 * Read with the functions that the controller uses, so `from`, `runAfter` and what conditions look at all count.
 */

import {
  transitiveDependents,
  readPipeline,
  dependenciesOfPipeline,
  type PipelineSpec,
  type TaskDependencies,
} from '@pipewright/tekton';
import { suggestName } from '../diagnostics/construct-error.js';

/** Which tasks wait for which. */
export class TaskGraph {
  readonly #pipeline: string;
  readonly #dependencies: TaskDependencies;

  /** @param pipeline what the pipeline is called in messages */
  constructor(pipeline: string, spec: PipelineSpec) {
    this.#pipeline = pipeline;
    this.#dependencies = dependenciesOfPipeline(readPipeline(spec));
  }

  /** The tasks, as the pipeline lists them. */
  get tasks(): readonly string[] {
    return [...this.#dependencies.keys()];
  }

  /**
   * The tasks in waves: those of a wave may run at once, as soon as those they wait for are done. Tasks that wait for each
   * other in a circle are in none.
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

  /** The tasks that `task` itself waits for. */
  waitsFor(task: string): readonly string[] {
    return this.#dependencies.get(this.#known(task)) ?? [];
  }

  /** Whether `later` begins only after `earlier` has ended, directly or through others. */
  isAfter(later: string, earlier: string): boolean {
    return transitiveDependents(this.#dependencies, [this.#known(earlier)]).includes(this.#known(later));
  }

  /** Fails unless each task begins only after the one named before it has ended. */
  expectOrder(...tasks: readonly string[]): void {
    const wrong = tasks.slice(1).flatMap((later, index) => {
      const earlier = tasks[index] ?? later;
      return this.isAfter(later, earlier) ? [] : [this.#mistake(later, earlier)];
    });
    if (wrong.length > 0) throw new Error([...wrong, this.#picture()].join('\n'));
  }

  /** Fails unless the tasks may run at the same time. */
  expectParallel(...tasks: readonly string[]): void {
    const wrong = tasks.flatMap((one) =>
      tasks.filter((other) => this.isAfter(one, other)).map((other) => `"${one}" waits for "${other}"`),
    );
    if (wrong.length > 0) throw new Error([`${this.#pipeline}: ${wrong.join(', ')}`, this.#picture()].join('\n'));
  }

  #mistake(later: string, earlier: string): string {
    const before = this.waitsFor(later).map((it) => `"${it}"`);
    const instead = before.length > 0 ? `it waits for ${before.join(', ')}` : 'it waits for nothing';
    return `${this.#pipeline}: "${later}" does not wait for "${earlier}"; ${instead}`;
  }

  #picture(): string {
    return `the order is ${this.order.map((wave) => `[${wave.join(', ')}]`).join(' → ')}`;
  }

  #known(task: string): string {
    if (this.#dependencies.has(task)) return task;
    throw new Error(`${this.#pipeline}: there is no task "${task}" — ${suggestName(task, this.tasks)}`);
  }
}
