/**
 * Steps and the containers beside them: Kubernetes containers whose strings may hold references.
 *
 * The deep types are cdk8s-plus-27's; only the fields in which Tekton replaces `$(…)` are widened to references.
 */

import type { EnvFrom, EnvValue, k8s } from 'cdk8s-plus-27';
import { Ref, type Text } from '../../manifests/reference.js';

type Replaced = 'name' | 'image' | 'command' | 'args' | 'workingDir' | 'env' | 'envFrom' | 'volumeMounts' | 'resources';

/** One environment variable: a value, or where it comes from. */
export interface EnvVar extends Omit<k8s.EnvVar, 'value'> {
  /** @default - taken from `valueFrom`, or empty */
  readonly value?: Text;
}

/** Where a volume appears in a container. */
export interface VolumeMount extends Omit<k8s.VolumeMount, 'name' | 'mountPath' | 'subPath'> {
  readonly name: Text;
  readonly mountPath: Text;
  /** @default - the whole volume */
  readonly subPath?: Text;
}

/** CPU, memory and the like: `{ cpu: '500m', memory: '1Gi' }`. */
export type Quantities = Readonly<Record<string, string | number | k8s.Quantity>>;

/** A container as tasks write it; steps and sidecars may have a script besides. */
export interface Container extends Omit<k8s.Container, Replaced> {
  /** @default - Tekton numbers it */
  readonly name?: Text;
  /** @default - the step template's image; a step must have one or the other */
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

/** A container of a task that ends; the next one starts when it has succeeded. */
export interface Step extends Container {
  /**
   * A program to run in place of a command. Its first line says with what (`#!/bin/sh`).
   *
   * @default - `command` and `args` say what runs
   */
  readonly script?: Text;

  /**
   * Whether this step speaks to the Kubernetes API: it gets a token of the account it runs as, where `kubectl` and every
   * client look for one. No other step of the task does. Needs Kubernetes 1.20 or later.
   *
   * @default false
   */
  readonly kubernetesApi?: boolean;
}

/** The one step of a condition, which can have no volumes and so no token of its own. */
export type CheckStep = Omit<Step, 'kubernetesApi'>;

/** The volume that holds a token, and where a step has it: what Kubernetes mounts in every container, if it is let. */
const TOKEN = { name: 'kubernetes-api', path: '/var/run/secrets/kubernetes.io/serviceaccount' };

/** The volumes that containers need for what they ask for beside their own. */
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

/** A container as a manifest has it, but for references, which `plain` replaces. */
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
