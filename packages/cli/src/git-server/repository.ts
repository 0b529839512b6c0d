/**
 * Opens a local repository without its configuration, which can specify programs to run and may come from the untrusted
 * author of a checkout.
 *
 * git reads configuration and hooks from the common directory. It therefore gets a generated one (GIT_COMMON_DIR) with
 * links to the repository's refs and objects, and with only those settings that affect how file content is interpreted.
 */

import { copyFile, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { gitBytes, withoutUserSettings } from './git.js';
import { SourceError } from './source-error.js';

/** The paths and properties of a repository. */
export interface Repository {
  /** The directory of HEAD and the index; a linked worktree has its own. */
  readonly gitDir: string;
  readonly objects: string;
  readonly index: string;
  readonly shallow: string;
  readonly isBare: boolean;
  /** The object format, `sha1` or `sha256`. */
  readonly format: string;
  /** Whether attribute files outside the working copy apply to its files. */
  readonly hasMoreAttributes: boolean;
  /** Environment variables with which git reads the repository, but not its configuration. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Returns the git directory of a repository whose top level is `directory`; a subdirectory of a repository does not
 * count.
 */
export async function tryFindRepository(directory: string): Promise<string | undefined> {
  const dotGit = join(directory, '.git');
  const found = await stat(dotGit).catch(() => undefined);
  if (found?.isFile() === true) return linkedDirectory(directory, dotGit);
  if (found) return dotGit;
  const parts = await Promise.all(['HEAD', 'objects', 'refs'].map((name) => exists(join(directory, name))));
  return parts.every(Boolean) ? directory : undefined;
}

/** Returns the git directory that a `.git` file refers to, in a linked worktree or a submodule. */
async function linkedDirectory(directory: string, file: string): Promise<string> {
  const [, path] = /^gitdir: (.+?)\n*$/.exec(await readFile(file, 'utf8')) ?? [];
  if (path !== undefined) return resolve(directory, path);
  throw new SourceError(
    'SOURCE_UNREADABLE',
    `git cannot read ${directory}: ${file} has no line \`gitdir: DIRECTORY\``,
    'run `git status` there',
  );
}

/**
 * Prepares a repository for reading.
 *
 * @param commonDir the path of the generated common directory; must not exist
 */
export async function openRepository(directory: string, gitDir: string, commonDir: string): Promise<Repository> {
  const common = await commonDirectory(gitDir);
  const objects = join(common, 'objects');
  await mkdir(join(commonDir, 'objects', 'info'), { recursive: true });
  await mkdir(join(commonDir, 'info'));
  await writeFile(join(commonDir, 'objects', 'info', 'alternates'), alternates(objects));
  for (const name of ['refs', 'packed-refs', 'reftable'])
    if (await exists(join(common, name))) await symlink(join(common, name), join(commonDir, name));
  for (const name of ['info/exclude', 'info/attributes'])
    if (await isFile(join(common, name))) await copyFile(join(common, name), join(commonDir, name));
  const [userValues, repositorySettings] = await Promise.all([
    userSettings(commonDir),
    settingsIn(join(common, 'config'), commonDir),
  ]);
  const format = repositorySettings.get('extensions.objectformat') === 'sha256' ? 'sha256' : 'sha1';
  const values = new Map([...userValues, ...repositorySettings]);
  const rules = await rulesFiles(values, directory);
  await writeFile(join(commonDir, 'config'), safeConfig(values, format, rules));
  return {
    gitDir,
    objects,
    index: join(gitDir, 'index'),
    shallow: join(common, 'shallow'),
    isBare: gitDir === directory || repositorySettings.get('core.bare')?.toLowerCase() === 'true',
    format,
    hasMoreAttributes:
      rules['core.attributesfile'] !== NO_RULES || (await exists(join(commonDir, 'info', 'attributes'))),
    env: { ...withoutUserSettings(commonDir), GIT_DIR: gitDir, GIT_COMMON_DIR: commonDir },
  };
}

/** Returns the content of an alternates file, in which each line is a path. */
export function alternates(objects: string): string {
  if (!objects.includes('\n')) return `${objects}\n`;
  throw new SourceError('SOURCE_UNREADABLE', `the path ${JSON.stringify(objects)} contains a line feed`, 'rename it');
}

async function commonDirectory(gitDir: string): Promise<string> {
  const file = join(gitDir, 'commondir');
  return (await isFile(file)) ? resolve(gitDir, (await readFile(file, 'utf8')).trimEnd()) : gitDir;
}

type Settings = ReadonlyMap<string, string>;

/** Returns the settings of one file. Does not follow includes. */
async function settingsIn(file: string, home: string): Promise<Settings> {
  if (!(await isFile(file))) return new Map();
  return settings(['--file', file, '--no-includes'], withoutUserSettings(home));
}

/**
 * Returns the configuration of the user and the system. It is trusted, but only safe settings of it are used as well.
 */
const userSettings = (commonDir: string): Promise<Settings> =>
  settings(['--includes'], { GIT_DIR: commonDir, GIT_COMMON_DIR: commonDir });

async function settings(options: readonly string[], env: Readonly<Record<string, string>>): Promise<Settings> {
  const listed = (await gitBytes(['config', ...options, '--null', '--list'], { env })).toString('utf8');
  return new Map(
    listed
      .split('\0')
      .filter(Boolean)
      .map((entry) => {
        const [key = '', ...value] = entry.split('\n');
        return [key, value.length === 0 ? 'true' : value.join('\n')];
      }),
  );
}

const BOOLEAN = /^(?:true|false|yes|no|on|off|0|1)$/i;

/** Settings that determine which bytes of a file are stored; none of them can specify a program. */
const SAFE_SETTINGS: Readonly<Record<string, RegExp>> = {
  'core.autocrlf': /^(?:true|false|yes|no|on|off|0|1|input)$/i,
  'core.eol': /^(?:lf|crlf|native)$/i,
  'core.filemode': BOOLEAN,
  'core.symlinks': BOOLEAN,
  'core.ignorecase': BOOLEAN,
  'core.precomposeunicode': BOOLEAN,
  'extensions.refstorage': /^reftable$/i,
};

function safeConfig(values: Settings, format: string, rules: Rules): string {
  const safeEntries = Object.entries(SAFE_SETTINGS).flatMap(([key, valid]) => {
    const value = values.get(key);
    return value !== undefined && valid.test(value) ? [[key, value] as const] : [];
  });
  const all = [
    ['core.repositoryformatversion', '1'],
    ['core.bare', 'false'],
    ['core.hookspath', '/dev/null'],
    ...(format === 'sha256' ? [['extensions.objectformat', format]] : []),
    ...safeEntries,
    ...Object.entries(rules),
  ] as const;
  return all
    .map(([key = '', value = '']) => {
      const [section = '', name = ''] = key.split('.');
      return `[${section}]\n\t${name} = "${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"\n`;
    })
    .join('');
}

/** Rules files outside the working copy, by the setting that specifies them. */
type Rules = Readonly<Record<'core.excludesfile' | 'core.attributesfile', string>>;

const NO_RULES = '/dev/null';

async function rulesFiles(values: Settings, directory: string): Promise<Rules> {
  const { HOME: home = homedir(), XDG_CONFIG_HOME: config = '' } = process.env;
  const folder = join(config === '' ? join(home, '.config') : config, 'git');
  const fileFor = async (key: keyof Rules, usual: string): Promise<string> => {
    const named = values.get(key)?.replace(/^~(?=\/)/, home);
    const file = named === undefined ? join(folder, usual) : resolve(directory, named);
    return (await isFile(file)) ? file : NO_RULES; // reading anything but a regular file might block forever
  };
  const [ignored, attributes] = await Promise.all([
    fileFor('core.excludesfile', 'ignore'),
    fileFor('core.attributesfile', 'attributes'),
  ]);
  return { 'core.excludesfile': ignored, 'core.attributesfile': attributes };
}

/** Returns whether a path exists. */
export const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined;

/** Returns whether a path is a regular file. */
export const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() === true;
