/** Why a run has failed. Separate from conditions because messages are written before it is known when. */

/** Reason and message of a condition that is False. */
export interface RunFailure {
  readonly reason: string;
  readonly message: string;
}
