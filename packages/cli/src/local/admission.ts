/**
 * Tekton's admission for the embedded cluster: the same checks as `lint`, the same defaults as the controller expects.
 *
 * It reaches the cluster as a function, because that package has not heard of Tekton.
 */

import { applyDefaults, checkObject, type AnyTektonObject } from '@pipewright/tekton';
import type { Admission, AdmissionRequest } from '@pipewright/cluster';

/** Refuses what cannot run, with every problem in one answer, and fills in defaults. */
export const tektonAdmission: Admission = (request) => {
  if (request.resource.group !== 'tekton.dev') return { object: request.object };
  const problems = checkObject(request.object).filter(({ severity }) => severity === 'error');
  if (problems.length === 0) return { object: withDefaults(request.object) };
  return {
    denied: {
      message: problems.map(({ path, message, hint }) => `${path.join('.')}: ${message} (${hint})`).join('; '),
      reason: 'BadRequest',
      code: 400,
      causes: problems.map(({ code, path, message }) => ({ reason: code, field: path.join('.'), message })),
    },
  };
};

const withDefaults = (object: AdmissionRequest['object']): AdmissionRequest['object'] =>
  applyDefaults(object as unknown as AnyTektonObject) as unknown as AdmissionRequest['object']; // an object without errors has the shape of its kind
