import { expect, test } from '@jest/globals';
import { RESOURCE_TYPES, resourceVariableNames } from '@pipewright/tekton';
import { VARIABLES } from '../lib/v1alpha1/declarations/declaration.js';

test.each(RESOURCE_TYPES)('a step may use exactly the variables that a %s resource has in a run', (type) => {
  expect([...VARIABLES[type]].sort()).toEqual(resourceVariableNames(type).toSorted());
});
