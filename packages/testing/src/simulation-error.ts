/** An error that prevents a simulation. A failed run is a result, not an error. */
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
