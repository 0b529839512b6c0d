import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { claimOfWorkspace, runNamesOfTask, suffixedName } from '@pipewright/tekton';

describe('names that Tekton computes', () => {
  const run = `r${'y'.repeat(62)}`;
  const rows = [
    { task: 'build', of: 'r', count: 1, are: ['r-build'] },
    { task: 'm', of: 'r', count: 2, are: ['r-m-0', 'r-m-1'] },
    {
      task: 'a'.repeat(40),
      of: run,
      count: 1,
      are: [`r${'y'.repeat(30)}3edc256e05b5129f68eb9a30bde6e4bf`],
    },
    {
      task: 'm'.repeat(50),
      of: run,
      count: 2,
      are: [`r${'y'.repeat(30)}148b34adaff4cd5dedef3c9418c065-0`, `r${'y'.repeat(30)}148b34adaff4cd5dedef3c9418c065-1`],
    },
  ];
  test.each(rows)('the runs of $task are $are', ({ task, of, count, are }) => {
    expect(runNamesOfTask(of, task, count)).toEqual(are);
  });

  test('a name has at most 63 characters and ends with a letter or digit', () => {
    const part = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,62}$/);
    fc.assert(
      fc.property(part, part, (parent, suffix) => {
        expect(suffixedName(parent, `-${suffix}`)).toMatch(/^.{0,62}[a-z0-9]$/);
      }),
    );
  });

  test('a claim is named after its template, its workspace and the uid of its run', () => {
    const uid = '145bcf6d-8444-4d19-ae59-10bbe47abf0a';
    expect(claimOfWorkspace(undefined, 'src', uid)).toBe('pvc-675cf85fbd');
    expect(claimOfWorkspace('cache', 'src', uid)).toBe('cache-675cf85fbd');
  });
});
