/** Hints for images without a stand-in. Pure. */

import { parseImageName } from '@pipewright/tekton';
import { builderFor } from '../../stand-ins/builder-image.js';
import { shortName } from '../../images/image-name.js';

/** Explains how to save an image on a machine that can pull it, and how to refer to the file. */
function savedImageRecipe(image: string): readonly string[] {
  const { tag, digest } = parseImageName(image);
  const short = shortName(image);
  // skopeo accepts either a tag or a digest.
  const name = digest === undefined ? `${short}${tag === undefined ? '' : `:${tag}`}` : `${short}@${digest}`;
  const file = `${short.split('/').at(-1) ?? 'image'}.tar`;
  return [
    'save the image on a machine that can pull it, with one of these commands, and add the third line to this one:',
    `skopeo copy docker://${name} docker-archive:${file}`,
    `docker pull ${name} && docker save -o ${file} ${name}`,
    `--image ${short}=docker-archive:${file}`,
  ];
}

/** Explains how to configure the program for a step without a command. */
const programHint = (image: string): string =>
  `or configure a program of this machine in pipewright.yaml: images: { ${shortName(image)}: { rootfs: host, entrypoint: [PROGRAM] } }`;

/**
 * Returns the hints for an image without a stand-in.
 *
 * @param usesEntrypoint whether a step uses the entrypoint of the image, for which the files of this machine are not
 * sufficient
 */
export function imageHint(image: string, usesEntrypoint: boolean): string {
  const [save = '', ...recipe] = savedImageRecipe(image);
  const short = shortName(image);
  const builder = builderFor(image);
  if (builder !== undefined)
    return [
      'images are not downloaded; for a Dockerfile FROM scratch without RUN, add the builtin builder to the command:',
      `--image ${short}=builtin:${builder}`,
      `or ${save}`,
      ...recipe,
    ].join('\n');
  if (usesEntrypoint)
    return [
      'images are not downloaded, and this step runs the entrypoint of its image:',
      save,
      ...recipe,
      programHint(image),
    ].join('\n');
  return [
    `images are not downloaded; if this machine has the programs that the step runs, add to the command: --image ${short}=host`,
    `or ${save}`,
    ...recipe,
  ].join('\n');
}

/** Returns the hints for a step without a command if the entrypoint of its image is unknown. */
export function commandHint(image: string): string {
  const builder = builderFor(image);
  const [, ...recipe] = savedImageRecipe(image);
  return [
    ...(builder === 'kaniko'
      ? [`for a Dockerfile FROM scratch without RUN, add to the command: --image ${shortName(image)}=builtin:kaniko`]
      : []),
    'give the step a command, or save the image, whose entrypoint is then known:',
    ...recipe,
    programHint(image),
  ].join('\n');
}
