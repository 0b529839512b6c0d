import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { removeTree } from '../../../src/runtime/host/remove-tree.js';
import type { ContainerSpec, RunningContainer, Runtime } from '../../../src/runtime/runtime.js';
import { sandbox } from '../../../src/runtime/sandbox/sandbox.js';
import type { Launcher } from '../../../src/runtime/launchers/starter.js';
import { sampledRows, thoroughTest } from '../../../../../test/thorough.js';
import { commandLines } from '../../support/command-lines.js';
import { runToEnd, specIn } from '../../support/sandbox-container.js';
import { AS_ORDINARY_USER, describeWithSandbox, runCommand, testAsOrdinaryUser } from '../../support/sandbox-tests.js';

const isRoot = process.getuid?.() === 0;
const baseDirectory = mkdtempSync(join(tmpdir(), 'pipewright-sandbox-'));
chmodSync(baseDirectory, 0o777);
afterAll(() => removeTree(baseDirectory));

// The same tests for each launcher that works on this machine. By default, most of them run only for the first one.
let isFirst = true;
for (const launcher of ['perl', 'unshare', 'bubblewrap'] as const) {
  const runtime = sandbox({ launchers: [launcher] });
  const probe = await runtime.probe();
  const isWhole = isFirst;
  describeWithSandbox(`by ${launcher}`, probe, () => describeContainers(launcher, runtime, isWhole));
  if (probe.kind === 'usable') isFirst = false;
  else {
    test(`where ${launcher} does not work, a start fails with a remedy`, async () => {
      const result = await runToEnd(runtime, specIn(baseDirectory, ['/bin/true']));
      expect(result).toMatchObject({ kind: 'failed', reason: 'ContainerCannotRun' });
      expect(probe.problem.hints.length).toBeGreaterThan(0);
    });
  }
}

