/** The stand-in for Buildah, run as a process against a real registry. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { sampledRows, thoroughTest } from '../../../../test/thorough.js';
import { BUILDER_FILES } from '../../src/builder-files.js';
import { dockerConfig } from '../../src/stand-ins/host-files.js';
import {
  pushed,
  registry,
  run,
  serving,
  work,
  write,
  type Outcome,
  withRegistry,
} from '../support/builder-registry.js';

withRegistry();

describe('the stand-in for Buildah', () => {
  const buildah = (...args: readonly string[]): Promise<Outcome> =>
    run(process.execPath, [join(BUILDER_FILES, 'buildah.mjs'), ...args], {
      PIPEWRIGHT_BUILDAH_STORE: join(work, 'store'),
      CONTAINERS_REGISTRIES_CONF: join(work, '.setup/registries.conf'),
      PIPEWRIGHT_DOCKER_CONFIG: join(work, '.machine'),
      DOCKER_CONFIG: join(work, '.docker'),
    });
  beforeEach(() =>
    write({
      '.machine/config.json': dockerConfig(`127.0.0.1:${serving.port}`, serving.login),
      '.setup/registries.conf': `[[registry]]\nprefix = "docker.io"\nlocation = "127.0.0.1:${serving.port}"\ninsecure = true\n`,
      'source/a.txt': 'a',
      'source/Dockerfile': 'FROM scratch\nCOPY a.txt /\nCMD ["/a.txt"]\n',
    }),
  );

  test('builds in one step and pushes in another, like the Task of the Tekton catalog', async () => {
    const built = await buildah(
      '--storage-driver=vfs',
      'bud',
      '--format=oci',
      '--tls-verify=false',
      '--layers',
      '-f',
      'source/Dockerfile',
      '-t',
      'docker.io/team/app:v1',
      'source',
    );
    expect(built).toEqual({
      status: 0,
      output: expect.stringMatching(
        /^Ignored by this stand-in for Buildah: --format, --tls-verify, --layers\nSTEP 1: FROM scratch\n[^]*Successfully tagged docker\.io\/team\/app:v1\n[0-9a-f]{64}\n$/,
      ),
    });
    const sent = await buildah(
      'push',
      '--tls-verify=false',
      '--digestfile',
      'digest',
      'docker.io/team/app:v1',
      'docker://docker.io/team/app:v1',
    );
    const digest = readFileSync(join(work, 'digest'), 'utf8');
    expect([sent.status, sent.output]).toEqual([
      0,
      expect.stringContaining(`Pushed index.docker.io/team/app@${digest}\n`),
    ]);
    expect([(await registry.resolve('team/app', 'v1'))?.digest, (await pushed()).entries]).toEqual([
      digest,
      ['644 a.txt: a'],
    ]);
  });

  thoroughTest('finds the Containerfile, tags, lists images, and writes the id', async () => {
    write({ 'source/Containerfile': 'FROM scratch\nLABEL a=b\n' });
    await buildah('build', '-t', 'one', '-t', 'quay.io/team/two:v2', '--iidfile', 'id', 'source');
    await buildah('tag', 'one', 'three:v3');
    expect(await buildah('images')).toEqual({
      status: 0,
      output: 'localhost/one:latest\nlocalhost/three:v3\nquay.io/team/two:v2\n',
    });
    expect(readFileSync(join(work, 'id'), 'utf8')).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await buildah('push', 'one', `oci:${join(work, 'layout')}`)).status).toBe(0);
    expect(JSON.parse(readFileSync(join(work, 'layout/index.json'), 'utf8'))).toMatchObject({ schemaVersion: 2 });
  });

  const refused: readonly [string, readonly string[], string][] = [
    ['an unknown command', ['run', 'x', 'ls'], 'buildah run (supported are bud, build, build-using-dockerfile, push, '],
    ['no command', [], 'buildah  (supported are bud'],
    ['an unknown flag', ['bud', '--squash', 'source'], 'unknown flag --squash (supported are --'],
    [
      'an unknown image',
      ['push', 'none'],
      'none: unknown image; known images: none. Steps share images through a volume at /var/lib/containers',
    ],
    [
      'an unsupported destination',
      ['push', 'one', 'docker-archive:/x'],
      'push to docker-archive:/x (supported are docker:// and oci:): not supported by this',
    ],
    ['RUN', ['bud', '-f', 'run', 'source'], 'run:2: RUN make: not supported by this stand-in for Buildah.'],
    [
      'a remote context',
      ['bud', 'https://example.com/x.git'],
      'the context https://example.com/x.git: not supported by this',
    ],
  ];
  test.each(sampledRows(refused, 0, 5))('rejects %s', async (_, args, wanted) => {
    write({ run: 'FROM scratch\nRUN make\n' });
    const { status, output } = await buildah(...args);
    expect([status, output]).toEqual([125, expect.stringContaining(`error: `)]);
    expect(output).toContain(wanted);
    expect(output).not.toContain('    at ');
  });
});
