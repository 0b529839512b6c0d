/** What to type for an image that nothing stands in for. Pure. */

import { readImageName } from '@pipewright/tekton';
import { shortName } from '../local/image-name.js';

/** How to save an image where it can be pulled, and how to name the file. */
export function savedImageRecipe(image: string): readonly string[] {
  const { tag, digest } = readImageName(image);
  const short = shortName(image);
  const name = digest === undefined ? `${short}${tag === undefined ? '' : `:${tag}`}` : `${short}@${digest}`; // skopeo takes one of them
  const file = `${short.split('/').at(-1) ?? 'image'}.tar`;
  return [
    `skopeo copy docker://${name} docker-archive:${file}`,
    `docker pull ${name} && docker save -o ${file} ${name}`,
    `--image ${short}=docker-archive:${file}`,
  ];
}

/**
 * Hints for an image without a stand-in.
 *
 * @param runsOwn a step leaves it to the image what to run, so this machine's files alone do not do
 */
export function imageHint(image: string, runsOwn: boolean): string {
  const [skopeo = '', docker = '', flag = ''] = savedImageRecipe(image);
  const short = shortName(image);
  const saved = [
    `save the image where it can be pulled, by one of these, and add the third line to the command:`,
    skopeo,
    docker,
    flag,
  ];
  const lines = runsOwn
    ? [
        'images are not downloaded, and this step runs the program of its image:',
        ...saved,
        `or name a program of this machine, in pipewright.yaml: images: { ${short}: { rootfs: host, entrypoint: [PROGRAM] } }`,
      ]
    : [
        `images are not downloaded; if this machine has the programs that are run, add to the command: --image ${short}=host`,
        `or ${saved[0] ?? ''}`,
        ...saved.slice(1),
      ];
  return lines.join('\n');
}

/** Hints for a step that leaves it to its image what to run, where the stand-in runs nothing by itself. */
export function commandHint(image: string): string {
  const [skopeo = '', docker = '', flag = ''] = savedImageRecipe(image);
  return [
    'give the step a command; or save the image, whose program is then known, and name it instead:',
    skopeo,
    docker,
    flag,
    `or name a program, in pipewright.yaml: images: { ${shortName(image)}: { rootfs: host, entrypoint: [PROGRAM] } }`,
  ].join('\n');
}
