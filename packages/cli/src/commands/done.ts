/** The callback with which a command reports its exit status to the program. */

/** Called with the exit status. */
export type Done = (status: number) => void;
