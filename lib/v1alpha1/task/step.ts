/**
 * Steps and sidecars: Kubernetes containers whose strings may contain references.
 *
 * The deep types are cdk8s-plus-27's; only the fields in which Tekton replaces `$(…)` are widened to references.
 */

import type { EnvFrom, EnvValue, k8s } from 'cdk8s-plus-27';
import { Ref, type Text } from '../../manifests/reference.js';

type Replaced = 'name' | 'image' | 'command' | 'args' | 'workingDir' | 'env' | 'envFrom' | 'volumeMounts' | 'resources';

/** One environment variable: a value, or its source. */
export interface EnvVar extends Omit<k8s.EnvVar, 'value'> {
  /** @default - the value of `valueFrom`, or empty */
  readonly value?: Text;
}

/** The mount of a volume in a container. */
export interface VolumeMount extends Omit<k8s.VolumeMount, 'name' | 'mountPath' | 'subPath'> {
  readonly name: Text;
  readonly mountPath: Text;
  /** @default - the whole volume */
  readonly subPath?: Text;
}

/** CPU, memory and other resources: `{ cpu: '500m', memory: '1Gi' }`. */
export type Quantities = Readonly<Record<string, string | number | k8s.Quantity>>;

/** A container of a task; steps and sidecars may also have a script. */
export interface Container extends Omit<k8s.Container, Replaced> {
  /** @default - a name with the step's number */
  readonly name?: Text;
  /** @default - the step template's image; one of them is required */
  readonly image?: Text;
  /** @default - the image's entrypoint */
  readonly command?: readonly (Text | Ref<'array'>)[];
  /** @default - the image's arguments */
  readonly args?: readonly (Text | Ref<'array'>)[];
  /** @default - /workspace */
  readonly workingDir?: Text;
  /**
   * Environment variables: by name, or as Kubernetes lists them.
   *
   * @default - none but the step template's
   */
  readonly env?: Readonly<Record<string, Text | EnvValue>> | readonly EnvVar[];
  /** @default - none */
  readonly envFrom?: readonly (k8s.EnvFromSource | EnvFrom)[];
  /** @default - none but those every step has (/workspace and the home directory) */
  readonly volumeMounts?: readonly VolumeMount[];
  /** @default - no requests and no limits */
  readonly resources?: {
    /** @default - none */
    readonly requests?: Quantities;
    /** @default - none */
    readonly limits?: Quantities;
  };
}

/** A container that runs to completion; the next step starts after it succeeds. */
export interface Step extends Container {
  /**
   * A program to run instead of a command. Its first line names the interpreter (`#!/bin/sh`).
   *
   * @default - `command` and `args` are run
   */
  readonly script?: Text;

  /**
   * Whether this step uses the Kubernetes API: only it receives a token of its ServiceAccount, mounted where `kubectl` and client
   * libraries read it. Requires Kubernetes 1.20 or later.
   *
   * @default false
   */
  readonly kubernetesApi?: boolean;
}

/** The step of a condition, which cannot have volumes and therefore no token. */
export type CheckStep = Omit<Step, 'kubernetesApi'>;

/** The token volume and its mount path, the one Kubernetes uses when it mounts tokens automatically. */
const TOKEN = { name: 'kubernetes-api', path: '/var/run/secrets/kubernetes.io/serviceaccount' };

/** Returns the additional volumes that the containers require. */
export const volumesFor = (containers: readonly Step[]): readonly k8s.Volume[] =>
  containers.some(({ kubernetesApi }) => kubernetesApi === true) ? [tokenVolume] : [];

const tokenVolume: k8s.Volume = {
  name: TOKEN.name,
  projected: {
    sources: [
      { serviceAccountToken: { path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardApi: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
    ],
  },
};

/** Returns the manifest of a container, with references not yet replaced (see `manifestValue`). */
export function containerSpec({ env, kubernetesApi = false, volumeMounts, ...rest }: Step): object {
  const token: VolumeMount = { name: TOKEN.name, mountPath: TOKEN.path, readOnly: true };
  const mounts = kubernetesApi ? [...(volumeMounts ?? []), token] : volumeMounts;
  return {
    ...rest,
    ...(env && { env: isList(env) ? env : Object.entries(env).map(namedVariable) }),
    ...(mounts && { volumeMounts: mounts }),
  };
}

const isList = (env: NonNullable<Container['env']>): env is readonly EnvVar[] => Array.isArray(env);

function namedVariable([name, given]: [string, Text | EnvValue]): object {
  if (typeof given === 'string' || given instanceof Ref) return { name, value: given };
  const { value, valueFrom } = given as { value?: unknown; valueFrom?: unknown }; // declared `any` there
  return { name, value, valueFrom };
}