/** @param isWhole whether the default suite runs all but the slowest tests of this launcher, not one of each kind */
function describeContainers(launcher: Launcher, runtime: Runtime, isWhole: boolean): void {
  const testOfWhole = isWhole ? test : thoroughTest;
  const rowsIfWhole = <Row>(rows: readonly Row[], ...sampledIndexes: readonly number[]): readonly Row[] =>
    isWhole ? rows : sampledRows(rows, ...sampledIndexes);
  const directory = join(baseDirectory, launcher);
  mkdirSync(directory);
  chmodSync(directory, 0o777);

  /** Returns exit code and output of a shell script in a sandbox, or why it did not start. */
  async function sh(script: string, overrides: Partial<ContainerSpec> = {}): Promise<string> {
    const result = await runToEnd(runtime, specIn(directory, ['/bin/sh', '-c', script], overrides));
    return result.kind === 'started' ? `${result.exit.exitCode}\n${result.printed}` : result.message;
  }

  const volume = (name: string): string => {
    const path = join(directory, name);
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o777);
    return path;
  };

  if (launcher === 'perl' && !isRoot)
    test("all containers together use at most half of the user's process limit", async () => {
      const processLimit = Number(
        /^Max processes\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity,
      );
      const maxProcesses =
        processLimit < 2048 ? processLimit : processLimit > 65536 ? 32768 : Math.floor(processLimit / 2);
      expect(await sh("sed -n 's/^Max processes *\\([0-9]*\\).*/\\1/p' /proc/self/limits")).toBe(
        `0\n${String(maxProcesses)}\n`,
      );
    });

  describe('a container on the host root', () => {
    test.each(
      rowsIfWhole<[string, string, string]>(
        [
          ['has the exit code of its command', 'exit 7', '7\n'],
          ...(launcher === 'bubblewrap'
            ? []
            : [
                [
                  'is what the kernel kills first when memory runs out',
                  'cat /proc/self/oom_score_adj',
                  '0\n1000\n',
                ] satisfies [string, string, string],
              ]),
          ['differs from a command that exits with 127', 'exit 127', '127\n'],
          [
            'has exit code 128 plus the number of the signal that ends it',
            'sh -c "kill -9 \\$\\$"; exit $?',
            '137\nKilled\n',
          ],
          ['is process 1', 'echo $$; cat /proc/1/comm', '0\n1\nsh\n'],
          ['has an empty standard input', 'cat; echo end', '0\nend\n'],
          ['prints both streams in their order', 'echo a; echo b >&2; echo c', '0\na\nb\nc\n'],
          [
            'can open its output again',
            'echo a > /dev/stdout; echo b > /dev/stderr; echo c | tee /dev/stderr',
            '0\na\nb\nc\nc\n',
          ],
          ['is in its working directory, which is created', 'pwd', '0\n/workspace\n'],
          [
            'cannot change kernel settings of the machine',
            'for f in sys/kernel/core_pattern sys/vm/drop_caches sysrq-trigger; do (: >> /proc/$f) 2>/dev/null && echo $f; done; echo end',
            '0\nend\n',
          ],
          [
            'cannot change them through its own /proc or /sys either',
            'unshare -Urnmpf sh -c "mount -t proc p /mnt; : >> /mnt/sys/vm/drop_caches && echo proc; mount -t sysfs s /srv; : >> /srv/kernel/profiling && echo sys" 2>/dev/null; echo end',
            '0\nend\n',
          ],
          ['is root', 'id -u; id -g', '0\n0\n0\n'],
          ['has an empty /root, /home, /tmp and /run', 'ls -A /root /home /tmp', '0\n/home:\n\n/root:\n\n/tmp:\n'],
          [
            'can write to these directories',
            'echo x > /root/f; echo y > /tmp/f; mkdir -p /run/d /new/top; cat /root/f /tmp/f',
            '0\nx\ny\n',
          ],
          [
            'cannot write to other directories',
            'echo x 2>/dev/null > /usr/f || echo no; echo x 2>/dev/null > /etc/f || echo no',
            '0\nno\nno\n',
          ],
          [
            'has the usual devices',
            'head -c 2 /dev/zero | wc -c; echo lost > /dev/null; test -c /dev/tty && test -d /dev/pts && echo there',
            '0\n2\nthere\n',
          ],
          ['cannot mount', 'mount -t tmpfs none /tmp 2>/dev/null || echo no', '0\nno\n'],
        ],
        0,
        1,
      ),
    )('%s', async (_, script, expected) => {
      expect(await sh(script)).toBe(expected);
    });

    testOfWhole('has its own variables, and no others', async () => {
      const env = { A: 'b c', 'dotted.name': '1', LD_PRELOAD: '', PATH: '/usr/bin:/bin' };
      expect(await sh('env | grep -v "^PWD=\\|^_=\\|^SHLVL=" | sort', { env })).toBe(
        '0\nA=b c\nLD_PRELOAD=\nPATH=/usr/bin:/bin\n',
      );
    });

    testOfWhole('passes arguments unchanged', async () => {
      const argv: ContainerSpec['argv'] = ['/bin/echo', '-n', '$(id)', '`id`', "'", '"', '; exit 3', 'ü\n'];
      const result = await runToEnd(runtime, specIn(directory, argv));
      expect(result).toMatchObject({ printed: argv.slice(2).join(' ') });
    });

    test.each(
      rowsIfWhole<[string, ContainerSpec['argv'], string]>(
        [
          ['a missing file', ['/x/sh'], 'exec: "/x/sh": stat /x/sh: no such file or directory'],
          ['a missing program', ['no-such-program'], 'exec: "no-such-program": executable file not found in $PATH'],
          ['a file that is not a program', ['/etc/passwd'], 'exec: "/etc/passwd": permission denied'],
          ['a directory', ['/usr'], 'exec: "/usr": is a directory'],
        ],
        0,
      ),
    )('reports why it cannot start: %s', async (_, argv, reason) => {
      const result = await runToEnd(runtime, specIn(directory, argv));
      expect(result).toEqual({
        kind: 'failed',
        reason: 'StartError',
        exitCode: 128,
        message: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${reason}: unknown`,
      });
    });

    test('has its volumes at their mount paths, also where the host has no directory or a read-only one', async () => {
      const mounts = ['/workspace', '/tekton/tools', '/var/run/secrets/x', '/usr/share/new/place', '/opt'].map(
        (target, index) => ({
          source: volume(`volume-${index}`),
          target,
          readOnly: index === 2,
        }),
      );
      const script = mounts
        .map(({ target }) => `echo ${target} 2>/dev/null > ${target}/f || echo ${target} read-only`)
        .join('; ');
      expect(await sh(script, { mounts })).toBe('0\n/var/run/secrets/x read-only\n');
      expect(mounts.map(({ source }) => existsSync(join(source, 'f')))).toEqual([true, true, false, true, true]);
    });

    testOfWhole('has one volume inside another', async () => {
      const [outer, inner] = [volume('outer'), volume('inner')];
      const mounts = [
        { source: inner, target: '/workspace/a/b', readOnly: false },
        { source: outer, target: '/workspace', readOnly: false },
      ];
      expect(await sh('echo x > /workspace/a/b/f; ls /workspace/a', { mounts })).toBe('0\nb\n');
      expect(readFileSync(join(inner, 'f'), 'utf8')).toBe('x\n');
    });

    testOfWhole('does not follow symlinks of a volume out of it', async () => {
      const [hostile, inner] = [volume('evil'), volume('evil-inner')];
      symlinkSync(directory, join(hostile, 'out'));
      const mounts = [
        { source: hostile, target: '/workspace', readOnly: false },
        { source: inner, target: '/workspace/out/made', readOnly: false },
      ];
      await sh('true', { mounts });
      expect(existsSync(join(directory, 'made'))).toBe(false);
    });

    testOfWhole('has files and directories layered over the host', async () => {
      const overlay = volume('overlay');
      mkdirSync(join(overlay, 'usr/local/bin'), { recursive: true });
      mkdirSync(join(overlay, 'bin'), { recursive: true });
      mkdirSync(join(overlay, 'kaniko'), { recursive: true });
      for (const path of ['usr/local/bin/one', 'bin/two', 'kaniko/three']) {
        writeFileSync(join(overlay, path), `#!/bin/sh\necho ${path}\n`, { mode: 0o755 });
      }
      const hostFiles = { '/etc/pipewright-test': 'laid\n', '/deep/er/file': 'deep\n' };
      const script =
        'one; two; /kaniko/three; cat /etc/pipewright-test /deep/er/file; test -e /etc/passwd && ls -d /usr/bin';
      expect(await sh(script, { overlays: [overlay], hostFiles })).toBe(
        '0\nusr/local/bin/one\nbin/two\nkaniko/three\nlaid\ndeep\n/usr/bin\n',
      );
    });

    testOfWhole('shares only its volumes with another container', async () => {
      await sh('echo secret > /tmp/mine; echo shared > /workspace/shared');
      expect(await sh('ls -A /tmp; cat /workspace/shared')).toBe('0\nshared\n');
    });

    testOfWhole('passes data to another container through a FIFO in a shared volume', async () => {
      const reader = sh(
        'mkfifo /workspace/go; exec 3<>/workspace/go; touch /workspace/ready; read line <&3; echo got $line',
      );
      const writer = sh('until test -e /workspace/ready; do sleep 0.01; done; echo hello > /workspace/go');
      expect(await Promise.all([reader, writer])).toEqual(['0\ngot hello\n', '0\n']);
    });

    testOfWhole('ends with all its child processes', async () => {
      const tag = `pipewright-stray-${launcher}-${process.pid}`;
      expect(await sh(`setsid sh -c 'trap "" TERM HUP; while :; do sleep 1; done; : ${tag}' & echo begun`)).toBe(
        '0\nbegun\n',
      );
      expect(commandLines().filter((line) => line.includes(tag))).toEqual([]);
    });

    thoroughTest('prints fifty megabytes without keeping them in memory', async () => {
      let bytes = 0;
      const before = process.memoryUsage().rss;
      const output = {
        write: (chunk: Uint8Array) => {
          bytes += chunk.length;
          return undefined;
        },
      };
      const started = await runtime.start(
        specIn(directory, ['/bin/sh', '-c', 'yes pipewright | head -c 52428800'], { output }),
      );
      expect(started.kind === 'started' && (await started.container.exit).exitCode).toBe(0);
      expect(bytes).toBe(52_428_800);
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    });
  });

  describe('stopping a container', () => {
    /** Starts a container and waits for its first output, so that its command is running. */
    async function startedContainer(script: string): Promise<RunningContainer> {
      let onOutput = (): void => undefined;
      const printed = new Promise<void>((resolve) => (onOutput = resolve));
      const output = { write: () => (onOutput(), undefined) };
      const argv = ['/bin/sh', '-c', script] as const;
      const started = await runtime.start(specIn(directory, argv, { output, env: { A: 'b' } }));
      if (started.kind === 'failed') throw new Error(started.message);
      await printed;
      return started.container;
    }

    test.each(
      rowsIfWhole<[string, string, 'SIGTERM' | 'SIGKILL', number]>(
        [
          ['SIGTERM runs a handler', 'trap "exit 5" TERM; echo; while :; do sleep 0.05; done', 'SIGTERM', 5],
          ['SIGTERM without a handler ends it at once', 'echo; sleep 1000', 'SIGTERM', 137],
          ['SIGKILL ends all processes', 'trap "" TERM; echo; sleep 1000', 'SIGKILL', 137],
        ],
        2,
      ),
    )('%s', async (_, script, signal, expected) => {
      const container = await startedContainer(script);
      container.kill(signal);
      expect((await container.exit).exitCode).toBe(expected);
    });

    testOfWhole('a command can be executed in it', async () => {
      const container = await startedContainer('echo; exec sleep 1000');
      const neverAborted = new AbortController().signal;
      const result = await container.exec(['/bin/sh', '-c', 'echo $A; pwd; cat /proc/1/comm; exit 3'], neverAborted);
      container.kill('SIGKILL');
      await container.exit;
      expect(result).toEqual({ exitCode: 3, output: expect.stringMatching(/^b\n\/workspace\n(sh|sleep)\n$/) });
    });

    testOfWhole('no process survives a parent that is killed', async () => {
      const tag = `pipewright-orphan-${launcher}-${process.pid}`;
      const program = join(import.meta.dirname, '../../support/sandbox-container.ts');
      const script = `echo begun; while :; do sleep 1; done; : ${tag}`;
      const parent = spawn(
        process.execPath,
        ['--import', 'tsx', program, launcher, directory, '/bin/sh', '-c', script],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const first = await new Promise((resolve) =>
        parent.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
      );
      expect(first).toBe('begun\n');
      const containers = (): string[] =>
        commandLines().filter((line) => line.includes(tag) && !line.includes('sandbox-container'));
      expect(containers().length).toBeGreaterThan(0);
      const closed = new Promise((resolve) => parent.stdout.once('close', resolve));
      parent.kill('SIGKILL');
      await closed;
      for (let tries = 0; containers().length > 0 && tries < 200; tries++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(containers()).toEqual([]);
    });
  });

  describe('a container with its own root directory', () => {
    const rootfs = volume('rootfs');
    for (const path of ['etc', 'bin', 'escape']) mkdirSync(join(rootfs, path));
    writeFileSync(join(rootfs, 'etc/name'), 'image\n');
    symlinkSync('/run', join(rootfs, 'var'));
    symlinkSync(directory, join(rootfs, 'escape/out'));
    // Mounts of the host's programs, so that the tree has a shell without an image.
    const hostDirectories = ['/usr', '/bin', '/lib', '/lib64']
      .filter(existsSync)
      .map((path) => ({ source: path, target: path, readOnly: true }));

    test('can write anywhere, and the directory does not change', async () => {
      const script = 'echo new > /etc/name; rm -r /escape; mkdir /made; cat /etc/name; ls /';
      expect(await sh(script, { rootfs, mounts: hostDirectories, cwd: '/' })).toMatch(/^0\nnew\n/);
      expect(readFileSync(join(rootfs, 'etc/name'), 'utf8')).toBe('image\n');
      expect(existsSync(join(rootfs, 'made'))).toBe(false);
      expect(await sh('cat /etc/name', { rootfs, mounts: hostDirectories, cwd: '/' })).toBe('0\nimage\n');
    });

    testOfWhole('resolves symlinks of mount paths inside its root', async () => {
      const mounts = [...hostDirectories, { source: volume('secrets'), target: '/var/secrets', readOnly: false }];
      expect(await sh('echo x > /var/secrets/f; ls /run/secrets', { rootfs, mounts, cwd: '/escape/out/work' })).toBe(
        '0\nf\n',
      );
      expect(existsSync(join(directory, 'work'))).toBe(false);
    });

    testOfWhole('reports a missing shell', async () => {
      const result = await runToEnd(
        runtime,
        specIn(directory, ['/bin/sh', '-c', 'true'], { rootfs, mounts: [], cwd: '/' }),
      );
      expect(result).toMatchObject({
        kind: 'failed',
        reason: 'StartError',
        message: expect.stringContaining('exec: "/bin/sh": stat /bin/sh: no such file or directory'),
      });
    });
  });

  testAsOrdinaryUser(testOfWhole, 'an ordinary user runs containers too, as root inside', async () => {
    const program = join(import.meta.dirname, '../../support/sandbox-container.ts');
    const ownDirectory = volume('ordinary');
    const sharedTmp = join(baseDirectory, 'ordinary-tmp'); // shared by all launchers: the compile cache of tsx
    mkdirSync(sharedTmp, { recursive: true });
    chmodSync(sharedTmp, 0o777);
    const script = 'id -u; touch /workspace/f /usr/f 2>/dev/null; ls; exit 3';
    const command = [process.execPath, '--import', 'tsx', program, launcher, ownDirectory, '/bin/sh', '-c', script];
    const env = { ...process.env, HOME: ownDirectory, TMPDIR: sharedTmp };
    const { code, printed } = await runCommand([...AS_ORDINARY_USER, ...command], env);
    expect(`${code}\n${printed}`).toBe('3\n0\nf\n');
  });

  testOfWhole('root can select another user; ordinary users cannot', async () => {
    const result = await sh('id -u; id -g', { user: { uid: 1234, gid: 5678 } });
    const expected =
      launcher === 'bubblewrap'
        ? 'bubblewrap runs containers only as uid 0, and unshare is not available here'
        : '0\n1234\n5678\n';
    expect(result).toBe(
      isRoot
        ? expected
        : 'an ordinary user can run containers only as uid 0, not as 1234:5678; run as root to use other users',
    );
  });
}
