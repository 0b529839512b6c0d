/** Hints for images without a stand-in. */

import { expect, test } from '@jest/globals';
import { commandHint, imageHint } from '../../../src/run/prepare/image-recipe.js';

test.each<[string, boolean, readonly string[], readonly string[]]>([
  [
    'busybox:1',
    false,
    [
      '--image busybox=host',
      'skopeo copy docker://busybox:1 docker-archive:busybox.tar',
      '--image busybox=docker-archive:busybox.tar',
    ],
    ['PROGRAM', 'builtin'],
  ],
  [
    'quay.io/team/app',
    true,
    [
      'skopeo copy docker://quay.io/team/app docker-archive:app.tar',
      '--image quay.io/team/app=docker-archive:app.tar',
      'entrypoint: [PROGRAM]',
    ],
    ['=host', 'builtin'],
  ],
  [
    `a/b:1@sha256:${'0'.repeat(64)}`,
    true,
    [`docker pull a/b@sha256:${'0'.repeat(64)} && docker save -o b.tar a/b@sha256:`],
    [':1'],
  ],
  [
    'gcr.io/kaniko-project/executor:debug-v0.16.0',
    false,
    ['--image gcr.io/kaniko-project/executor=builtin:kaniko', 'docker-archive:executor.tar'],
    ['=host', 'PROGRAM'],
  ],
  [
    'gcr.io/kaniko-project/executor@sha256:' + '0'.repeat(64),
    true,
    ['--image gcr.io/kaniko-project/executor=builtin:kaniko'],
    ['=host'],
  ],
  ['quay.io/buildah/stable:v1.11.0', false, ['--image quay.io/buildah/stable=builtin:buildah'], ['=host']],
  ['quay.io/containers/buildah', false, ['--image quay.io/containers/buildah=builtin:buildah'], ['=host']],
])('the hint for %s (uses its entrypoint: %s) has commands to copy', (image, usesEntrypoint, has, never) => {
  const hint = imageHint(image, usesEntrypoint);
  expect(has.filter((text) => !hint.includes(text))).toEqual([]);
  expect(never.filter((text) => hint.includes(text))).toEqual([]);
});

test('the hint for a step without a command suggests saving the image, or the builder', () => {
  expect(commandHint('gcr.io/kaniko-project/executor:v1')).toContain(
    '--image gcr.io/kaniko-project/executor=builtin:kaniko',
  );
  expect(commandHint('golang')).toContain('--image golang=docker-archive:golang.tar');
});
