/** Checks durations, with the messages of Go's decoder, which reads them before the webhook's other checks. */

import { formatDuration, parseDuration } from '../../model/duration.js';
import { fail, type CheckContext } from './check-context.js';

/** Reports text that is not a Go duration. `context` is the field. */
export function checkDuration(text: string | undefined, context: CheckContext): void {
  if (text === undefined || parseDuration(text) !== undefined) return;
  const tektonMessage = `cannot decode incoming new object: time: ${decoderError(text)}`;
  context.report.add('TIMEOUT_INVALID', context.path, { timeout: text }, { value: text, tektonMessage });
}

function decoderError(text: string): string {
  const quoted = JSON.stringify(text);
  const [, number, unit = ''] =
    /^[+-]?((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*(?:\d+\.?\d*|\.\d+))([^\d.]*)/.exec(text) ?? [];
  if (number === undefined) return `invalid duration ${quoted}`;
  return unit === ''
    ? `missing unit in duration ${quoted}`
    : `unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
}

/** Checks a timeout of a run. `context` is the field. */
export function checkRunTimeout(text: string | undefined, context: CheckContext): void {
  checkDuration(text, context);
  const parsed = text === undefined ? undefined : parseDuration(text);
  if (text === undefined || parsed === undefined || parsed >= 0) return;
  const webhook = { message: `invalid value: ${formatDuration(parsed)} should be >= 0` };
  fail(context, 'TIMEOUT_NEGATIVE', { timeout: text }, { value: text, webhook });
}
