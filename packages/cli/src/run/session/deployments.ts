/** Detects which container images of Deployments a run changed. */

import { DEPLOYMENTS, type KubeClient } from '@pipewright/kube';
import { listAt, textAt, type JsonObject } from '../../json.js';

/** The image of each container, by `namespace/deployment/container`. */
export type DeployedImages = ReadonlyMap<string, string>;

/** Returns the images of all Deployments. */
export async function deployedImages(client: KubeClient): Promise<DeployedImages> {
  const { items } = await client.list(DEPLOYMENTS);
  return new Map(
    (items as unknown as readonly JsonObject[]).flatMap((deployment) =>
      // API objects are JSON objects
      listAt(deployment, 'spec', 'template', 'spec', 'containers').map(
        (container) =>
          [
            [
              textAt(deployment, 'metadata', 'namespace'),
              textAt(deployment, 'metadata', 'name'),
              textAt(container, 'name'),
            ].join('/'),
            textAt(container, 'image') ?? '',
          ] as const,
      ),
    ),
  );
}

/** A container whose image has changed. */
export interface ImageChange {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  readonly before: string;
  readonly after: string;
}

/** Returns the containers whose image differs. */
export const imageChanges = (before: DeployedImages, after: DeployedImages): readonly ImageChange[] =>
  [...after].flatMap(([key, image]) => {
    const was = before.get(key);
    if (was === undefined || was === image) return [];
    const [namespace = '', name = '', container = ''] = key.split('/');
    return [{ namespace, name, container, before: was, after: image }];
  });
