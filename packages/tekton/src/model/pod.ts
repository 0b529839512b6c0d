/** Parts of a pod that tasks and runs set, which every API version shares. */

import type { AdditionalFields, Container, LocalReference, Volume } from './kubernetes.js';

/** A container that may carry a script in place of a command. */
export interface Step extends Container {
  readonly script?: string;
}

/** Storage given to a workspace of a run: exactly one source. */
export interface WorkspaceBinding {
  readonly name: string;
  readonly subPath?: string;
  readonly persistentVolumeClaim?: AdditionalFields & { readonly claimName?: string };
  readonly emptyDir?: AdditionalFields;
  readonly configMap?: LocalReference;
  readonly secret?: AdditionalFields & { readonly secretName?: string };
}

/** The same with the sources that only tekton.dev/v1 has. */
export interface RunWorkspaceBinding extends WorkspaceBinding {
  /** A claim that is made for the run. */
  readonly volumeClaimTemplate?: AdditionalFields;
  readonly projected?: AdditionalFields & { readonly sources?: readonly AdditionalFields[] };
  readonly csi?: AdditionalFields & { readonly driver?: string };
}

/** Parts of the pod that a run may set. */
export interface PodTemplate extends AdditionalFields {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly volumes?: readonly Volume[];
}
