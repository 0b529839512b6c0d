/** Watches the PipelineResources of a cluster: the objects, and those embedded in PipelineRuns and TaskRuns. */

import { Informer, type KubeClient, type KubeObject } from '@pipewright/kube';
import {
  PIPELINE_RESOURCES,
  PIPELINE_RUNS,
  TASK_RUNS,
  TEKTON_LABELS,
  tryReadObject,
  type PipelineResourceModel,
} from '@pipewright/tekton';
import { embeddedIn } from '../stand-ins/local-resources.js';

/** A list that reflects the current state of the cluster. */
export interface LiveResources {
  readonly list: () => readonly PipelineResourceModel[];
  readonly close: () => Promise<void>;
}

/** A run reduced to its embedded resources. */
interface RunWithResources extends KubeObject {
  readonly embedded?: readonly PipelineResourceModel[];
}

function embeddedResources(run: KubeObject): readonly PipelineResourceModel[] {
  const model = tryReadObject(run)?.model;
  return model ? embeddedIn(model) : [];
}

/** Starts watching. Resolves when the informers have synced. */
export async function watchResources(client: KubeClient): Promise<LiveResources> {
  const toRunWithResources = (run: KubeObject): RunWithResources => ({
    metadata: run.metadata,
    embedded: embeddedResources(run),
  });
  const objects = new Informer(client, PIPELINE_RESOURCES).start();
  // Excludes TaskRuns of a PipelineRun: their resources have the names that the Task declares, not those of the run.
  const runs = [
    new Informer<RunWithResources>(client, PIPELINE_RUNS, { transform: toRunWithResources }).start(),
    new Informer<RunWithResources>(client, TASK_RUNS, {
      transform: toRunWithResources,
      labelSelector: `!${TEKTON_LABELS.pipelineRun}`,
    }).start(),
  ];
  const all = [objects, ...runs];
  await Promise.all(all.map(({ synced }) => synced));
  return {
    list: () => [
      ...objects.list().flatMap((object) => {
        const model = tryReadObject(object)?.model;
        return model?.kind === 'PipelineResource' ? [model.resource] : [];
      }),
      ...runs.flatMap((each) => each.list().flatMap((run) => run.embedded ?? [])),
    ],
    close: async () => {
      await Promise.all(all.map((each) => each.stop()));
    },
  };
}
