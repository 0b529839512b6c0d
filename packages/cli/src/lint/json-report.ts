/** Findings as the JSON that `pipewright lint -o json` promises: fields are added to it, never renamed or removed. */

import type { Finding } from '../diagnostics/finding.js';

/** One finding of the report. */
export interface JsonFinding {
  readonly severity: 'error' | 'warning';
  /** Stable; `pipewright explain CODE` says more. */
  readonly code: string;
  /** `line` and `column` count from 1, columns in UTF-16 code units. Line 0: the file is an option of the command line. */
  readonly place: { readonly file: string; readonly line: number; readonly column: number };
  readonly message: string;
  readonly hint: string;
  /** The text of the line, where there is one and it holds no secret. */
  readonly quote?: string;
}

/** The whole report. */
export interface JsonReport {
  /** In order of files and places. */
  readonly findings: readonly JsonFinding[];
  /** The number of objects that were checked. */
  readonly objects: number;
}

/** Returns the report of some findings. */
export const jsonReport = (findings: readonly Finding[], objects: number): JsonReport => ({
  findings: findings.map(({ severity, code, place: { file, line, column }, message, hint, quote }) => ({
    severity,
    code,
    place: { file, line, column },
    message,
    hint,
    ...(quote !== undefined && { quote }),
  })),
  objects,
});
