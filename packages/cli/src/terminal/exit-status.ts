/** Exit statuses of the command that belong to no single command. */

/** An error of the command itself, or an output that cannot be written. */
export const INTERNAL_ERROR = 5;
