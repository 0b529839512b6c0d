/**
 * The JSON format of `pipewright lint -o json`. The format is stable: fields may be added, but not renamed or removed.
 */

import type { Finding } from '../diagnostics/finding.js';

/** A finding in the report. */
export interface JsonFinding {
  readonly severity: 'error' | 'warning';
  /** Stable; `pipewright explain CODE` describes it. */
  readonly code: string;
  /** `line` and `column` count from 1, columns in UTF-16 code units. With line 0, the file is a command line option. */
  readonly place: { readonly file: string; readonly line: number; readonly column: number };
  readonly message: string;
  readonly hint: string;
  /** The text of the line, if there is one and it contains no secret. */
  readonly quote?: string;
}

/** The complete report. */
export interface JsonReport {
  /** Sorted by file and position. */
  readonly findings: readonly JsonFinding[];
  /** The number of objects that were checked. */
  readonly objects: number;
}

/** Returns the report of findings. */
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
