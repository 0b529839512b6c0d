/** The small programs that stand in for the article's images, run as they are, against a real registry. */

import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startGitServer } from '../packages/cli/src/git-server/git-server.js';
import { dockerConfig } from '../packages/cli/src/local/host-files.js';
import { createRegistry, type Registry, type ServedRegistry } from '../packages/cluster/src/registry/registry.js';
import { serveOnLoopback } from '../packages/cluster/src/registry/serve.js';

const article = resolve(import.meta.dirname, '../examples/article');
const executor = join(article, 'images/kaniko-init/kaniko/executor.mjs');

interface Outcome {
  readonly status: number;
  readonly output: string;
}

function run(command: string, args: readonly string[], env: Record<string, string>, cwd = work): Promise<Outcome> {
  return new Promise((done) => {
    execFile(command, args, { env, cwd }, (error, stdout, stderr) => {
      done({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });
}

let work: string;
let registry: Registry;
let serving: ServedRegistry;
beforeEach(async () => {
  work = mkdtempSync(join(tmpdir(), 'stand-ins-'));
  registry = createRegistry();
  serving = await registry.serve();
});
afterEach(async () => {
  await serving.close();
  rmSync(work, { recursive: true, force: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, name)), { recursive: true });
    writeFileSync(join(work, name), content);
  }
}

/** Builds `work` with this Dockerfile; docker.io is the test's registry. */
function build(
  dockerfile: string,
  args: readonly string[] = ['--destination=team/app:v1'],
  port = serving.port,
): Promise<Outcome> {
  write({
    '.machine/config.json': dockerConfig(`127.0.0.1:${serving.port}`, serving.login),
    '.setup/Dockerfile': dockerfile,
    '.setup/registries.conf': `unqualified-search-registries = ["docker.io"]\n\n[[registry]]\nprefix = "docker.io"\nlocation = "127.0.0.1:${port}"\ninsecure = true\n`,
  });
  return run(process.execPath, [executor, `--dockerfile=${work}/.setup/Dockerfile`, `--context=${work}`, ...args], {
    CONTAINERS_REGISTRIES_CONF: join(work, '.setup/registries.conf'),
    DOCKER_CONFIG: join(work, '.docker'),
    PIPEWRIGHT_DOCKER_CONFIG: join(work, '.machine'),
  });
}

const get = (path: string): Promise<Response> => registry.handle(new Request(`http://registry/v2/team/app/${path}`));

interface Pushed {
  readonly config: { readonly config: object; readonly rootfs: { readonly diff_ids: readonly string[] } };
  /** `mode path`, with what a link leads to or a file says. */
  readonly entries: readonly string[];
}

async function pushed(): Promise<Pushed> {
  const manifest = (await (await get('manifests/v1')).json()) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  const config = (await (await get(`blobs/${manifest.config.digest}`)).json()) as Pushed['config'];
  const entries: string[] = [];
  for (const { digest } of manifest.layers)
    entries.push(...entriesOf(gunzipSync(Buffer.from(await (await get(`blobs/${digest}`)).arrayBuffer()))));
  return { config, entries };
}

function entriesOf(tar: Buffer): string[] {
  const found: string[] = [];
  const text = (at: number, width: number): string => tar.toString('utf8', at, at + width).replace(/\0.*$/s, '');
  for (let at = 0, long: string | undefined; tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    const body = tar.toString('utf8', at + 512, at + 512 + size);
    const type = text(at + 156, 1);
    if (type === 'x') long = / path=(.*)\n/.exec(body)?.[1];
    else {
      const what = { 0: `: ${body}`, 2: ` -> ${text(at + 157, 100)}`, 5: '' }[type];
      found.push(`${text(at + 100, 8).replace(/^0+/, '')} ${long ?? text(at, 100)}${what}`);
      long = undefined;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}

describe('the stand-in for Kaniko', () => {
  test('builds the configuration that a Dockerfile says', async () => {
    const { status } = await build(
      `# a comment
ARG WHO=nobody
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

  test('copies files, directories, patterns and links, without what .dockerignore names', async () => {
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

  test('gives the same digest whatever the times and the umask were', async () => {
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

  test('writes the digest and an OCI layout, without pushing when told so', async () => {
    write({ 'a.txt': 'a' });
    await build('FROM scratch\nCOPY a.txt /\n', ['--no-push', '--oci-layout-path=layout', '--digest-file=digest']);
    const index = JSON.parse(readFileSync(join(work, 'layout/index.json'), 'utf8')) as {
      manifests: { digest: string }[];
    };
    expect(index.manifests.map(({ digest }) => digest)).toEqual([readFileSync(join(work, 'digest'), 'utf8')]);
    expect(await registry.repositories()).toEqual([]);
  });

  test('gives credentials to a registry that asks for them, and prints none', async () => {
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
    [
      'a base image',
      'FROM nginx',
      undefined,
      'line 1: cannot pull the base image nginx: this stand-in for Kaniko builds FROM scratch only',
    ],
    [
      'RUN',
      'FROM scratch\n\nRUN make',
      undefined,
      'line 3: RUN is more than this stand-in for Kaniko does; it knows FROM, ARG, COPY',
    ],
    ['a second stage', 'FROM scratch\nFROM scratch', undefined, 'line 2: a second stage is more than'],
    [
      'a file that is not there',
      'FROM scratch\nCOPY nothing /',
      undefined,
      'line 2: nothing is not in the build context /',
    ],
    [
      'a path that climbs',
      'FROM scratch\nCOPY ../../etc/passwd /',
      undefined,
      'line 2: ../../etc/passwd lies outside the build context',
    ],
    [
      'a path through a link',
      'FROM scratch\nCOPY etc/passwd /',
      undefined,
      'line 2: etc/passwd is not in the build context /',
    ],
    [
      'an archive to unpack',
      'FROM scratch\nADD a.tar.gz /',
      undefined,
      'line 2: ADD of a.tar.gz would fetch or unpack it',
    ],
    ['no destination', 'FROM scratch', [], 'you must provide --destination, or use --no-push'],
    [
      'a flag it does not know',
      'FROM scratch',
      ['--cache=true'],
      'unknown flag --cache=true; this stand-in for Kaniko knows --dockerfile',
    ],
    ['a destination that is no name', 'FROM scratch', ['--destination=Team/App:v1'], 'Team/App:v1 is no image name'],
    [
      'a registry that is not there',
      'FROM scratch',
      ['--destination=127.0.0.1:1/a:b', '--insecure'],
      'pushing to 127.0.0.1:1: ',
    ],
  ])('refuses %s', async (_what, dockerfile, args, want) => {
    symlinkSync('/etc', join(work, 'etc'));
    const { status, output } = await build(dockerfile, args);
    expect([status, output]).toEqual([1, expect.stringContaining(`error building image: `)]);
    expect(output).toContain(want);
    expect(output).not.toContain('    at ');
  });
});

describe('the stand-in for make', () => {
  const make = (makefile: string, ...args: string[]): Promise<Outcome> => {
    mkdirSync(join(work, 'bin'));
    for (const program of ['sh', 'grep', 'cat'])
      symlinkSync(
        ['/bin', '/usr/bin'].map((at) => join(at, program)).find((at) => readable(at)) ?? '',
        join(work, 'bin', program),
      );
    write({ Makefile: makefile });
    return run('/bin/sh', [join(article, 'images/golang/usr/local/bin/make'), ...args], { PATH: join(work, 'bin') });
  };
  const readable = (path: string): boolean => {
    try {
      return readFileSync(path).length > 0;
    } catch {
      return false;
    }
  };

  test.each<[string, string, string, Outcome]>([
    [
      'runs a recipe',
      'other:\n\techo no\ntest:\n\techo one\n\t@echo two\n',
      'test',
      { status: 0, output: 'echo one\none\ntwo\n' },
    ],
    [
      'runs prerequisites first',
      'test: lint\n\t@echo test\n\nlint:\n\t@echo lint\n',
      'test',
      { status: 0, output: 'lint\ntest\n' },
    ],
    ['goes on after a line that may fail', 'test:\n\t-@exit 3\n\t@echo on\n', 'test', { status: 0, output: 'on\n' }],
  ])('%s', async (_what, makefile, target, want) => {
    const { status, output } = await make(makefile, target);
    expect({ status, output: output.replace(/^make \(stand-in\): there is no make here.*\n/m, '') }).toEqual(want);
  });

  test.each<[string, string, string, string]>([
    ['fails as the recipe does', 'test:\n\t@exit 7\n', 'test', 'make (stand-in): [test] Error 7'],
    [
      'fails when a prerequisite does',
      'test: lint\n\t@echo no\nlint:\n\t@exit 1\n',
      'test',
      'make (stand-in): [lint] Error 1',
    ],
    ['says what it cannot do', 'test:\n\techo $(WHO)\n', 'test', 'variables need a real make: echo $(WHO)'],
    ['knows no other target', 'test:\n\ttrue\n', 'tset', "no rule to make target 'tset'"],
  ])('%s', async (_what, makefile, target, want) => {
    const { status, output } = await make(makefile, target);
    expect([status, output]).toEqual([2, expect.stringContaining(want)]);
  });
});

test("the article's sources pass their own tests", async () => {
  const path = process.env['PATH'] ?? '';
  const tested = await run(
    '/bin/sh',
    [join(article, 'images/golang/usr/local/bin/make'), 'test'],
    { PATH: path },
    join(article, 'source'),
  );
  expect(tested).toMatchObject({ status: 0, output: expect.stringContaining('ok: 5 links') });
});

test('a cluster without a way out is given the commit that the local run has', async () => {
  const { stdout } = await promisify(execFile)(join(article, 'lab/prepare.sh'), ['-c'], {
    env: { PATH: process.env['PATH'], LAB: 'true', LAB_HOST: '10.0.0.1', LAB_REGISTRY: '10.0.0.1:5000' },
  });
  const server = await startGitServer({
    repositories: new Map([['source', { directory: join(article, 'source'), revisions: ['master'] }]]),
  });
  expect(stdout.trim()).toBe(server.commits('source')[0]);
  await server.close();
});
