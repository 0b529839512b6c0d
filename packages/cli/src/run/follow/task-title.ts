/**
 * Returns the name of a task with its run: `nightly/build`. A standalone TaskRun has just its name. Neither name can
 * contain a slash.
 */
export const taskTitle = (run: string, task: string): string => (task === run ? task : `${run}/${task}`);
