/**
 * Findings as SARIF 2.1.0, which code scanning services and editors read.
 *
 * Pure: what files are called relative to the working directory is decided by the caller.
 */

import type { Finding } from '../diagnostics/finding.js';

/** What a rule says about itself. */
export interface RuleText {
  readonly severity: Finding['severity'];
  readonly title: string;
  readonly why: string;
  readonly fix?: string;
}

/** What a log needs beside the findings. */
export interface SarifOptions {
  readonly version: string;
  /** The texts of a rule; undefined for a code that has none. */
  readonly rule: (code: string) => RuleText | undefined;
  /** The URI of a file. */
  readonly uri: (file: string) => string;
}

/** Returns one log with one run. Columns are UTF-16 code units, from 1. */
export function sarifLog(findings: readonly Finding[], { version, rule, uri }: SarifOptions): object {
  const codes = [...new Set(findings.map(({ code }) => code))].sort();
  const rules = codes.map((code) => ruleOf(code, rule(code)));
  const results = findings.map((finding) => ({
    ruleId: finding.code,
    ruleIndex: codes.indexOf(finding.code),
    level: finding.severity,
    message: { text: `${finding.message}\n${finding.hint}` },
    locations: [{ physicalLocation: locationOf(finding, uri) }],
  }));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'pipewright', version, rules } }, columnKind: 'utf16CodeUnits', results }],
  };
}

const ruleOf = (id: string, text: RuleText | undefined): object => ({
  id,
  ...(text && {
    shortDescription: { text: `${text.title}.` },
    fullDescription: { text: text.why },
    ...(text.fix !== undefined && { help: { text: text.fix } }),
    defaultConfiguration: { level: text.severity },
  }),
});

/** An option of the command line has no line: it is named alone. */
const locationOf = ({ place, quote }: Finding, uri: SarifOptions['uri']): object => ({
  artifactLocation: { uri: uri(place.file) },
  ...(place.line > 0 && {
    region: {
      startLine: place.line,
      startColumn: place.column,
      ...(quote !== undefined && { snippet: { text: quote } }),
    },
  }),
});
