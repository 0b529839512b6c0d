/** How a command reports its end to the program. */

/** Takes the exit status. */
export type Done = (status: number) => void;
