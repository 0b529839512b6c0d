import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ClusterError } from '@pipewright/cluster';
import { kubeconfigSend } from '@pipewright/kube';
import { sampledRows, thoroughTest } from '../../../../test/thorough.js';
import { Harness } from '../../../controller/test/support/harness.js';
import { reportFailure } from '../../src/diagnostics/failure.js';
import { runProgram } from '../../src/commands/program.js';
import { folderWith, pipewright, recorded, upHere } from '../support/cli.js';

const folders: (() => void)[] = [];
const { TMPDIR: temporaryBefore } = process.env;
afterEach(() => {
  folders.splice(0).forEach((done) => done());
  if (temporaryBefore === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporaryBefore;
});
const folder = (files: Readonly<Record<string, string>>): string => {
  const { path, done } = folderWith(files);
  folders.push(done);
  return path;
};

async function command(...args: readonly string[]) {
  const output = recorded();
  const status = await runProgram(args, output);
  return { status, out: output.out(), err: output.err() };
}

describe('an invalid command line is rejected with status 2', () => {
  const HINT = '  hint: `pipewright --help` lists the commands, `pipewright COMMAND --help` their options\n';
  test.each([
    [['rnu'], `error: unknown command 'rnu'\n(Did you mean run?)\n${HINT}`],
    [['run', '--sorce', 'a=b'], `error: unknown option '--sorce'\n(Did you mean --source?)\n${HINT}`],
    [
      ['run', '-p', 'novalue'],
      `error: option '-p, --param <NAME=VALUE>' argument 'novalue' is invalid. Write NAME=VALUE, as in -p revision=main.\n${HINT}`,
    ],
    [
      ['run', '--image', '=x'],
      `error: option '--image <NAME=host|DIR|ARCHIVE>' argument '=x' is invalid. Write NAME=host or NAME=docker-archive:FILE, as in --image golang=host.\n${HINT}`,
    ],
    [
      ['run', '--source', 'app='],
      `error: option '--source <RESOURCE=DIR>' argument 'app=' is invalid. Write RESOURCE=DIR, as in --source my-repo=src.\n${HINT}`,
    ],
    [
      ['up', '--data-dir', ''],
      `error: option '--data-dir <DIR>' argument '' is invalid. The value is empty. Write a path.\n${HINT}`,
    ],
    [
      ['run', '--timeout', 'soon'],
      `error: option '--timeout <DURATION>' argument 'soon' is invalid. Write a duration, as in 90s, 10m or 1h30m.\n${HINT}`,
    ],
    [
      ['up', '--port', '70000'],
      `error: option '--port <N>' argument '70000' is invalid. Write a number from 0 to 65535; 0 selects any free port.\n${HINT}`,
    ],
    ...(
      [
        [['all'], ''],
        [['10', '--keep-runs', 'never'], ''],
        [['0'], 'A number of runs must be at least 1. '],
        [['0s'], 'A duration must be longer than zero. '],
        [['10', '--keep-runs', '20'], 'A number of runs (10) is already set. '],
        [['1h', '--keep-runs', '10', '--keep-runs', '2h'], 'A duration is already set. '],
        [['7d'], 'Did you mean 168h? '],
        [['2 weeks'], 'Did you mean 336h? '],
        [['24H'], 'Did you mean 24h? '],
        [['30 min'], 'Did you mean 30m? '],
        [['100 runs'], 'Did you mean 100? '],
        [['1.5'], ''],
      ] as const
    ).map(([values, why]): [string[], string] => [
      ['up', '--keep-runs', ...values],
      `error: option '--keep-runs <NUMBER|DURATION>' argument '${values.at(-1) ?? ''}' is invalid. ${why}Write a number of runs (100) or a duration (24h); repeat the option to set both.\n${HINT}`,
    ]),
    [
      ['controller', '--keep-runs', '-5'],
      `error: option '--keep-runs <NUMBER|DURATION>' argument '-5' is invalid. Write a number of runs (100) or a duration (24h); repeat the option to set both.\n${HINT}`,
    ],
    [
      ['lint', '-o', 'xml'],
      `error: option '-o, --output <FORMAT>' argument 'xml' is invalid. Choose text, json, sarif or github.\n${HINT}`,
    ],
  ])('%j', async (args, err) => {
    expect(await command(...args)).toEqual({ status: 2, out: '', err });
  });
});

describe('help', () => {
  test.each(['run', 'up', 'controller', 'lint'])(
    'of %s has examples, and a description of every option',
    async (name) => {
      const { status, out } = await command(name, '--help');
      expect(out.replace(/\s+/g, ' ')).not.toMatch(/default: (?:\{\}|\[\])/);
      expect(status).toBe(0);
      expect(out).toContain(`\nExamples:\n  `);
      expect(out).toMatch(new RegExp(`Usage: pipewright ${name} \\[options\\]`));
    },
  );

  test('lists the exit statuses', async () => {
    const { status, out } = await command('--help');
    expect(status).toBe(0);
    expect(out).toContain('  124  the run timed out\n');
  });
});

describe('an error of the operating system is printed as a message with a hint', () => {
  const manifest = `apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: once }
spec: { taskSpec: { steps: [{ name: a, image: 'busybox:1', command: ['true'] }] } }
`;

  test('a full disk, with the path of the file', async () => {
    expect(await command('up', '--runtime', 'fake', '--kubeconfig', '/dev/full')).toMatchObject({
      status: 5,
      err: "error: ENOSPC: no space left on device, write '/dev/full'\n  hint: free disk space, or use another disk; TMPDIR names the directory of temporary files\n",
    });
  });

  test('a TMPDIR that does not exist', async () => {
    const path = folder({ 'a.yaml': manifest });
    const args = ['run', path, '--runtime', 'fake', '--image', 'busybox=host'];
    process.env['TMPDIR'] = '/nowhere';
    const { status, out, err } = await command(...args);
    expect(err).toMatch(
      /^error: ENOENT: no such file or directory, mkdtemp '\/nowhere\/pipewright-\d+-\w+-XXXXXX'\n {2}hint: create the directory, or use another; TMPDIR names the directory of temporary files\n$/,
    );
    expect({ status, out }).toEqual({ status: 2, out: expect.stringMatching(/^(runtime fake .*\n)?$/) });
  });

  test.each(sampledRows(['lint', 'run'], 0))('a full disk behind the standard output of %s', async (name) => {
    const path = folder({ 'a.yaml': manifest });
    const more = name === 'run' ? ['--runtime', 'fake', '--image', 'busybox=host'] : [];
    const { status, err } = await pipewright([name, path, ...more], {}, '/dev/full').ended;
    expect(err).toBe('error: standard output cannot be written: ENOSPC: no space left on device, write\n');
    expect(status).toBe(5);
  });

  test('a directory that another user could replace', () => {
    const output = recorded();
    const refusal = new ClusterError('DIRECTORY_NOT_PRIVATE', '/d belongs to user 7', 'set TMPDIR');
    expect([reportFailure(refusal, output), output.err()]).toEqual([
      2,
      'error: DIRECTORY_NOT_PRIVATE: /d belongs to user 7\n  hint: set TMPDIR\n',
    ]);
  });

  test('an internal error, with the variable that prints the stack trace', () => {
    const output = recorded();
    expect(reportFailure(new TypeError('x is not a function'), output)).toBe(5);
    expect(output.err()).toBe(
      'internal error: x is not a function\n  hint: set PIPEWRIGHT_DEBUG=1 to print the stack trace, and report it\n',
    );
  });
});

describe('lint', () => {
  const bad = `apiVersion: tekton.dev/v1alpha1
kind: Pipeline
metadata: { name: p }
spec:
  tasks:
    - name: a
      taskRef: { name: t }
      runAfter: [b]
    - name: b
      taskRef: { name: t }
      runAftr: [a]
---
apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: t }
spec: { steps: [{ name: s, image: 'busybox:1', command: ["$(inputs.params.x)"] }] }
`;
  test('prints every problem with position, code and hint, and exits with 1', async () => {
    const path = folder({ 'p.yaml': bad });
    const { status, out } = await command('lint', path);
    expect(out.replaceAll(`${path}/`, '')).toBe(`p.yaml:11:7  error  FIELD_UNKNOWN  unknown field 'runAftr'
    11 |       runAftr: [a]
       |       ^
  hint: did you mean 'runAfter'?
p.yaml:16:58  error  VARIABLE_UNKNOWN  $(inputs.params.x) is not declared
    16 | spec: { steps: [{ name: s, image: 'busybox:1', command: ["$(inputs.params.x)"] }] }
       |                                                          ^
  hint: declare it under \`inputs.params\`
2 errors (2 objects checked)
`);
    expect(status).toBe(1);
  });

  test('prints JSON with -o json', async () => {
    const { out } = await command('lint', '-o', 'json', folder({ 'p.yaml': bad }));
    const { findings, objects } = JSON.parse(out) as { findings: { code: string; place: object }[]; objects: number };
    expect(objects).toBe(2);
    expect(findings[0]).toMatchObject({ code: 'FIELD_UNKNOWN', place: { line: 11, column: 7 } });
  });

  test('exits with 0 if there are only warnings, and with 2 if a file cannot be read', async () => {
    const warned = folder({
      'p.yaml': bad.replace('runAftr: [a]', '').replace('"$(inputs.params.x)"', 'a').replace('busybox:1', 'busybox'),
    });
    expect((await command('lint', warned)).status).toBe(0);
    expect((await command('lint', '/nowhere')).status).toBe(2);
  });
});

describe('up', () => {
  const serve = (...args: readonly string[]) => pipewright(['up', '--runtime', 'fake', ...args]);
  const refused = (...args: readonly string[]) => command('up', '--runtime', 'fake', ...args);

  test.each(['--data-dir', '--kubeconfig'])('reports a file at the path of the directory of %s', async (option) => {
    const file = join(folder({ file: '' }), 'file');
    const { status, err } = await refused(option, option === '--kubeconfig' ? join(file, 'config') : file);
    expect(err).toBe(
      `error: ${option}: cannot create the directory ${file}: a file exists at that path\n  hint: use another path\n`,
    );
    expect(status).toBe(2);
  });

  const OUTPUT = /\n {2}export KUBECONFIG=.*kubeconfig\n {2}kubectl apply -f dist\/\n.*\nstopping\n$/;

  test('writes a private kubeconfig, rejects a second process on its data directory, and stops gracefully', async () => {
    const data = join(folder({}), 'data');
    const server = serve('--data-dir', data);
    await server.said('ready at https://127.0.0.1:');
    expect(statSync(join(data, 'kubeconfig')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(data, 'kubeconfig'), 'utf8')).toContain('https://127.0.0.1:');
    const second = await refused('--data-dir', data);
    expect(second.err).toBe(
      `error: DATA_DIR_IN_USE: data directory ${data} is in use by process ${server.child.pid}\n  hint: stop that process, or use another directory\n`,
    );
    expect(second.status).toBe(2);
    server.child.kill('SIGINT');
    expect(await server.ended).toMatchObject({ status: 0, out: expect.stringMatching(OUTPUT) });
    expect(readdirSync(data)).not.toContain('lock');
  });

  thoroughTest('restarts with the data directory of a stopped one, and stops gracefully on SIGTERM', async () => {
    const data = join(folder({}), 'data');
    await (await upHere('--data-dir', data)).stop();
    const server = serve('--data-dir', data);
    await server.said('ready at https://127.0.0.1:');
    expect(statSync(join(data, 'kubeconfig')).mode & 0o777).toBe(0o600);
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ status: 0, out: expect.stringMatching(OUTPUT) });
    expect(readdirSync(data)).not.toContain('lock');
  });

  test('exits and reports unsaved changes if its data directory is removed', async () => {
    const data = join(folder({}), 'data');
    const server = await upHere('--data-dir', data);
    rmSync(data, { recursive: true });
    const { status, err } = await server.stop();
    expect(err.replaceAll(data, 'DIR').split('\n').slice(-3)).toEqual([
      expect.stringMatching(
        /^error: DATA_DIR_NOT_SAVED: not everything could be saved: .*ENOENT: the file was removed while it was in use 'DIR\/(log-\d+\.ndjson|committed)'/,
      ),
      '  hint: name a directory that exists, and do not remove it while it is in use',
      '',
    ]);
    expect(status).toBe(2);
  });

  test('rejects a damaged data directory, with the file and a hint', async () => {
    const data = join(folder({ data: '' }), 'damaged');
    mkdirSync(data);
    writeFileSync(join(data, 'snapshot.ndjson'), '');
    const { status, err } = await refused('--data-dir', data);
    expect(err).toBe(
      `error: DATA_DIR_VERSION: ${data} holds snapshot.ndjson, the format of a development version, which this version does not read\n  hint: export the objects with the version that wrote the directory, or start with an empty directory\n`,
    );
    expect(status).toBe(2);
  });

  thoroughTest('deletes finished runs beyond --keep-runs', async () => {
    const data = join(folder({}), 'data');
    const server = await upHere('--data-dir', data, '--keep-runs', '1', '--keep-runs', '24h');
    const send = await kubeconfigSend({ kubeconfig: join(data, 'kubeconfig') });
    const harness = new Harness(send, 'default');
    const steps = [{ name: 's', image: 'ubuntu', command: ['true'] }];
    for (const name of ['first', 'second']) {
      await harness.create('TaskRun', name, { spec: { taskSpec: { steps } } });
      expect(await harness.waitForEnd('TaskRun', name)).toMatchObject({ reason: 'Succeeded' });
    }
    await harness.waitForDeletion('TaskRun', 'first');
    expect((await harness.list('TaskRun')).map(({ metadata }) => metadata.name)).toEqual(['second']);
    await send.close();
    expect((await server.stop()).status).toBe(0);
  });

  test('prints the stand-ins, including sources and registries', async () => {
    const config = 'images: { golang: host }\nresources: { source: { directory: . }, image: { registry: local } }\n';
    const path = folder({ 'stand-ins.yaml': config });
    const server = await upHere('--config', join(path, 'stand-ins.yaml'));
    expect((await server.stop()).out.replaceAll(path, 'DIR')).toMatch(
      /\nstand-ins \(DIR\/stand-ins.yaml\):\n {2}image golang is this machine's own files, read-only\n {2}source: its repository or bucket is DIR, read at each request\n {2}image: its registry is the local one, 127.0.0.1:\d+\n {2}the local registry requires credentials: DOCKER_CONFIG=(\S+) docker pull …, skopeo --authfile \1\/config.json …\nready at /,
    );
  });

  test.each([
    ['nowhere.yaml', 'no such file or folder'],
    ['.', 'it is a folder'],
  ])('reports a --config file that cannot be read: %s', async (name, why) => {
    const file = join(folder({}), name);
    const { status, err } = await refused('--config', file);
    expect(err).toBe(
      `${file}:1:1  error  FILE_UNREADABLE  cannot be read: ${why}\n  hint: pass the file with the stand-ins of this machine; \`pipewright run --help\` shows an example\n`,
    );
    expect(status).toBe(2);
  });

  test('reports a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { status, err } = await refused('--port', String(port));
    other.close();
    expect(err).toBe(
      `error: PORT_TAKEN: port ${port} of 127.0.0.1 is in use by another process\n  hint: choose another port, or 0 for any free one\n`,
    );
    expect(status).toBe(2);
  });

  thoroughTest('removes its temporary files and those of killed processes, including credentials', async () => {
    const temporary = join(folder({ 'tmp/README': '' }), 'tmp');
    const killed = pipewright(['up', '--runtime', 'fake'], { TMPDIR: temporary });
    await killed.said('ready at');
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(left(temporary).join(' ')).toMatch(/pipewright-\d+-kubeconfig-\w+ kubeconfig/);
    process.env['TMPDIR'] = temporary;
    const next = await upHere();
    expect(left(temporary).filter((name) => name.startsWith(`pipewright-${killed.child.pid}-`))).toEqual([]);
    expect((await next.stop()).status).toBe(0);
    expect(left(temporary)).toEqual([]);
  });
});

/** Returns our files in a directory, without the cache of the TypeScript loader. */
const left = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.startsWith('pipewright'))
    .flatMap((name) => [name, ...readdirSync(join(path, name), { recursive: true, encoding: 'utf8' })]);

describe('controller', () => {
  test('exits with 3 without a kubeconfig', async () => {
    expect(await command('controller', '--kubeconfig', '/nowhere/config')).toEqual({
      status: 3,
      out: '',
      err: 'error: kubeconfig /nowhere/config does not exist\n  hint: set --kubeconfig FILE and --context NAME, or start a local cluster: pipewright up\n',
    });
  });

  test('runs with the cluster of a kubeconfig', async () => {
    const kubeconfig = join(folder({}), 'config');
    const server = await upHere('--kubeconfig', kubeconfig);
    const controller = pipewright(['controller', '--kubeconfig', kubeconfig, '--install-crds']);
    await controller.said('the controller is running');
    controller.child.kill('SIGTERM');
    const { status, out } = await controller.ended;
    await server.stop();
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { msg: string }).msg),
    ).toContain('stopping');
    expect(status).toBe(0);
  });
});
