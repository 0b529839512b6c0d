/** What the pod of an attempt is built from. Separate because the layouts of all API versions build from it. */

import type { StepActionModel, TaskModel, TaskRunModel } from '@pipewright/tekton';
import type { ArtifactStorage } from '../resources/artifact-storage.js';
import type { ResourceBindings } from '../resources/resource-steps.js';
import type { Images } from '../run/options.js';
import { credentialsOf, type SecretHeader } from '../scripts/credentials/credentials.js';
import type { Scripts } from '../scripts/scripts.js';
import type { ImageCommandResult } from './image-command.js';

/** Everything a pod depends on. */
export interface PodRequest {
  readonly taskRun: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly apiVersion: string;
  };
  /** From 0; each retry is one more. */
  readonly attempt: number;
  readonly run: TaskRunModel;
  readonly task: TaskModel;
  readonly bindings: ResourceBindings;
  /** The ServiceAccount's Secrets without their data. */
  readonly secrets: readonly SecretHeader[];
  readonly images: Images;
  readonly scripts: Scripts;
  /** Path of a docker config in every container, whose logins are added to the task's own. */
  readonly dockerConfig?: string | undefined;
  /** Whether this is the attempt's second pod, which replaces one whose images have no shell. */
  readonly replacement: boolean;
  /** Whether every container gets a shell, for images without one. */
  readonly lendShell: boolean;
  /** The commands of images, for steps without a command. */
  readonly commands: ReadonlyMap<string, ImageCommandResult>;
  /** The StepActions that the Task refers to and that exist, by name. */
  readonly stepActions?: ReadonlyMap<string, StepActionModel>;
  /** Where the pipeline's tasks hand over files; absent for a TaskRun without a PipelineRun. */
  readonly artifacts?: ArtifactStorage | undefined;
}

/** Returns the secrets that are mounted because they contain credentials. */
export const mountedSecrets = ({ secrets }: Pick<PodRequest, 'secrets'>): readonly string[] => [
  ...new Set(credentialsOf(secrets).map(({ secret }) => secret)),
];
