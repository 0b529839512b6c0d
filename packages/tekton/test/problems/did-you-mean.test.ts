import { expect, test } from '@jest/globals';
import { closestMatch } from '@pipewright/tekton';

test.each([
  ['a changed letter', 'stepz', ['steps', 'params'], 'steps'],
  ['a missing letter', 'parms', ['steps', 'params'], 'params'],
  ['two swapped letters of a short word', 'setps', ['steps', 'params'], 'steps'],
  ['another case', 'TASKREF', ['taskRef', 'taskSpec'], 'taskRef'],
  ['the first of two equally close names', 'bat', ['cat', 'hat'], 'cat'],
  ['no name that differs in more than a third of the letters', 'stuff', ['steps'], undefined],
  ['no name for a word of two letters', 'ab', ['ac'], undefined],
  ['no name for a word of more than 64 letters', 'a'.repeat(65), ['a'.repeat(64)], undefined],
])('suggests %s', (_, word, known, suggestion) => {
  expect(closestMatch(word, known)).toBe(suggestion);
});
