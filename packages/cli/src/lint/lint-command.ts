/** `pipewright lint`: reports all problems of all manifests, each with its position, code and hint. */

import { explanationOf } from '../explain/explanations.js';
import {
  countOf,
  describeFinding,
  hasErrors,
  maskedFinding,
  type Finding,
  type Paint,
} from '../diagnostics/finding.js';
import { loadManifests, secretObjects, type Manifests } from '../manifests/load.js';
import { Mask } from '../masking/mask.js';
import { visible } from '../terminal/lines.js';
import type { Output } from '../terminal/output.js';
import { version } from '../version.js';
import { findingsIn } from './check.js';
import { loadDefaultFolders } from '../manifests/default-folders.js';
import { jsonReport } from './json-report.js';
import { pathBelow, uriBelow } from './relative-path.js';
import { sarifLog } from './sarif.js';
import { workflowCommand } from './workflow-commands.js';

/** The output format of findings. */
export type LintFormat = 'text' | 'json' | 'sarif' | 'github';

/** Options of `pipewright lint`. */
export interface LintOptions {
  /** Files, folders and `-`. Empty: the default folders (`loadDefaultFolders`). */
  readonly paths: readonly string[];
  /** Globs of files and folders to exclude. @default - none */
  readonly exclude?: readonly string[];
  /** @default 'text' */
  readonly output?: LintFormat;
  /** Whether objects that the manifests refer to must be among them. @default false */
  readonly complete?: boolean;
}

/** @returns the exit status: 0 without errors, 1 with errors, 2 if nothing could be read */
export function lint(options: LintOptions, output: Output): number {
  const loaded = load(options, output);
  const { hide } = new Mask(secretObjects(loaded.manifests));
  const findings = findingsIn(loaded, { externals: options.complete ? 'shared' : 'any' }).map((finding) =>
    maskedFinding(finding, hide),
  );
  report(options.output ?? 'text', findings, loaded.manifests.length, output);
  if (loaded.manifests.length === 0 && findings.every(({ code }) => UNREADABLE.has(code))) return 2;
  return hasErrors(findings) ? 1 : 0;
}

function load({ paths, exclude = [] }: LintOptions, output: Output): Manifests {
  if (paths.length > 0) return loadManifests(paths, undefined, { exclude });
  const { loaded, note } = loadDefaultFolders(exclude);
  output.warn(output.colors.dim(visible(note)));
  return loaded;
}

const UNREADABLE: ReadonlySet<string> = new Set(['FILE_UNREADABLE', 'NO_OBJECTS', 'TOO_MANY_FILES']);

/**
 * Prints the findings. In formats for machines, standard output has no summary, so `github` prints it to standard
 * error.
 */
function report(format: LintFormat, findings: readonly Finding[], objects: number, output: Output): void {
  const directory = process.cwd();
  switch (format) {
    case 'json':
      return output.print(JSON.stringify(jsonReport(findings, objects), null, 2));
    case 'sarif': {
      const uri = (file: string): string => uriBelow(directory, file);
      return output.print(
        JSON.stringify(sarifLog(findings, { version: version(), rule: explanationOf, uri }), null, 2),
      );
    }
    case 'github':
      for (const finding of findings) output.print(workflowCommand(finding, pathBelow(directory, finding.place.file)));
      return output.warn(summaryOf(findings, objects));
    case 'text': {
      const paint: Paint = { error: output.colors.red, warning: output.colors.yellow, dim: output.colors.dim };
      const columns = output.terminal ? output.size().columns : undefined;
      for (const finding of findings) output.print(describeFinding(finding, paint, columns));
      return output.print(summaryOf(findings, objects));
    }
  }
}

function summaryOf(findings: readonly Finding[], objects: number): string {
  const checked = `${String(objects)} object${objects === 1 ? '' : 's'} checked`;
  return findings.length === 0 ? `no problems (${checked})` : `${countOf(findings)} (${checked})`;
}
