/** Abbreviates and compares image names. Pure. */

import { parseImageName } from '@pipewright/tekton';

/** Returns the shortest form of an image name, without its tag: `golang`, `team/app`, `quay.io/team/app`. */
export function shortName(name: string): string {
  const { registry, repository } = parseImageName(name);
  return registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
}

/** Returns whether a configured name matches an image. A name without a tag matches every tag. */
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
