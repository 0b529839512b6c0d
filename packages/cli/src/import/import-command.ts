/** `pipewright import`: converts existing YAML to a TypeScript program that synthesizes the same objects. */

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { writeFileNamingPath } from '../diagnostics/failure.js';
import { describeFinding, hasErrors, inReadingOrder, maskedFinding, type Finding } from '../diagnostics/finding.js';
import { checkWithObjects } from '../lint/check.js';
import { textAt, withoutNulls } from '../json.js';
import { loadManifests, secretObjects, type Manifest } from '../manifests/load.js';
import { errorAt } from '../manifests/manifest-finding.js';
import { Mask } from '../masking/mask.js';
import { visible } from '../terminal/lines.js';
import type { Output } from '../terminal/output.js';
import { UsageError } from '../diagnostics/usage-error.js';
import { pascalCase } from './identifiers.js';
import { UNRESOLVED_REFERENCES } from '../lint/reference-codes.js';
import { translate } from './translate.js';

/** Options of `pipewright import`. */
export interface ImportOptions {
  /** Files, folders, and `-` for standard input. */
  readonly paths: readonly string[];
  /**
   * The file to write. An existing file is not overwritten.
   *
   * @default - standard output
   */
  readonly out?: string | undefined;
  /**
   * The module that exports the constructs.
   *
   * @default 'pipewright'
   */
  readonly library?: string | undefined;
}

/**
 * @returns the exit status: 0 on success; 1 if the text has errors (nothing is written) or objects have errors (all are
 * written)
 */
export function importManifests({ paths, out, library = 'pipewright' }: ImportOptions, output: Output): number {
  if (out !== undefined && existsSync(out)) {
    throw new UsageError(`${out} exists, and may have been changed by hand`, 'use another file, or remove this one');
  }
  const { manifests, findings } = loadManifests(paths);
  const { hide } = new Mask(secretObjects(manifests));
  output.protect(hide);
  const unreadable = inReadingOrder([...findings, ...manifests.flatMap(missingKind)]).map((finding) =>
    maskedFinding(finding, hide),
  );
  if (hasErrors(unreadable)) {
    for (const finding of unreadable) output.warn(describeFinding(finding, undefined, output.errorColumns?.()));
    output.warn('nothing is written: unreadable objects would be lost');
    return 1;
  }
  const present = manifests.map((it) => ({ ...it, object: withoutNulls(it.object) }));
  const found = checkWithObjects(present);
  const errors = found.filter(({ finding }) => finding.severity === 'error');
  const checkedManifests = present.map((manifest) => ({
    manifest,
    errors: errors.filter((it) => it.manifest === manifest).map(({ finding }) => finding),
  }));
  const stem = stemOf(out ?? paths[0] ?? '');
  const { text, carried } = translate(checkedManifests, {
    className: pascalCase(stem).replace(/^(?=\d|$)/, 'Manifests'),
    chartId: stem,
    library,
    isCommonJs: isCommonJs(out ?? join(process.cwd(), 'manifests.ts')),
    sources: [...new Set(manifests.map(({ file }) => visible(basename(file))))],
  });
  if (out === undefined) output.raw(text);
  else writeFileNamingPath(out, text);
  const isDefinedElsewhere = (it: (typeof errors)[number]): boolean =>
    UNRESOLVED_REFERENCES.has(it.finding.code) && !carried.some(({ manifest }) => manifest === it.manifest);
  const reported = errors.filter((it) => !isDefinedElsewhere(it));
  for (const { finding } of reported) output.warn(describeFinding(finding, undefined, output.errorColumns?.()));
  for (const { finding } of errors.filter(isDefinedElsewhere))
    output.warn(visible(`assumed to be defined elsewhere: ${finding.message}`));
  for (const { what, why } of carried) output.warn(visible(`carried over unchanged: ${what}: ${why}`));
  return reported.length > 0 ? 1 : 0;
}

/** Derives the name of the chart from a file name. */
const stemOf = (path: string): string =>
  basename(path)
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40) || 'manifests';

/**
 * Returns whether Node runs a program as CommonJS, which its extension determines, or else the `type` of the nearest
 * package.json.
 */
function isCommonJs(program: string): boolean {
  if (/\.[cm]ts$/.test(program)) return program.endsWith('.cts');
  for (let at = resolve(dirname(program)); ; at = dirname(at)) {
    const manifest = join(at, 'package.json');
    if (existsSync(manifest)) return textAt(tryParseJson(readFileSync(manifest, 'utf8')), 'type') !== 'module';
    if (at === dirname(at)) return false; // outside any package, so the module type is unknown
  }
}

function tryParseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Returns an error for an object without apiVersion or kind, which no construct can generate. */
function missingKind(manifest: Manifest): readonly Finding[] {
  const { object } = manifest;
  if (textAt(object, 'apiVersion') !== undefined && textAt(object, 'kind') !== undefined) return [];
  const message = 'a manifest needs apiVersion and kind';
  return [errorAt(manifest, [], 'NOT_AN_OBJECT', message, 'add them, or do not pass the file')];
}
