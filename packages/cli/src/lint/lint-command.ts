/** `pipewright lint`: every problem of every manifest, at once, each with its place, code and hint. */

import {
  countOf,
  describeFinding,
  hasErrors,
  inReadingOrder,
  maskedFinding,
  type Finding,
  type Paint,
} from '../finding.js';
import { loadManifests, secretsIn } from '../manifests/load.js';
import { Mask } from '../masking/mask.js';
import type { Output } from '../terminal/output.js';
import { checkManifests } from './check.js';
import { defaultPaths } from './default-paths.js';

/** What `pipewright lint` was told. */
export interface LintOptions {
  /** Files, folders and `-`. Empty: `dist` where there is one, else the working directory. */
  readonly paths: readonly string[];
  readonly output?: 'text' | 'json';
  /** Whether what the manifests refer to must be among them. @default false */
  readonly complete?: boolean;
}

/** @returns the exit status: 0 nothing but warnings, 1 errors, 2 nothing could be read */
export function lint(options: LintOptions, output: Output): number {
  const paths = options.paths.length > 0 ? options.paths : defaultPaths();
  const { manifests, findings: inText } = loadManifests(paths);
  const { hide } = new Mask(secretsIn(manifests));
  const checked = checkManifests(manifests, { elsewhere: options.complete ? 'shared' : 'anything' });
  const findings = inReadingOrder([...inText, ...checked]).map((finding) => maskedFinding(finding, hide));
  if (options.output === 'json') output.print(JSON.stringify({ findings, objects: manifests.length }, null, 2));
  else printFindings(findings, manifests.length, output);
  if (manifests.length === 0 && findings.every(({ code }) => UNREADABLE.has(code))) return 2;
  return hasErrors(findings) ? 1 : 0;
}

const UNREADABLE: ReadonlySet<string> = new Set(['FILE_UNREADABLE', 'NO_OBJECTS']);

function printFindings(findings: readonly Finding[], objects: number, output: Output): void {
  const paint: Paint = { error: output.colors.red, warning: output.colors.yellow, dim: output.colors.dim };
  for (const finding of findings) output.print(describeFinding(finding, paint));
  const checked = `${String(objects)} object${objects === 1 ? '' : 's'} checked`;
  output.print(findings.length === 0 ? `no problems (${checked})` : `${countOf(findings)} (${checked})`);
}
