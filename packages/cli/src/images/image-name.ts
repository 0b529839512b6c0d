/** Image names as people write them, and what they have in common. Pure. */

import { parseImageName } from '@pipewright/tekton';

/** The shortest way to write an image without its tag: `golang`, `team/app`, `quay.io/team/app`. */
export function shortName(name: string): string {
  const { registry, repository } = parseImageName(name);
  return registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
}

/** Whether a configured name stands for an image: without a tag it stands for every tag. */
export function standsFor(configured: string, image: string): boolean {
  const wanted = parseImageName(configured);
  const asked = parseImageName(image);
  return (
    wanted.registry === asked.registry &&
    wanted.repository === asked.repository &&
    (wanted.digest === undefined || wanted.digest === asked.digest) &&
    (wanted.tag === undefined || wanted.tag === (asked.tag ?? 'latest'))
  );
}
