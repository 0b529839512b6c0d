/**
 * Requirements of GitOps tools: sync waves, namespaces, file names, and labels that cause pruning.
 *
 * Works on rendered manifests, so it applies to objects of every construct and to plain ApiObjects.
 */

import { constructProblem, type Problem } from '@pipewright/tekton';

/** The fields of a manifest that are read here. */
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

/** Argo CD's sync wave of each kind: dependencies come first. Other kinds have wave 0. */
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

/** Adds the sync wave of the manifest's kind, unless it has one, is a hook, or is never synced. */
export function withSyncWave(manifest: object): object {
  const { kind, metadata } = manifest as Manifest; // absent fields are undefined
  const wave = WAVES[kind ?? ''] ?? 0;
  const annotations = metadata?.annotations ?? {};
  if (wave === 0 || WAVE in annotations || HOOK in annotations || isOnlyCreated(manifest)) return manifest;
  return { ...manifest, metadata: { ...metadata, annotations: { ...annotations, [WAVE]: String(wave) } } };
}

/** Cluster-scoped kinds of Kubernetes, Tekton and the External Secrets Operator. */
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

/** Removes the namespace, which cdk8s sets on every object of a chart, from objects of cluster-scoped kinds. */
export function withoutStrayNamespace(manifest: object): object {
  const { kind, metadata } = manifest as Manifest; // absent fields are undefined
  if (metadata?.namespace === undefined || !CLUSTER_SCOPED.has(kind ?? '')) return manifest;
  const { namespace: _, ...rest } = metadata;
  return { ...manifest, metadata: rest };
}

/** Returns the annotations that make a run an Argo CD hook, created again at each sync. */
export const hookAnnotations = (phase: string, deletePolicy: string): Readonly<Record<string, string>> => ({
  [HOOK]: phase,
  [HOOK_DELETE_POLICY]: deletePolicy,
});

/** Whether an object can only be created, never applied: it has `generateName`, and is not an Argo CD hook. */
export function isOnlyCreated(manifest: object): boolean {
  const { metadata } = manifest as Manifest; // absent fields are undefined
  return metadata?.generateName !== undefined && metadata.name === undefined && !(HOOK in (metadata.annotations ?? {}));
}

/** Returns problems that make a GitOps tool delete objects. */
export function gitopsProblems(manifest: object): readonly Problem[] {
  const { apiVersion, kind, metadata } = manifest as Manifest; // absent fields are undefined
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

/** Returns the file name of a single object: its namespace, kind and name. */
export function resourceFileName(manifest: object): string {
  const { kind, metadata } = manifest as Manifest; // absent fields are undefined
  const name = metadata?.name ?? `${metadata?.generateName ?? ''}run`;
  return [metadata?.namespace, kind, name].filter((part) => part !== undefined).join('.');
}

/** Returns the file name that cdk8s's App gives to a single object. */
export function cdk8sFileName(manifest: object): string {
  const { kind, metadata } = manifest as Manifest; // absent fields are undefined
  return `${kind ?? ''}.${metadata?.name ?? ''}`.replace(/[^0-9a-zA-Z-_.]/g, '');
}
