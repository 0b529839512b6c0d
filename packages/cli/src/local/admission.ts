/**
 * Tekton's admission for the embedded cluster: rejects what the webhooks of Tekton v0.9.2 (v1alpha1)
 * and v1.15 (v1) reject, with the same messages, and
 * applies its defaults to everything else, with canonical field names.
 *
 * `run` and `lint` report all problems before anything is applied. Objects from the API are treated as on any cluster
 * with Tekton: a run that cannot succeed is admitted and fails, with the reason in its status. Passed to the cluster as
 * a function, because that package does not depend on Tekton.
 */

import {
  applyDefaults,
  canonicalFields,
  checkObject,
  admissionDenial,
  updateProblems,
  writtenApiVersion,
  type CanonicalObject,
  type ClusterSettings,
} from '@pipewright/tekton';
import type { Admission, AdmissionAnswer, AdmissionRequest } from '@pipewright/cluster';
import { newSettingsReader } from './tekton-settings.js';

/**
 * Creates the admission of a cluster: rejects an object with Tekton's message, and lists all problems with hints as causes; or applies
 * defaults. Both depend on the settings in the cluster's ConfigMaps.
 */
export function newTektonAdmission(): Admission {
  const readSettings = newSettingsReader();
  return (request) => {
    if (request.resource.group === 'tekton.dev') return review(request, readSettings(request.findCore));
    if (request.resource.plural === 'configmaps') readSettings(request.findCore); // loads what the settings need
    return { kind: 'allowed', object: request.object };
  };
}

function review(request: AdmissionRequest, settings: ClusterSettings): AdmissionAnswer {
  const { kind } = request.object; // the request body may omit it
  const apiVersion = writtenApiVersion(request.object);
  const written = canonicalFields({ ...request.sent, apiVersion, kind });
  const { oldObject } = request;
  const problems = [
    ...checkObject(written.object, settings).filter(({ severity }) => severity === 'error'),
    ...(oldObject ? updateProblems(oldObject, { ...request.object, apiVersion }) : []),
  ];
  const message = admissionDenial(problems);
  if (message === undefined) return { kind: 'allowed', object: withDefaults(withNames(request, written), settings) };
  return {
    kind: 'denied',
    message,
    reason: 'BadRequest',
    code: 400,
    causes: problems.map(({ code, path, message, hint }) => ({
      reason: code,
      field: path.join('.'),
      message: `${message} (${hint})`,
    })),
  };
}

/**
 * Returns the object with canonical field names. The spec is taken from the original request, because the API server
 * adds defaults of the CRD next to fields that are written in a different case.
 */
function withNames(
  { object }: AdmissionRequest,
  { object: written, renamed }: CanonicalObject,
): AdmissionRequest['object'] {
  if (renamed.length === 0) return object;
  const { spec } = written as { readonly spec?: unknown }; // a Tekton object, since fields were renamed
  const known = Object.entries(object).filter(([name]) => name.toLowerCase() !== 'spec');
  // `known` has all fields except the spec.
  return { ...(Object.fromEntries(known) as AdmissionRequest['object']), spec: withoutNulls(spec) };
}

/** Removes null fields, which are equivalent to absent ones. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutNulls(item)]));
}

/** Returns an object with the defaults of the version in which it is written. */
const withDefaults = (object: AdmissionRequest['object'], { config }: ClusterSettings): AdmissionRequest['object'] => ({
  ...applyDefaults({ ...object, apiVersion: writtenApiVersion(object) }, config && { config }),
  apiVersion: object.apiVersion,
});
