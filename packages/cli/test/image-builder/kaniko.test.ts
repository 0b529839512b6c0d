/** The stand-in for Kaniko against a real registry. The first test runs it as a process. */

import { chmodSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { serveOnLoopback } from '../../../cluster/src/registry/serve.js';
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

const executor = join(BUILDER_FILES, 'kaniko.mjs');

type Start = (args: readonly string[], env: Record<string, string>) => Promise<Outcome>;

const runProcess: Start = (args, env) => run(process.execPath, [executor, ...args], env);

let runs = 0;

/** Evaluates the program in this process, with its own arguments, environment, directory and output. */
const runHere: Start = async (args, env) => {
  const before = { argv: process.argv, env: process.env, console: globalThis.console, directory: process.cwd() };
  let output = '';
  const print = (line: string): void => void (output += `${line}\n`);
  process.argv = [process.execPath, executor, ...args];
  process.env = { ...env };
  globalThis.console = { ...console, log: print, error: print };
  process.chdir(work);
  process.exitCode = undefined;
  try {
    await import(`${pathToFileURL(executor).href}?${String((runs += 1))}`);
    const { exitCode = 0 } = process as { readonly exitCode?: string | number }; // set by the program
    return { status: Number(exitCode), output };
  } finally {
    process.chdir(before.directory);
    process.exitCode = undefined;
    globalThis.console = before.console;
    process.env = before.env;
    process.argv = before.argv;
  }
};

/** Builds `work` with this Dockerfile. The test's registry replaces docker.io. */
function build(
  dockerfile: string,
  args: readonly string[] = ['--destination=team/app:v1'],
  port = serving.port,
  start: Start = runHere,
): Promise<Outcome> {
  write({
    '.machine/config.json': dockerConfig(`127.0.0.1:${serving.port}`, serving.login),
    '.setup/Dockerfile': dockerfile,
    '.setup/registries.conf': `unqualified-search-registries = ["docker.io"]\n\n[[registry]]\nprefix = "docker.io"\nlocation = "127.0.0.1:${port}"\ninsecure = true\n`,
  });
  return start([`--dockerfile=${work}/.setup/Dockerfile`, `--context=${work}`, ...args], {
    CONTAINERS_REGISTRIES_CONF: join(work, '.setup/registries.conf'),
    DOCKER_CONFIG: join(work, '.docker'),
    PIPEWRIGHT_DOCKER_CONFIG: join(work, '.machine'),
  });
}

withRegistry();

describe('the stand-in for Kaniko', () => {
  test('builds the configuration of a Dockerfile', async () => {
    const { status } = await build(
      `# a comment
ARG WHO=them
FROM scratch
ENV HOME=/srv GREETING="hello there"
LABEL made.by=$WHO \\
      text="a \\"quoted\\" word"
WORKDIR $HOME
WORKDIR app
EXPOSE 80 53/udp
USER 1000:1000
VOLUME ["/data"]
ENTRYPOINT ["/app", "--serve"]
CMD ["now"]
`,
      ['--destination', 'team/app:v1', '--build-arg=WHO=us'],
      serving.port,
      runProcess,
    );
    expect(status).toBe(0);
    expect((await pushed()).config.config).toEqual({
      Env: ['HOME=/srv', 'GREETING=hello there'],
      Labels: { 'made.by': 'us', text: 'a "quoted" word' },
      WorkingDir: '/srv/app',
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      User: '1000:1000',
      Volumes: { '/data': {} },
      Entrypoint: ['/app', '--serve'],
      Cmd: ['now'],
    });
  });

  test('copies files, directories, patterns and links, except those in .dockerignore', async () => {
    const long = 'd'.repeat(120);
    write({
      'a.txt': 'a',
      'b.txt': 'b',
      'dir/run.sh': 'run',
      'dir/secret': 's',
      [`dir/${long}`]: 'long',
      '.dockerignore': '.setup\n*/secret\n',
    });
    chmodSync(join(work, 'dir/run.sh'), 0o775);
    symlinkSync('run.sh', join(work, 'dir/link'));
    const { output } = await build(`FROM scratch
COPY *.txt /texts/
COPY dir /opt/dir
COPY --chmod=600 --chown=5:6 a.txt renamed
`);
    expect(output).toMatch(/Pushed index\.docker\.io\/team\/app@sha256:[0-9a-f]{64}\n$/);
    expect((await pushed()).entries).toEqual([
      '755 texts/',
      '644 texts/a.txt: a',
      '644 texts/b.txt: b',
      '755 opt/',
      '755 opt/dir/',
      `644 opt/dir/${long}: long`,
      '777 opt/dir/link -> run.sh',
      '755 opt/dir/run.sh: run',
      '600 renamed: a',
    ]);
  });

  test('builds the same digest regardless of file times and umask', async () => {
    const dockerfile = 'FROM scratch\nCOPY a.txt /\n';
    const digest = async (): Promise<string> => {
      await build(dockerfile);
      return (await registry.resolve('team/app', 'v1'))?.digest ?? '';
    };
    write({ 'a.txt': 'a' });
    const first = await digest();
    utimesSync(join(work, 'a.txt'), 1, 1);
    chmodSync(join(work, 'a.txt'), 0o600);
    expect([first, await digest()]).toEqual([expect.stringMatching(/^sha256:/), first]);
  });

  test('writes the digest and an OCI layout, and does not push with --no-push', async () => {
    write({ 'a.txt': 'a' });
    await build('FROM scratch\nCOPY a.txt /\n', ['--no-push', '--oci-layout-path=layout', '--digest-file=digest']);
    const index = JSON.parse(readFileSync(join(work, 'layout/index.json'), 'utf8')) as {
      manifests: { digest: string }[];
    };
    expect(index.manifests.map(({ digest }) => digest)).toEqual([readFileSync(join(work, 'digest'), 'utf8')]);
    expect(await registry.repositories()).toEqual([]);
  });

  test('sends credentials to a registry that requests them, and prints none', async () => {
    write({ '.docker/config.json': '', '.machine/config.json': '' });
    const authorization = `Basic ${Buffer.from('demo-user:demo-password').toString('base64')}`;
    const guarded = await serveOnLoopback(
      async (request) =>
        request.headers.get('authorization') === authorization
          ? registry.handle(request)
          : new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } }),
      0,
    );
    const without = await build('FROM scratch\nLABEL a=b\n', undefined, guarded.port);
    write({
      '.docker/config.json': JSON.stringify({
        auths: { [`127.0.0.1:${guarded.port}`]: { username: 'demo-user', password: 'demo-password' } },
      }),
    });
    const withThem = await build('FROM scratch\nLABEL a=b\n', undefined, guarded.port);
    await guarded.close();
    expect([without.status, without.output]).toEqual([
      1,
      expect.stringContaining(
        `401: unauthorized; are there credentials for 127.0.0.1:${guarded.port} in DOCKER_CONFIG?`,
      ),
    ]);
    expect([withThem.status, withThem.output]).toEqual([0, expect.not.stringContaining('demo-password')]);
  });

  test.each<[string, string, string[] | undefined, string]>([
    ['a base image', 'FROM nginx', undefined, 'Dockerfile:1: FROM nginx: not supported by this stand-in for Kaniko.\n'],
    [
      'RUN',
      'FROM scratch\n\nRUN make',
      undefined,
      'Dockerfile:3: RUN make: not supported by this stand-in for Kaniko.\nIt builds one stage FROM scratch with ARG, COPY, ADD, LABEL, ENV, CMD, ENTRYPOINT, EXPOSE, WORKDIR, USER, VOLUME, STOPSIGNAL, MAINTAINER; it does not run commands or pull base images.\nTo build with the real Kaniko, save its image (skopeo copy docker://gcr.io/kaniko-project/executor docker-archive:builder.tar) and run with --image gcr.io/kaniko-project/executor=docker-archive:builder.tar, or build in a cluster.\n',
    ],
    [
      'a second stage',
      'FROM scratch\nFROM scratch',
      undefined,
      'Dockerfile:2: FROM scratch, a second stage: not supported by this',
    ],
    [
      'a health check',
      'FROM scratch\nHEALTHCHECK CMD x',
      undefined,
      'Dockerfile:2: HEALTHCHECK CMD x: not supported by this',
    ],
    [
      'COPY from another image',
      'FROM scratch\nCOPY --from=x a /',
      undefined,
      'Dockerfile:2: COPY --from: not supported by this',
    ],
    [
      'an unknown stage',
      'FROM scratch AS app',
      ['--no-push', '--target=test'],
      '--target=test is not a stage of the Dockerfile; its only stage is app',
    ],
    [
      'a remote context',
      'FROM scratch',
      ['--no-push', '--context=s3://b/x'],
      '--context=s3://b/x (only directories are supported: dir://PATH): not supported by this stand-in',
    ],
    [
      'a missing file',
      'FROM scratch\nCOPY nothing /',
      undefined,
      'Dockerfile:2: nothing is not in the build context /',
    ],
    [
      'a path outside the context',
      'FROM scratch\nCOPY ../../etc/passwd /',
      undefined,
      'Dockerfile:2: ../../etc/passwd is outside the build context',
    ],
    [
      'a path through a link',
      'FROM scratch\nCOPY etc/passwd /',
      undefined,
      'Dockerfile:2: etc/passwd is not in the build context /',
    ],
    [
      'an archive to unpack',
      'FROM scratch\nADD a.tar.gz /',
      undefined,
      'Dockerfile:2: ADD of a.tar.gz, which requires fetching or unpacking: not supported by this',
    ],
    ['no destination', 'FROM scratch', [], 'you must provide --destination, or use --no-push'],
    [
      'an unknown flag',
      'FROM scratch',
      ['--tar-path=x'],
      'unknown flag --tar-path=x (supported are --dockerfile, --context, ',
    ],
    ['an invalid image name', 'FROM scratch', ['--destination=Team/App:v1'], 'Team/App:v1 is not a valid image name'],
    [
      'an unreachable registry',
      'FROM scratch',
      ['--destination=127.0.0.1:1/a:b', '--insecure'],
      'pushing to 127.0.0.1:1: ',
    ],
  ])('rejects %s', async (_what, dockerfile, args, want) => {
    symlinkSync('/etc', join(work, 'etc'));
    const { status, output } = await build(dockerfile, args);
    expect([status, output]).toEqual([1, expect.stringContaining(`error building image: `)]);
    expect(output).toContain(want);
    expect(output).not.toContain('    at ');
  });
});

test('flags are parsed like those of Kaniko, and ignored ones are reported', async () => {
  write({ 'sub/a.txt': 'a' });
  const { status, output } = await build('FROM scratch AS app\nCOPY a.txt /\nLABEL a=b\n', [
    ...['-d', 'team/app:v1', '-d=team/app:v2', `--context=dir://${work}`, '--context-sub-path=sub', '--target', 'app'],
    ...['--cache=true', '--cache-repo', 'team/cache', '--skip-tls-verify', '--snapshotMode=redo', '--label', 'c=d'],
    ...['--image-name-with-digest-file', 'names'],
  ]);
  expect([status, output]).toEqual([
    0,
    expect.stringContaining('Ignored by this stand-in for Kaniko: --cache, --cache-repo, --snapshotMode\n'),
  ]);
  const { digest = '' } = (await registry.resolve('team/app', 'v2')) ?? {};
  expect((await registry.resolve('team/app', 'v1'))?.digest).toBe(digest);
  expect(readFileSync(join(work, 'names'), 'utf8')).toBe(`team/app@${digest}\nteam/app@${digest}\n`);
  expect((await pushed()).config.config).toEqual({ Labels: { a: 'b', c: 'd' } });
});
