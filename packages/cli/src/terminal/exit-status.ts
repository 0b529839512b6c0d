/** Exit statuses common to all commands. */

/** An internal error, or an output that cannot be written. */
export const INTERNAL_ERROR = 5;
