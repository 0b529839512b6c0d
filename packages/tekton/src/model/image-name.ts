/**
 * Parses image names.
 */

/** The parts of `registry.example:5000/team/app:1@sha256:…`. */
export interface ImageName {
  /** `docker.io` if the name has none. */
  readonly registry: string;
  /** With `library/` for Docker Hub's own images. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Parses an image name. Never throws; the parts of an invalid name match no image. */
export function parseImageName(name: string): ImageName {
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
