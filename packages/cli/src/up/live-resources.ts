/**
 * The PipelineResources of a cluster as they come and go: objects of their own, and those that a PipelineRun or TaskRun embeds.
 */

import { Informer, type KubeClient, type KubeObject } from '@pipewright/kube';
import { tryReadObject, type PipelineResourceModel } from '@pipewright/tekton';
import { PIPELINE_RESOURCES, PIPELINE_RUN_LABEL, PIPELINE_RUNS, TASK_RUNS } from '../run/follow/kinds.js';
import { embeddedIn } from '../stand-ins/local-resources.js';

/** A live list. */
export interface LiveResources {
  readonly list: () => readonly PipelineResourceModel[];
  readonly close: () => Promise<void>;
}

/** A run of which only the resources are kept. */
interface Bindings extends KubeObject {
  readonly embedded?: readonly PipelineResourceModel[];
}

function embedded(run: KubeObject): readonly PipelineResourceModel[] {
  const model = tryReadObject(run)?.model;
  return model ? embeddedIn(model) : [];
}

/** Begins to watch. Resolves when what the cluster has is known. */
export async function watchResources(client: KubeClient): Promise<LiveResources> {
  const keep = (run: KubeObject): Bindings => ({ metadata: run.metadata, embedded: embedded(run) });
  const objects = new Informer(client, PIPELINE_RESOURCES).start();
  // A TaskRun of a PipelineRun has the names that its Task gives to resources, not those of the run.
  const runs = [
    new Informer<Bindings>(client, PIPELINE_RUNS, { transform: keep }).start(),
    new Informer<Bindings>(client, TASK_RUNS, { transform: keep, labelSelector: `!${PIPELINE_RUN_LABEL}` }).start(),
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
