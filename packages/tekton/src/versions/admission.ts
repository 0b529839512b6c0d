/** Selects the message with which the webhook of an object's API version rejects it. */

import type { Problem } from '../problems/problem.js';
import { tryFindVersion } from './versions.js';

/** Returns Tekton's message for an object; `undefined` if Tekton admits it. `problems` are those of one object. */
export const admissionMessage = (problems: readonly Problem[]): string | undefined =>
  tryFindVersion(problems[0]?.object?.apiVersion ?? '')?.admissionMessage(problems);

/** Returns the same message with the name of the webhook, as API servers pass it on. */
export const admissionDenial = (problems: readonly Problem[]): string | undefined =>
  tryFindVersion(problems[0]?.object?.apiVersion ?? '')?.admissionDenial(problems);
