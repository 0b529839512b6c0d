/** Image names as people write them, and what they have in common. Pure. */

/** The parts of `registry.example:5000/team/app:1@sha256:…`. */
export interface ImageName {
  /** `docker.io` when none is written. */
  readonly registry: string;
  /** With `library/` for Docker Hub's own images. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Takes a name apart. Never fails: what is no image name finds no stand-in. */
export function readImageName(name: string): ImageName {
  const [tagged = '', digest] = name.split('@', 2);
  const slash = tagged.lastIndexOf('/');
  const colon = tagged.indexOf(':', slash + 1);
  const path = colon === -1 ? tagged : tagged.slice(0, colon);
  const [first = '', ...rest] = path.split('/');
  const hosted = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  const registry = !hosted || first === 'index.docker.io' || first === 'registry-1.docker.io' ? 'docker.io' : first;
  const repository = hosted ? rest.join('/') : path;
  return {
    registry,
    repository: registry === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository,
    ...(colon !== -1 && { tag: tagged.slice(colon + 1) }),
    ...(digest !== undefined && { digest }),
  };
}

/** The shortest way to write an image without its tag: `golang`, `team/app`, `quay.io/team/app`. */
export function shortName(name: string): string {
  const { registry, repository } = readImageName(name);
  return registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
}

/** Whether a configured name stands for an image: without a tag it stands for every tag. */
export function standsFor(configured: string, image: string): boolean {
  const wanted = readImageName(configured);
  const asked = readImageName(image);
  return (
    wanted.registry === asked.registry &&
    wanted.repository === asked.repository &&
    (wanted.digest === undefined || wanted.digest === asked.digest) &&
    (wanted.tag === undefined || wanted.tag === (asked.tag ?? 'latest'))
  );
}
