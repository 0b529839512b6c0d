import { expect, test } from '@jest/globals';
import { filterNotes } from '../../src/git-server/filter-notes.js';

test.each([
  ['nothing without filters', [], []],
  [
    'the file',
    [{ filter: 'lfs', paths: ['logo.png'], pointers: [] }],
    [
      'shop: logo.png has the Git filter lfs, which is not run: pods get it as in the directory, not as committed; for the committed content, use a tag or a commit id as the revision',
    ],
  ],
  [
    'some of many files, and the Git LFS pointers among them',
    [{ filter: 'lfs', paths: ['a', 'b', 'c', 'd', 'e'], pointers: ['a', 'b'] }],
    [
      'shop: a, b, c and 2 more have the Git filter lfs, which is not run: pods get them as in the directory, not as committed; a, b are pointers of Git LFS: `git lfs pull` there fetches the content; for the committed content, use a tag or a commit id as the revision',
    ],
  ],
  [
    'names with control characters, escaped',
    [{ filter: 'x\u001b[2J', paths: ['a\nb'], pointers: ['a\nb'] }],
    [
      'shop: "a\\nb" has the Git filter "x\\u001b[2J", which is not run: pods get it as in the directory, not as committed; "a\\nb" is a pointer of Git LFS: `git lfs pull` there fetches the content; for the committed content, use a tag or a commit id as the revision',
    ],
  ],
])('a note contains %s', (_, filtered, want) => {
  expect(filterNotes('shop', filtered)).toEqual(want);
});
