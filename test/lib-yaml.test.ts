import { describe, expect, test } from '@jest/globals';
import { Yaml } from 'cdk8s';
import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import { manifestYaml } from '../lib/manifests/yaml.js';
import { anyString, AWKWARD_STRINGS } from './awkward-strings.js';

const readBack = (text: string, version: '1.1' | '1.2'): unknown => parse(text, { version });

/** Returns an object with a string as value, list element and key, at several depths. */
const around = (text: string): object => ({
  a: text,
  b: [text, [text], { c: text, [`k${text}`]: text }],
  d: { e: { f: text } },
});

describe('every string is preserved', () => {
  test.each(AWKWARD_STRINGS.map((text) => [JSON.stringify(text), text]))('%s', (_, text) => {
    const value = around(text);
    expect(readBack(manifestYaml([value]), '1.1')).toEqual(value);
    expect(readBack(manifestYaml([value]), '1.2')).toEqual(value);
  });

  test('for any string', () => {
    fc.assert(
      fc.property(anyString(), (text) => {
        const value = around(text);
        expect(readBack(manifestYaml([value]), '1.1')).toEqual(value);
        expect(readBack(manifestYaml([value]), '1.2')).toEqual(value);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

test('a manifest has the format of cdk8s', () => {
  const object = {
    apiVersion: 'tekton.dev/v1alpha1',
    kind: 'Task',
    metadata: { annotations: { 'a.b/c': 'd: e' }, name: 'build' },
    spec: {
      inputs: { params: [{ default: '', description: "repo's path", name: 'path' }] },
      steps: [
        {
          args: ['-j2', '$(inputs.params.path)', 'true', 'say "hi"'],
          image: 'golang:1.13',
          script: '#!/bin/sh\nmake\n\nmake test\n',
        },
        { image: 'busybox', resources: {}, securityContext: { privileged: false, runAsUser: 0 } },
      ],
      volumes: [],
    },
  };

  expect(manifestYaml([object, object])).toBe(Yaml.stringify(object, object));
});

test('undefined fields are omitted and keys after the leading ones are sorted', () => {
  const text = manifestYaml([{ spec: { b: 1, a: undefined }, kind: 'K', z: [{}], apiVersion: 'v1' }, { kind: 'L' }]);

  expect(text).toBe('apiVersion: v1\nkind: K\nspec:\n  b: 1\nz:\n  - {}\n---\nkind: L\n');
  expect(parseAllDocuments(text)).toHaveLength(2);
});
