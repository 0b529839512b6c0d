import { expect, test } from '@jest/globals';
import { withTemplate } from '../../src/pod/step-template.js';

test("a step template is merged into each step: lists with a key are merged, other lists are the step's", () => {
  const template = {
    image: 't',
    workingDir: '/t',
    args: ['t'],
    env: [
      { name: 'A', value: 't' },
      { name: 'B', value: 't' },
    ],
    resources: { limits: { cpu: '1' } },
  };
  const own = {
    name: 's',
    image: 's',
    args: ['s'],
    env: [{ name: 'A', value: 's' }],
    resources: { requests: { cpu: '1' } },
  };
  expect(withTemplate(own, template)).toEqual({
    name: 's',
    image: 's',
    workingDir: '/t',
    args: ['s'],
    env: [
      { name: 'A', value: 's' },
      { name: 'B', value: 't' },
    ],
    resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
  });
});
