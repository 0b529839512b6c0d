/** `pipewright explain`: describes a problem code, with an example and the fix. */

import { closestMatch } from '@pipewright/tekton';
import type { Output } from '../terminal/output.js';
import { UsageError } from '../diagnostics/usage-error.js';
import { explainedCodes, explanationOf } from './explanations.js';

/** Explains the given codes, ignoring case; without any, lists all. Throws a UsageError for an unknown code. */
export function explain(codes: readonly string[], output: Output): void {
  const normalized = codes.map((code) => code.trim().toUpperCase().replaceAll('-', '_'));
  for (const code of normalized) if (explanationOf(code) === undefined) throw unknownCode(code);
  if (normalized.length === 0) return listCodes(output);
  normalized.forEach((code, index) => {
    if (index > 0) output.print('');
    explainOne(code, output);
  });
}

function listCodes({ print, colors }: Output): void {
  const width = Math.max(...explainedCodes().map((code) => code.length));
  for (const code of explainedCodes()) {
    const explanation = explanationOf(code);
    if (!explanation) continue;
    const { severity, title } = explanation;
    const paint = severity === 'error' ? colors.red : colors.yellow;
    print(`${code.padEnd(width)}  ${paint(severity.padEnd('warning'.length))}  ${title}`);
  }
}

function explainOne(code: string, { print, colors }: Output): void {
  const explanation = explanationOf(code);
  if (!explanation) return;
  const { severity, title, why, fix, example } = explanation;
  const paint = severity === 'error' ? colors.red : colors.yellow;
  print(`${colors.bold(code)}  ${paint(severity)}  ${title}\n\n${why}\n\n${colors.bold('How to fix it')}\n\n${fix}`);
  print(
    `\n${colors.bold('Wrong')}\n\n${indented(example.wrong)}\n\n${colors.bold('Right')}\n\n${indented(example.right)}`,
  );
}

const indented = (text: string): string => text.trimEnd().replace(/^(?=.)/gm, '    ');

function unknownCode(code: string): UsageError {
  const guess = closestMatch(code, explainedCodes());
  return new UsageError(
    `unknown problem code '${code}'`,
    guess === undefined ? '`pipewright explain` lists them' : `did you mean '${guess}'?`,
  );
}
