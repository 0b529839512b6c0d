/** Why a simulation could not be had at all; a run that fails is no error, it is a result. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';

  /** @param hint what to change in the test */
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(`${message} — ${hint}`);
  }
}
