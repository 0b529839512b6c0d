/**
 * Runs a step's `node -e` program in this process, because starting Node takes longer than most of these programs.
 *
 * The program has its own arguments, environment, output and exit code. One test per program starts an actual process.
 */

import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import type { Ended } from './shells.js';

/** The `process` and `console` of a program. */
interface Surface {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly exit: (code: number) => never;
}
type Program = (
  require: NodeJS.Require,
  process: Surface,
  console: Readonly<Record<'log' | 'error', (line: string) => void>>,
) => Promise<void>;

/** Thrown to terminate a program, in place of `process.exit`. */
class Exit extends Error {}

/** Runs `['node', '-e', TEXT, '--', ...arguments]` to completion. The text evaluates to a promise of completion. */
export async function runInProcess(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [node, option, text = '', dashes, ...args] = words;
  if (node !== 'node' || option !== '-e' || dashes !== '--') throw new Error(`${words.join(' ')} is not node -e`);
  const printed = { log: '', error: '' };
  let exitCode: number | undefined;
  const exit = (code: number): never => {
    exitCode ??= code;
    throw new Exit();
  };
  const print =
    (stream: keyof typeof printed) =>
    (line: string): void => {
      if (exitCode === undefined) printed[stream] += `${line}\n`;
    };
  // eval returns the value of the text's last statement; a function body would need a return statement.
  const program = runInThisContext(`(require, process, console) => eval(${JSON.stringify(text)})`) as Program; // the text is ours
  try {
    await program(
      createRequire(import.meta.url),
      { argv: [node, ...args], env, exit },
      { log: print('log'), error: print('error') },
    );
  } catch (cause) {
    if (!(cause instanceof Exit)) throw cause;
  }
  return { code: exitCode ?? 0, signal: null, out: printed.log, err: printed.error };
}
