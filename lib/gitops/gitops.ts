/**
 * What GitOps tools need of manifests, and what hurts them.
 *
 * Works on manifests as they will be written, so it holds for objects of every construct, and for those made by hand.
 */

import { constructProblem, type Problem } from '@pipewright/tekton';

/** As much of a manifest as is looked at here. */
interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly generateName?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

const WAVE = 'argocd.argoproj.io/sync-wave';
const HOOK = 'argocd.argoproj.io/hook';
const HOOK_DELETE_POLICY = 'argocd.argoproj.io/hook-delete-policy';
const INSTANCE = 'app.kubernetes.io/instance';

/** When Argo CD applies each kind: what is needed goes before what needs it. Kinds not listed have wave 0. */
const WAVES: Readonly<Record<string, number>> = {
  Namespace: -2,
  CustomResourceDefinition: -2,
  Secret: -1,
  ExternalSecret: -1,
  SealedSecret: -1,
  ServiceAccount: -1,
  Role: -1,
  RoleBinding: -1,
  ClusterRole: -1,
  ClusterRoleBinding: -1,
  PersistentVolumeClaim: -1,
  ConfigMap: -1,
  Pipeline: 1,
  PipelineRun: 2,
  TaskRun: 2,
};

/** The manifest with Argo CD's sync wave of its kind. One that names a wave keeps it; hooks and what is not synced get none. */
export function withSyncWave(manifest: object): object {
  const { kind, metadata } = manifest as Manifest; // what is not there is absent
  const wave = WAVES[kind ?? ''] ?? 0;
  const annotations = metadata?.annotations ?? {};
  if (wave === 0 || WAVE in annotations || HOOK in annotations || isOnlyCreated(manifest)) return manifest;
  return { ...manifest, metadata: { ...metadata, annotations: { ...annotations, [WAVE]: String(wave) } } };
}

/** Kinds of Kubernetes and Tekton that no namespace holds. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterTask',
  'ClusterSecretStore',
  'PersistentVolume',
  'StorageClass',
  'PriorityClass',
]);

/** The manifest without the namespace that cdk8s gives to every object of a chart, when its kind has none. */
export function withoutStrayNamespace(manifest: object): object {
  const { kind, metadata } = manifest as Manifest; // what is not there is absent
  if (metadata?.namespace === undefined || !CLUSTER_SCOPED.has(kind ?? '')) return manifest;
  const { namespace: _, ...rest } = metadata;
  return { ...manifest, metadata: rest };
}

/** The annotations that make a run a hook of Argo CD: a new one at each sync. */
export const hookAnnotations = (phase: string, deletePolicy: string): Readonly<Record<string, string>> => ({
  [HOOK]: phase,
  [HOOK_DELETE_POLICY]: deletePolicy,
});

/** Whether an object can only be created, never applied: it has no name before, and no tool that gives it one. */
export function isOnlyCreated(manifest: object): boolean {
  const { metadata } = manifest as Manifest; // what is not there is absent
  return metadata?.generateName !== undefined && metadata.name === undefined && !(HOOK in (metadata.annotations ?? {}));
}

/** What would make a GitOps tool do harm. */
export function gitopsProblems(manifest: object): readonly Problem[] {
  const { apiVersion, kind, metadata } = manifest as Manifest; // what is not there is absent
  const value = metadata?.labels?.[INSTANCE];
  if (value === undefined || apiVersion?.startsWith('tekton.dev/') !== true) return [];
  return [
    {
      ...constructProblem('LABEL_PRUNES', { kind: kind ?? 'object' }),
      path: ['metadata', 'labels', INSTANCE],
      value,
    },
  ];
}

/** The name of the file that holds one object alone; of two namespaces with objects of one name, both. */
export function resourceFileName(manifest: object): string {
  const { kind, metadata } = manifest as Manifest; // what is not there is absent
  const name = metadata?.name ?? `${metadata?.generateName ?? ''}run`;
  return [metadata?.namespace, kind, name].filter((part) => part !== undefined).join('.');
}

/** The name that cdk8s's App gives to the file of one object. */
export function cdk8sFileName(manifest: object): string {
  const { kind, metadata } = manifest as Manifest; // what is not there is absent
  return `${kind ?? ''}.${metadata?.name ?? ''}`.replace(/[^0-9a-zA-Z-_.]/g, '');
}
