import { describe, expect, test } from '@jest/globals';
import { explainedCodes, explanationOf } from '../../src/explain/explanations.js';
import { findingsIn } from '../../src/lint/check.js';
import { loadText } from '../../src/manifests/load.js';
import { sourceText } from '../../src/yaml/text.js';

const codesIn = (text: string): readonly string[] =>
  findingsIn(loadText(sourceText('a.yaml', text)), { externals: 'none' }).map(({ code }) => code);

/** Codes that `lint` does not report, because they concern runs on this machine. */
const NOT_OF_LINT = new Set([
  'CEL_INVALID', // only with a setting of the cluster
  'COMMAND_UNKNOWN',
  'CONFIG_INVALID',
  'CONFIG_MAP_KEY_MISSING',
  'CONFIG_MAP_MISSING',
  'CRD_REFUSED',
  'ENV_FORBIDDEN', // only with a setting of the cluster
  'REVISION_INVALID',
  'REVISION_UNKNOWN',
  'SECRET_KEY_MISSING',
  'UPDATE_REFUSED', // only against the object that exists
  'VOLUME_CLAIM_MISSING',
  'YAML_TOO_COMPLEX', // the example would be too long to read
]);

const examples = explainedCodes().flatMap((code) => {
  const example = explanationOf(code)?.example;
  return example && example.language === undefined && !NOT_OF_LINT.has(code) ? [{ code, ...example }] : [];
});

describe('the examples of explanations', () => {
  test.each(examples)(
    '$code: the first example has the problem, and the second has no problems',
    ({ code, wrong, right }) => {
      expect(codesIn(wrong)).toContain(code);
      expect(codesIn(right).filter((found) => found === code || !MAY_STAY.has(found))).toEqual([]);
    },
  );

  /** Codes of references that examples leave unresolved for brevity. */
  const MAY_STAY = new Set(['TASK_UNKNOWN', 'PIPELINE_UNKNOWN', 'SERVICE_ACCOUNT_MISSING']);

  test('exist for every code', () => {
    expect(
      explainedCodes().filter((code) => {
        const example = explanationOf(code)?.example;
        return (
          !example || example.wrong === example.right || !example.wrong.endsWith('\n') || !example.right.endsWith('\n')
        );
      }),
    ).toEqual([]);
  });
});
