/**
 * Converts findings to SARIF 2.1.0, the format of code scanning services and editors.
 *
 * Pure: the caller resolves the URIs of files.
 */

import type { Finding } from '../diagnostics/finding.js';

/** The description of a rule. */
export interface RuleText {
  readonly severity: Finding['severity'];
  readonly title: string;
  readonly why: string;
  readonly fix?: string;
}

/** The input of a log in addition to the findings. */
export interface SarifOptions {
  readonly version: string;
  /** Returns the description of a rule; undefined for a code without one. */
  readonly rule: (code: string) => RuleText | undefined;
  /** Returns the URI of a file. */
  readonly uri: (file: string) => string;
}

/** Returns a log with one run. Columns are UTF-16 code units, from 1. */
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

/** Returns the location of a finding. A command line option has no line. */
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
