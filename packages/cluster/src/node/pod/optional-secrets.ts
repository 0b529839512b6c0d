/**
 * Marks every Secret reference of a pod as optional.
 *
 * Separate because it is the only rule that differs for runtimes that run no processes; the code that reads Secrets stays the same.
 */

import type { Container, EnvFrom, EnvVar, Pod, ProjectedSource, Volume } from './pod.js';

/** Returns the pod with optional Secret references. */
export function withOptionalSecrets(pod: Pod): Pod {
  const { initContainers, containers, volumes } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(initContainers && { initContainers: initContainers.map(container) }),
      containers: containers.map(container),
      ...(volumes && { volumes: volumes.map(volume) }),
    },
  };
}

const container = (one: Container): Container => ({
  ...one,
  ...(one.env && { env: one.env.map(variable) }),
  ...(one.envFrom && { envFrom: one.envFrom.map(variables) }),
});

const variable = (one: EnvVar): EnvVar =>
  one.valueFrom?.secretKeyRef === undefined
    ? one
    : { ...one, valueFrom: { ...one.valueFrom, secretKeyRef: { ...one.valueFrom.secretKeyRef, optional: true } } };

const variables = (one: EnvFrom): EnvFrom =>
  one.secretRef === undefined ? one : { ...one, secretRef: { ...one.secretRef, optional: true } };

const volume = (one: Volume): Volume => ({
  ...one,
  ...(one.secret && { secret: { ...one.secret, optional: true } }),
  ...(one.projected && {
    projected: { ...one.projected, ...(one.projected.sources && { sources: one.projected.sources.map(source) }) },
  }),
});

const source = (one: ProjectedSource): ProjectedSource =>
  one.secret === undefined ? one : { ...one, secret: { ...one.secret, optional: true } };
