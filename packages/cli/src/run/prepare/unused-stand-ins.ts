/** Finds stand-ins that match nothing: most are misspelled, and the intended image or resource then has none. Pure. */

import { closestMatch } from '@pipewright/tekton';
import type { Finding, SourcePosition } from '../../diagnostics/finding.js';
import { shortName, matchesImage } from '../../images/image-name.js';
import { isObject, type Json } from '../../json.js';
import type { Path } from '../../yaml/locate.js';
import type { Manifest } from '../../manifests/load.js';
import type { StandIns } from '../../stand-ins/stand-ins.js';

/** The kinds of stand-ins that match names in manifests. */
type Kind = 'images' | 'resources';

/** The positions at which stand-ins are defined. */
export interface StandInPositions {
  /** The values given to `--image` and `--source`, by name. */
  readonly flags: Readonly<Record<Kind, ReadonlyMap<string, string>>>;
  /** Returns the position of a path in pipewright.yaml. Absent without the file. */
  readonly place?: ((path: Path) => SourcePosition) | undefined;
}

/**
 * Returns errors for command line options, which were given for these manifests, and warnings for pipewright.yaml,
 * which may be shared with others. There an image is only reported if its name resembles one of these, since a missing
 * image is an error anyway.
 *
 * @param resources the names of the PipelineResources
 */
export function unusedStandIns(
  standIns: StandIns,
  positions: StandInPositions,
  manifests: readonly Manifest[],
  resources: readonly string[],
): readonly Finding[] {
  const imageFields = new Set(manifests.flatMap(({ object }) => imagesIn(object)));
  const images = [...imageFields].filter((image) => !image.includes('$('));
  const names = [...new Set(images.flatMap((image) => [shortName(image), image]))];
  const hasVariables = images.length < imageFields.size;
  const unusedImages = [...standIns.images.keys()]
    .filter((name) => !images.some((image) => matchesImage(name, image)))
    .flatMap((name) => {
      const guess = closestMatch(name, names);
      const isFlag = positions.flags.images.has(name);
      if (guess === undefined && (hasVariables || !isFlag)) return []; // a variable may expand to this name
      const message = `${name} matches no image of these manifests`;
      return [finding('images', name, positions, message, hintFor(guess, 'images', images))];
    });
  const unusedResources = [...standIns.resources.keys()]
    .filter((name) => !resources.includes(name))
    .map((name) => {
      const hint = hintFor(closestMatch(name, resources), 'PipelineResources', resources);
      return finding('resources', name, positions, `no PipelineResource called '${name}'`, hint);
    });
  return [...unusedImages, ...unusedResources];
}

const hintFor = (guess: string | undefined, what: string, known: readonly string[]): string => {
  if (guess !== undefined) return `did you mean '${guess}'?`;
  return known.length === 0 ? `the manifests have no ${what.slice(0, -1)}` : `the ${what} are: ${known.join(', ')}`;
};

const OPTION = { images: '--image', resources: '--source' } as const;

function finding(kind: Kind, name: string, { flags, place }: StandInPositions, message: string, hint: string): Finding {
  const flag = flags[kind].get(name);
  const option = { file: `${OPTION[kind]} ${name}=${flag ?? ''}`, line: 0, column: 0 };
  const inFile = flag === undefined ? place?.([kind, name]) : undefined;
  const code = 'STAND_IN_UNUSED';
  return { severity: inFile ? 'warning' : 'error', code, place: inFile ?? option, message, hint };
}

/** Returns each `image` in an object. The loader limits the depth. */
export function imagesIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(imagesIn); // Array.isArray widens a readonly Json[] to any[]
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, below]) =>
    key === 'image' && typeof below === 'string' && below !== '' ? [below] : imagesIn(below),
  );
}
