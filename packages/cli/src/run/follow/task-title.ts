/** A task's name where several runs print: `nightly/build`. A TaskRun of its own has one name. Neither name can have a slash. */
export const taskTitle = (run: string, task: string): string => (task === run ? task : `${run}/${task}`);
