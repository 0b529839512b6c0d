/**
 * Gives everybody else in the process their turn.
 *
 * Whoever asks the server in this process goes on with its answer before the event loop turns, so a controller that makes thousands
 * of objects would keep it from turning for as long: no signal is heard, no timer rings and no ended process is noticed. After some
 * milliseconds without a turn, requests therefore wait for one.
 */

/** Milliseconds that requests may keep the loop from turning. */
const LONGEST = 10;

/** When the loop's turn began, as far as anybody asked; and what those wait for who asked too late in it. */
let since: number | undefined;
let next: Promise<void> | undefined;
let begin: () => void = () => undefined;

/** To be awaited before a request is answered, in whose order they go on; undefined as long as there is time. */
export function nextTurn(): Promise<void> | undefined {
  if (since === undefined) {
    since = performance.now();
    setImmediate(() => {
      [since, next] = [undefined, undefined];
      begin();
    });
    return undefined;
  }
  if (!next && performance.now() - since >= LONGEST) next = new Promise((resolve) => (begin = resolve));
  return next;
}
