/** Objects that the Tekton v0.9.2 webhook accepts and runs as written, and that cause a warning here. */

import { describe, expect, test } from '@jest/globals';
import { checkObject } from '@pipewright/tekton';
import { apiVersion } from '../support/objects.js';

const object = (kind: string, spec: unknown) => ({ apiVersion, kind, metadata: { name: 'x' }, spec });
const task = (...steps: object[]) => object('Task', { steps });
const step = { name: 's', image: 'ubuntu', command: ['true'] };

describe('a mistake that Tekton admits and then runs is a warning', () => {
  test.each<[string, unknown]>([
    [
      'an undeclared variable in a script',
      task({ name: 's', image: 'ubuntu', script: '#!/bin/sh\n$(inputs.params.zz)' }),
    ],
    ['a param without the word before it', task({ ...step, args: ['$(params.zz)'] })],
    [
      'a variable that a resource does not have',
      object('Task', {
        inputs: { resources: [{ name: 'src', type: 'git' }] },
        steps: [{ ...step, args: ['$(inputs.resources.src.uri)'] }],
      }),
    ],
    ['an undeclared variable in a Condition', object('Condition', { check: { ...step, args: ['$(params.zz)'] } })],
    [
      'an array in a script',
      object('Task', {
        inputs: { params: [{ name: 'list', type: 'array' }] },
        steps: [{ name: 's', image: 'ubuntu:24.04', script: '#!/bin/sh\n$(inputs.params.list)' }],
      }),
    ],
  ])('%s', (_, warned) => {
    const variables = checkObject(warned).filter(({ code }) => code.startsWith('VARIABLE_'));
    expect(variables.map(({ severity }) => severity)).toEqual(['warning']);
    expect(checkObject(warned).filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
