/** Abbreviates and compares image names. Pure. */

import { parseImageName } from '@pipewright/tekton';

/** Returns the shortest form of an image name, without its tag: `golang`, `team/app`, `quay.io/team/app`. */
export function shortName(name: string): string {
  const { registry, repository } = parseImageName(name);
  return registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
}

/** Returns whether a configured name matches an image. A name without a tag matches every tag. */
export function matchesImage(configured: string, image: string): boolean {
  const pattern = parseImageName(configured);
  const reference = parseImageName(image);
  return (
    pattern.registry === reference.registry &&
    pattern.repository === reference.repository &&
    (pattern.digest === undefined || pattern.digest === reference.digest) &&
    (pattern.tag === undefined || pattern.tag === (reference.tag ?? 'latest'))
  );
}
