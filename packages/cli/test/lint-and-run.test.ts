import { describe, expect, test } from '@jest/globals';
import { findingsIn } from '../src/lint/check.js';
import { loadText } from '../src/manifests/load.js';
import { sourceText } from '../src/manifests/text.js';

const codesIn = (...texts: readonly string[]): readonly string[] => {
  const loaded = texts.map((text, index) => loadText(sourceText(`${String(index)}.yaml`, text)));
  const all = {
    manifests: loaded.flatMap(({ manifests }) => manifests),
    findings: loaded.flatMap(({ findings }) => findings),
  };
  return findingsIn(all, { elsewhere: 'shared' }).map(({ code }) => code);
};

const RUN = `apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: r }
spec:
  pipelineRef: { name: build }
  serviceAccountName: robot
`;

describe('a file that cannot be read', () => {
  test('leaves no errors behind about the objects that other files expect in it', () => {
    expect(codesIn(RUN)).toEqual(['PIPELINE_UNKNOWN', 'SERVICE_ACCOUNT_MISSING']);
    expect(codesIn(RUN, 'kind: Pipeline\nmetadata: { name: build\n')).toEqual(['YAML_SYNTAX']);
  });

  test('does not hide what is wrong in the others by themselves', () => {
    expect(codesIn(RUN.replace('pipelineRef', 'piplineRef'), 'a: "b\n')).toEqual(['FIELD_UNKNOWN', 'YAML_SYNTAX']);
  });
});
