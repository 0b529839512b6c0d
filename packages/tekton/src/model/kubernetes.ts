/**
 * The Kubernetes types that Tekton's objects contain.
 *
 * They name the fields that this project reads; all other fields pass through unchanged, as the index signatures say.
 */

/** Fields that this project does not read and passes through unchanged. */
export interface AdditionalFields {
  readonly [field: string]: unknown;
}

/** The owner of an object. The garbage collector deletes the object after its owner. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** `metadata` of any object. `name` is absent when `generateName` asks the server for one. */
export interface ObjectMeta extends AdditionalFields {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
}

/** Any object of a manifest, before its kind is known. */
export interface KubernetesObject extends AdditionalFields {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
}

/** A reference to another object of the same namespace, by name. */
export interface LocalReference extends AdditionalFields {
  readonly name?: string;
}

/** One key of a Secret or ConfigMap. */
export interface KeySelector extends AdditionalFields {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
}

/** One environment variable: a value, or its source. */
export interface EnvVar extends AdditionalFields {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: EnvVarSource;
}

/** The source of an environment variable's value. */
export interface EnvVarSource extends AdditionalFields {
  readonly secretKeyRef?: KeySelector;
  readonly configMapKeyRef?: KeySelector;
}

/** All keys of a Secret or ConfigMap as environment variables. */
export interface EnvFromSource extends AdditionalFields {
  readonly prefix?: string;
  readonly secretRef?: LocalReference;
  readonly configMapRef?: LocalReference;
}

/** The mount of a volume in a container. */
export interface VolumeMount extends AdditionalFields {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

/** CPU, memory and other resources; quantities are strings or numbers. */
export interface ResourceRequirements extends AdditionalFields {
  readonly requests?: Readonly<Record<string, string | number>>;
  readonly limits?: Readonly<Record<string, string | number>>;
}

/** A container as a Task writes it: the name may be absent. */
export interface Container extends AdditionalFields {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvFromSource[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly resources?: ResourceRequirements;
}

/** A pod's volume: its name and one source. */
export interface Volume extends AdditionalFields {
  readonly name: string;
  readonly configMap?: LocalReference & { readonly items?: readonly (AdditionalFields & { readonly key?: string })[] };
  readonly secret?: AdditionalFields & { readonly secretName?: string };
  readonly persistentVolumeClaim?: AdditionalFields & { readonly claimName?: string };
}

/** State of a container, as in the status of a pod. */
export interface ContainerState extends AdditionalFields {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly signal?: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
    readonly containerID?: string;
  };
}
