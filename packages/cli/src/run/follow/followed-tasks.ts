/** The tasks of a run that are followed, so that the events of a task are emitted after those of its dependencies. */

/** The followed tasks of a run: each promise resolves when the events of a task are complete. */
export class FollowedTasks {
  /** By the name of the TaskRun. */
  readonly byName = new Map<string, Promise<unknown>>();
  readonly tasks = new Map<string, Promise<unknown>>();
  /** The checks of each task. */
  readonly checks = new Map<string, readonly Promise<unknown>[]>();

  /** Returns the promises of tasks, undefined for tasks that are not followed yet. */
  promisesOf(tasks: readonly string[]): readonly (Promise<unknown> | undefined)[] {
    return tasks.map((task) => this.tasks.get(task));
  }
}
