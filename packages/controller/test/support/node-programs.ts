/**
 * Runs a step's `node -e` program in this process, because starting Node takes longer than most of these programs.
 *
 * The program has its own arguments, environment, output and exit code. One test per program starts an actual process.
 */

import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import type { ProcessResult } from './shells.js';

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
  commandLine: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessResult> {
  const [node, option, text = '', dashes, ...args] = commandLine;
  if (node !== 'node' || option !== '-e' || dashes !== '--') throw new Error(`${commandLine.join(' ')} is not node -e`);
  const outputs = { log: '', error: '' };
  let exitCode: number | undefined;
  const exit = (code: number): never => {
    exitCode ??= code;
    throw new Exit();
  };
  const printTo =
    (stream: keyof typeof outputs) =>
    (line: string): void => {
      if (exitCode === undefined) outputs[stream] += `${line}\n`;
    };
  // eval returns the value of the text's last statement; a function body would need a return statement.
  const program = runInThisContext(`(require, process, console) => eval(${JSON.stringify(text)})`) as Program; // the text is ours
  try {
    await program(
      createRequire(import.meta.url),
      { argv: [node, ...args], env, exit },
      { log: printTo('log'), error: printTo('error') },
    );
  } catch (cause) {
    if (!(cause instanceof Exit)) throw cause;
  }
  return { code: exitCode ?? 0, signal: null, stdout: outputs.log, stderr: outputs.error };
}
