/** The tasks of a run that are followed, so that the events of a task are emitted after those of its dependencies. */

/** The followed tasks of a run: each promise resolves when the events of a task are complete. */
export class FollowedTasks {
  /** By the name of the TaskRun. */
  readonly byName = new Map<string, Promise<unknown>>();
  readonly tasks = new Map<string, Promise<unknown>>();
  /** The checks of each task. */
  readonly checks = new Map<string, readonly Promise<unknown>[]>();

  readonly #counts = new Map<string, number>();

  /** Returns the name of a task's next TaskRun in events. A matrix has several, which are numbered from the second on. */
  titleOf(task: string): string {
    const count = (this.#counts.get(task) ?? 0) + 1;
    this.#counts.set(task, count);
    return count === 1 ? task : `${task} (${String(count)})`;
  }

  /** Adds a TaskRun of a task; the events of the task are complete when those of all its TaskRuns are. */
  add(task: string, following: Promise<unknown>): void {
    const before = this.tasks.get(task);
    this.tasks.set(task, before ? Promise.all([before, following]) : following);
  }

  /** Returns the promises of tasks, undefined for tasks that are not followed yet. */
  promisesOf(tasks: readonly string[]): readonly (Promise<unknown> | undefined)[] {
    return tasks.map((task) => this.tasks.get(task));
  }
}
