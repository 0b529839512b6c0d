/**
 * Repositories that configure programs in every way git supports: serving them as a source must not run any of them.
 *
 * `control` is a git command that does run the program in a copy of the repository, to verify the row. Rows whose
 * program would need a terminal or a network have none.
 */

import { appendFileSync, chmodSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { addSubmodule, git, sourceRepositories, write } from '../support/source-repositories.js';
import { isThorough } from '../../../../test/thorough.js';

const sources = sourceRepositories();
const { work, repository, serve, clone } = sources;

/** Returns the file that a program of the repository in `directory` creates. */
const marker = (directory: string): string => `${directory}.ran`;

/** Creates a program that creates the marker and succeeds. */
function program(directory: string, name = 'evil.sh'): string {
  const file = join(directory, name);
  write(directory, { [name]: `#!/bin/sh\ntouch '${marker(directory)}'\nexit 0\n` });
  chmodSync(file, 0o755);
  return file;
}

type Prepare = (directory: string) => Promise<unknown>;
interface Vector {
  readonly prepare: Prepare;
  /** A git command that runs the program. Absent if it would need a terminal, a network, or a setting of the user. */
  readonly control?: readonly string[];
  /** Whether to clone the repository, because the row concerns the serving of clones. */
  readonly cloned?: true;
  /** Whether the default suite also tests this row separately. Others are tested separately with THOROUGH=1. */
  readonly sample?: true;
}

/** Equivalent to `git config KEY VALUE`, without a process. */
function set(directory: string, key: string, value: string): void {
  const [section = '', ...rest] = key.split('.');
  const name = rest.pop() ?? '';
  const heading = rest.length === 0 ? section : `${section} "${rest.join('.')}"`;
  appendFileSync(join(directory, '.git/config'), `[${heading}]\n\t${name} = "${value.replace(/["\\]/g, '\\$&')}"\n`);
}

type Setting = readonly [key: string, value: (program: string, directory: string) => string];

const config =
  (...settings: readonly Setting[]): Prepare =>
  async (directory) => {
    const file = program(directory);
    for (const [key, value] of settings) set(directory, key, value(file, directory));
  };
const attributes =
  (text: string, prepare: Prepare): Prepare =>
  async (directory) => {
    write(directory, { '.gitattributes': text });
    await prepare(directory);
  };
const itself = (file: string): string => file;
const HOOKS = [
  'post-index-change',
  'pre-commit',
  'commit-msg',
  'reference-transaction',
  'post-checkout',
  'pre-auto-gc',
];

/** In a partial clone, git automatically fetches missing objects from the configured remote. */
const partialClone =
  (url: string, ...more: readonly Setting[]): Prepare =>
  async (directory) => {
    await config(
      ['core.repositoryFormatVersion', () => '1'],
      ['extensions.partialClone', () => 'origin'],
      ['remote.origin.promisor', () => 'true'],
      ['remote.origin.url', (file) => url.replace('PROGRAM', file)],
      ['protocol.allow', () => 'always'],
      ...more,
    )(directory);
    const blob = await git(directory, 'rev-parse', 'HEAD:b.txt');
    rmSync(join(directory, '.git/objects', blob.slice(0, 2), blob.slice(2)));
  };

const VECTORS: Readonly<Record<string, Vector>> = {
  'a clean filter': {
    prepare: attributes('* filter=evil\n', config(['filter.evil.clean', itself])),
    control: ['add', '--all'],
  },
  'a process filter': {
    prepare: attributes('* filter=evil\n', config(['filter.evil.process', itself])),
    control: ['add', '--all'],
  },
  'a smudge filter': {
    prepare: attributes('* filter=evil\n', config(['filter.evil.smudge', itself])),
    control: ['checkout', '-f', 'HEAD', '--', 'a.txt'],
  },
  'a required filter': {
    prepare: attributes(
      '* filter=evil\n',
      config(['filter.evil.clean', itself], ['filter.evil.required', () => 'true']),
    ),
    control: ['add', '--all'],
  },
  'a filter of an included file': {
    prepare: attributes('* filter=evil\n', async (directory) => {
      write(directory, { 'shared.config': `[filter "evil"]\n\tclean = ${program(directory)}\n` });
      await git(directory, 'config', 'include.path', '../shared.config');
    }),
    control: ['add', '--all'],
  },
  'a filter of a conditionally included file': {
    prepare: attributes('* filter=evil\n', async (directory) => {
      write(directory, { 'shared.config': `[filter "evil"]\n\tclean = ${program(directory)}\n` });
      await git(directory, 'config', 'includeIf.onbranch:main.path', '../shared.config');
    }),
    control: ['add', '--all'],
  },
  'a filter in worktree settings': {
    prepare: attributes('* filter=evil\n', async (directory) => {
      await git(directory, 'config', 'extensions.worktreeConfig', 'true');
      await git(directory, 'config', '--worktree', 'filter.evil.clean', program(directory));
    }),
    control: ['add', '--all'],
  },
  'a filter in .git/info/attributes': {
    prepare: async (directory) => {
      write(directory, { '.git/info/attributes': '* filter=evil\n' });
      await config(['filter.evil.clean', itself])(directory);
    },
    control: ['add', '--all'],
  },
  'a filter in core.attributesFile': {
    prepare: async (directory) => {
      write(directory, { 'more-attributes': '* filter=evil\n' });
      await config(
        ['filter.evil.clean', itself],
        ['core.attributesFile', (_, here) => join(here, 'more-attributes')],
      )(directory);
    },
    control: ['add', '--all'],
  },
  'a file system monitor': { prepare: config(['core.fsmonitor', itself]), control: ['add', '--all'] },
  hooks: {
    prepare: async (directory) => {
      for (const hook of HOOKS) program(directory, `.git/hooks/${hook}`);
      write(directory, {}); // all hooks create the marker of the directory
    },
    control: ['add', '--all'],
  },
  'hooks in another directory': {
    prepare: async (directory) => {
      for (const hook of HOOKS) program(directory, `hooks/${hook}`);
      await git(directory, 'config', 'core.hooksPath', 'hooks');
    },
    control: ['add', '--all'],
  },
  'an external diff program': {
    sample: true,
    prepare: config(['diff.external', itself]),
    control: ['diff', '--ext-diff', 'HEAD'],
  },
  'a diff program for a file type': {
    prepare: attributes('* diff=evil\n', config(['diff.evil.command', itself])),
    control: ['diff', 'HEAD'],
  },
  'a textconv program': {
    prepare: attributes('* diff=evil\n', config(['diff.evil.textconv', itself])),
    control: ['diff', 'HEAD'],
  },
  'a program that verifies signatures': {
    prepare: async (directory) => {
      await git(directory, 'config', 'gpg.program', program(directory, 'sign.sh'));
      write(directory, {
        'sign.sh':
          '#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho "-----BEGIN PGP SIGNATURE-----"\n',
      });
      await git(directory, 'commit', '-q', '--allow-empty', '-S', '-m', 'signed');
      await config(
        ['gpg.program', itself],
        ['log.showSignature', () => 'true'],
        ['commit.gpgSign', () => 'true'],
        ['tag.gpgSign', () => 'true'],
      )(directory);
    },
    control: ['log', '-1'],
  },
  'a submodule with a file system monitor': {
    prepare: async (directory) => {
      await addSubmodule(directory, sources);
      await git(join(directory, 'sub'), 'config', 'core.fsmonitor', program(directory));
    },
    control: ['add', '--all'],
  },
  'a submodule with a filter': {
    sample: true,
    prepare: async (directory) => {
      await addSubmodule(directory, sources);
      write(join(directory, 'sub'), { '.gitattributes': '* filter=evil\n', 'a.txt': 'two' }); // same size
      await git(join(directory, 'sub'), 'config', 'filter.evil.clean', program(directory));
    },
    control: ['add', '--all'],
  },
  'a nested untracked repository with a filter': {
    prepare: async (directory) => {
      const inside = repository(join(directory, 'inside'));
      write(inside, { '.gitattributes': '* filter=evil\n' });
      await git(inside, 'config', 'filter.evil.clean', program(directory));
    },
  },
  'a missing object of a remote with the ext protocol': {
    sample: true,
    prepare: partialClone('ext::PROGRAM'),
    cloned: true,
    control: ['cat-file', '-p', 'HEAD:b.txt'],
  },
  'a missing object of a remote with an upload-pack program': {
    prepare: partialClone('/nowhere', ['remote.origin.uploadpack', itself]),
    control: ['cat-file', '-p', 'HEAD:b.txt'],
  },
  'a missing object of a remote with an ssh program': {
    prepare: partialClone('ssh://host.invalid/r', ['core.sshCommand', itself]),
    control: ['cat-file', '-p', 'HEAD:b.txt'],
  },
  'a missing object of a remote with a proxy program': {
    prepare: partialClone('git://host.invalid/r', ['core.gitProxy', itself]),
    control: ['cat-file', '-p', 'HEAD:b.txt'],
  },
  'a missing object of a rewritten URL': {
    prepare: partialClone('https://host.invalid/r', ['url.ext::PROGRAM.insteadOf', () => 'https://host.invalid/r']),
  },
  'a credential helper': { prepare: config(['credential.helper', (file) => `!${file}`]) },
  'a program that provides passwords': { prepare: config(['core.askPass', itself]) },
  'a pager and an editor': {
    prepare: config(
      ['core.pager', itself],
      ['pager.log', itself],
      ['core.editor', itself],
      ['sequence.editor', itself],
    ),
  },
  'a pack-objects hook': {
    prepare: config(['uploadpack.packObjectsHook', itself]),
    cloned: true,
  },
  'a pack-objects hook in the settings of the user': {
    prepare: async (directory) => {
      write(directory, { 'home/.gitconfig': `[uploadpack]\n\tpackObjectsHook = ${program(directory)}\n` });
      process.env['HOME'] = join(directory, 'home');
    },
    cloned: true,
  },
  'a program that lists the refs of alternates': {
    prepare: config(['core.alternateRefsCommand', itself], ['core.alternateRefsPrefixes', () => 'refs/']),
    cloned: true,
  },
  'a template with hooks': { prepare: config(['init.templateDir', (_, here) => here]) },
  'command aliases': {
    prepare: config(
      ...['add', 'init', 'log', 'upload-pack'].map((name) => [`alias.${name}`, (file: string) => `!${file}`] as const),
    ),
  },
  'a filter in the settings of the user': {
    prepare: attributes('* filter=evil\n', async (directory) => {
      write(directory, { 'home/.gitconfig': `[filter "evil"]\n\tclean = ${program(directory)}\n` });
      process.env['HOME'] = join(directory, 'home');
    }),
    control: ['add', '--all'],
  },
  'programs in the environment of the user': {
    prepare: async (directory) => {
      const file = program(directory);
      for (const name of ['EXTERNAL_DIFF', 'SSH_COMMAND', 'SSH', 'PROXY_COMMAND', 'ASKPASS', 'EDITOR', 'PAGER'])
        process.env[`GIT_${name}`] = file;
      process.env['GIT_CONFIG_COUNT'] = '1';
      process.env['GIT_CONFIG_KEY_0'] = 'core.fsmonitor';
      process.env['GIT_CONFIG_VALUE_0'] = file;
    },
    control: ['diff', 'HEAD'],
  },
  'a program called git': {
    prepare: async (directory) => {
      program(directory, 'git');
      process.env['PATH'] = `.:${process.env['PATH'] ?? ''}`;
      process.chdir(directory);
    },
    cloned: true,
  },
};

describe('a repository with', () => {
  const before = process.cwd();
  afterEach(() => process.chdir(before));

  test.each(Object.entries(VECTORS).filter(([, { sample }]) => isThorough || sample))(
    '%s is served without running it',
    async (_, { prepare, control, cloned }) => {
      const directory = repository(join(work(), 'repository'));
      await prepare(directory);
      rmSync(marker(directory), { force: true });
      if (control) {
        const copy = join(work(), 'copy', 'repository');
        cpSync(directory, copy, { recursive: true });
        await git(copy, ...control).catch(() => undefined); // git fails, since the program prints no valid response
        expect([control.join(' '), existsSync(marker(directory))]).toEqual([control.join(' '), true]);
        rmSync(marker(directory));
      }
      const server = await serve(directory);
      if (cloned) await clone(server).catch(() => undefined); // fails if objects are missing
      expect([server.commits('source').length, existsSync(marker(directory))]).toEqual([1, false]);
    },
  );

  test('all of these at once, except nested repositories and missing objects, is served unchanged', async () => {
    const directory = repository(join(work(), 'repository'));
    const signedFirst = ([one]: [string, Vector], [other]: [string, Vector]): number =>
      Number(/signatures/.test(other)) - Number(/signatures/.test(one)); // it commits, which the others prevent
    const vectors = Object.entries(VECTORS).filter(([title]) => !/submodule|nested|missing/.test(title));
    for (const [, { prepare }] of vectors.toSorted(signedFirst)) await prepare(directory);
    const copy = join(work(), 'copy', 'repository');
    cpSync(directory, copy, { recursive: true });
    await git(copy, 'add', '--all').catch(() => undefined);
    expect(existsSync(marker(directory))).toBe(true);
    rmSync(marker(directory));
    const served = await clone(await serve(directory));
    expect([readFileSync(join(served, 'a.txt'), 'utf8'), existsSync(marker(directory))]).toEqual(['edited', false]);
  });
});
