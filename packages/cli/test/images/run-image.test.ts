/** Steps in a saved image, built from the host's shell. If containers are unavailable, the error is tested instead. */

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventEmitter } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { thoroughTest } from '../../../../test/thorough.js';
import { run } from '../../src/run/run-command.js';
import { recorded } from '../support/cli.js';
import { expectRun, folder, taskRunWithSteps, removeFolders, runFiles } from '../support/on-this-machine.js';
import { dockerArchive, ociImage, ociLayout, tar, writeFiles, type Member } from '../support/saved-images.js';
import type { RunOptions } from '../../src/run/run-options.js';

const work = mkdtempSync(join(tmpdir(), 'run-image-'));
const before = process.env['XDG_CACHE_HOME'];
beforeAll(() => {
  process.env['XDG_CACHE_HOME'] = join(work, 'cache');
});
afterAll(() => {
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(work, { recursive: true });
});
afterEach(removeFolders);

const isRoot = process.getuid?.() === 0;

/** Returns programs of this machine with their shared libraries, without duplicates. */
function programs(names: readonly string[]): readonly Member[] {
  const files = names.map((name) => find(name));
  const members = names.map((name, at) => ({
    name: `bin/${name}`,
    text: readFileSync(realpathSync(files[at] ?? '')),
    mode: 0o755,
  }));
  const libraries = librariesOf(files).map((path) => ({ name: path, text: readFileSync(path), mode: 0o755 }));
  return [...members, ...libraries];
}

const find = (name: string): string =>
  execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();

/** Returns the libraries of files. Lines of ldd contain a file or a library; ldd fails for static files. */
function librariesOf(files: readonly string[]): readonly string[] {
  const listed = spawnSync('ldd', files, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = listed.error ? '' : listed.stdout;
  return [...new Set(lines.match(/(?<=\t(?:\S+ => )?)\/\S+(?= \()/g) ?? [])];
}

const SHELL = tar([
  ...programs(['sh', 'cat', 'id', 'mkfifo', 'sleep', 'mkdir', 'rm', 'chmod', 'cp', 'mv', 'touch']),
  { name: 'etc/passwd', text: 'root:x:0:0::/:/bin/sh\nbuilder:x:1234:2345::/:/bin/sh\n' },
  { name: 'tmp/', type: '5', mode: 0o1777 },
  { name: 'opt/', type: '5', mode: 0o755 },
  { name: 'opt/gone', text: 'gone' },
]);
const SECOND = tar([{ name: 'opt/.wh.gone' }, { name: 'opt/greeting', text: 'hello from the image\n' }]);

const CONFIG = {
  Entrypoint: ['/bin/sh', '-c'],
  Env: ['GREETING=hi', 'PATH=/bin'],
  WorkingDir: '/opt',
  User: 'builder',
};

test('a step runs with the entrypoint, environment and user of its image, and does not change the image', async () => {
  writeFiles(
    join(work, 'layout'),
    ociLayout(
      [ociImage([SHELL, SECOND], { config: CONFIG })[0]],
      ociImage([SHELL, SECOND], { config: CONFIG }).slice(1),
    ),
  );
  const script =
    'echo $GREETING $(id -u); cat /opt/greeting; cat /opt/gone; echo x > /tmp/x; test -e /usr/bin && echo of this machine; true';
  const once = () =>
    runFiles(
      {
        'a.yaml': taskRunWithSteps([
          `{ name: own, image: 'team/app:v1', args: [${JSON.stringify(`test -e /tmp/x && echo changed; ${script}`)}] }`,
        ]),
      },
      { image: new Map([['team/app', `oci:${join(work, 'layout')}`]]) },
    );
  const first = await once();
  const prints = [
    `[once : own] hi ${isRoot ? '1234' : '0'}\n`,
    '[once : own] hello from the image\n',
    /gone.*No such file/,
  ];
  await expectRun(first, {
    status: 0,
    prints: [...prints, 'unpacking oci:', /image team\/app is oci:\S+, sha256:/],
    omits: ['of this machine'],
  });
  await expectRun(await once(), { status: 0, prints, omits: ['unpacking', 'changed'] });
});

thoroughTest('the hint for an image without a stand-in makes the run succeed', async () => {
  writeFileSync(
    join(work, 'saved'),
    dockerArchive([SHELL], { config: { Cmd: ['/bin/sh', '-c', 'echo the program of the image'] } }),
  );
  // A skopeo that "pulls" that image.
  mkdirSync(join(work, 'bin'));
  writeFileSync(
    join(work, 'bin/skopeo'),
    `#!/bin/sh\ntest "$1 $2" = 'copy docker://quay.io/team/app:v1' && cp ${work}/saved "\${3#docker-archive:}"\n`,
  );
  chmodSync(join(work, 'bin/skopeo'), 0o755);
  const files = { 'a.yaml': taskRunWithSteps(["{ name: own, image: 'quay.io/team/app:v1' }"]) };
  const output = recorded();
  const options: RunOptions = {
    paths: [folder(files)],
    run: [],
    param: new Map(),
    source: new Map(),
    image: new Map(),
    output: 'text',
    runtime: 'sandbox',
  };
  expect(await run(options, output, { signals: new EventEmitter() })).toBe(2);
  const hints = [...output.err().matchAll(/^ {2}hint: (.*)$/gm)].map(([, hint = '']) => hint);
  const command = hints.find((hint) => hint.startsWith('skopeo ')) ?? '';
  const [, name = '', value = ''] = hints.flatMap((hint) => /^--image (\S+)=(\S+)$/.exec(hint) ?? []);
  execFileSync('/bin/sh', ['-c', command], { cwd: work, env: { PATH: `${work}/bin:${process.env['PATH'] ?? ''}` } });
  const [transport = '', file = ''] = value.split(':'); // relative to the working directory
  const result = await runFiles(files, { image: new Map([[name, `${transport}:${join(work, file)}`]]) });
  await expectRun(result, { status: 0, prints: ['[once : own] the program of the image\n'] });
});
