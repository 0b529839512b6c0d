/**
 * Reads `pipewright.yaml`, which defines the stand-ins of this machine.
 *
 * Manifests stay unchanged: the file maps an image to a root filesystem, a Git repository to a directory and an image
 * resource to the local registry. Command line options override it by name.
 */

import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { hasErrors, type Finding, type SourcePosition } from '../diagnostics/finding.js';
import { isObject, type Json } from '../json.js';
import { locate, type Path } from '../yaml/locate.js';
import { parseYaml, type ParsedDocument } from '../yaml/parse.js';
import { readSources } from '../manifests/sources.js';
import { lineAt } from '../yaml/text.js';
import { readValue } from '../yaml/value.js';
import { NO_STAND_INS, type StandIns } from '../stand-ins/stand-ins.js';
import { readConfig, type ConfigProblem } from './config-reader.js';

/** The loaded configuration, and its problems. */
export interface LoadedConfig {
  readonly file?: string;
  readonly standIns: StandIns;
  readonly findings: readonly Finding[];
  /** Returns the position of a path in the file. Absent: the file could not be read. */
  readonly positionOf?: (path: Path) => SourcePosition;
}

const FILE_NAMES = ['pipewright.yaml', 'pipewright.yml'];

/** Finds the file next to the manifests, in their parent folder, or in the working directory; the first one is used. */
export function tryFindConfig(paths: readonly string[], cwd: string = process.cwd()): string | undefined {
  const folders = paths.filter((path) => path !== '-').map((path) => folderOf(resolve(cwd, path)));
  const places = [...folders.flatMap((folder) => [folder, dirname(folder)]), cwd];
  return places.flatMap((place) => FILE_NAMES.map((name) => join(place, name))).find((file) => existsSync(file));
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

const folderOf = (path: string): string => (isFolder(path) ? path : dirname(path));

/** Reads a configuration file. Its paths are relative to its folder. */
export function loadConfig(file: string): LoadedConfig {
  const { texts, findings } = isFolder(file) ? { texts: [], findings: [] } : readSources([file]);
  const [source] = texts;
  if (!source) return { file, standIns: NO_STAND_INS, findings: [unreadable(file, findings[0])] };
  const parsed = parseYaml(source);
  const [document, second] = parsed.documents;
  if (!document) return { file, standIns: NO_STAND_INS, findings: parsed.findings };
  const { value, findings: valueFindings } = readValue(document);
  if (document.isFaulty || hasErrors(valueFindings) || parsed.findings.length > 0) {
    return { file, standIns: NO_STAND_INS, findings: [...parsed.findings, ...valueFindings] };
  }
  const { standIns, problems } = readConfig(value, dirname(resolve(file)));
  const all = second ? [...problems, SECOND_DOCUMENT] : problems;
  const warnings = valueFindings.filter(({ severity }) => severity === 'warning');
  return {
    file,
    standIns,
    findings: [...warnings, ...all.map((problem) => findingOf(document, value, problem))],
    positionOf: (path) => locate(document, path).key,
  };
}

/** Returns the finding for a file that cannot be read. `cause`: the problem of reading it; absent for a folder. */
const unreadable = (file: string, cause: Finding | undefined): Finding => ({
  severity: 'error',
  code: cause?.code ?? 'FILE_UNREADABLE',
  place: { file, line: 1, column: 1 },
  message: cause?.message ?? 'cannot be read: it is a folder',
  hint: 'pass the file with the stand-ins of this machine; `pipewright run --help` shows an example',
});

const SECOND_DOCUMENT: ConfigProblem = {
  path: [],
  message: 'the file has more than one document',
  hint: 'keep one; write manifests to other files',
};

function findingOf(document: ParsedDocument, value: Json, { path, message, hint, atKey }: ConfigProblem): Finding {
  const { key, value: at } = locate(document, path);
  const place = atKey === true || isObject(valueAt(value, path)) ? key : at;
  return {
    severity: 'error',
    code: 'CONFIG_INVALID',
    place,
    message,
    hint,
    quote: lineAt(document.source, place.line),
  };
}

const valueAt = (value: Json, path: Path): unknown =>
  path.reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), value);
