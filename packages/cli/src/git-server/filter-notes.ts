/**
 * Describes the files of a source that git would have stored in another form, and what a clone contains instead. Pure.
 */

import type { FilteredFiles } from './working-tree.js';

/** Maximum number of file names in a note. */
const SHOWN = 3;

/** Returns a note for each filter. @param name of the source, as shown to the user */
export const filterNotes = (name: string, filtered: readonly FilteredFiles[]): readonly string[] =>
  filtered.map(({ filter, paths, pointers }) => {
    const fetch =
      pointers.length === 0
        ? ''
        : `; ${listed(pointers)} ${pointers.length === 1 ? 'is a pointer' : 'are pointers'} of Git LFS: \`git lfs pull\` there fetches the content`;
    return `${name}: ${listed(paths)} ${paths.length === 1 ? 'has' : 'have'} the Git filter ${shown(filter)}, which is not run: pods get ${paths.length === 1 ? 'it' : 'them'} as in the directory, not as committed${fetch}; for the committed content, use a tag or a commit id as the revision`;
  });

function listed(paths: readonly string[]): string {
  const some = paths.slice(0, SHOWN).map(shown).join(', ');
  return paths.length > SHOWN ? `${some} and ${String(paths.length - SHOWN)} more` : some;
}

/** Quotes a name with control characters or whitespace. File names may contain any character except NUL. */
const shown = (name: string): string => (/[\p{C}\s]/u.test(name) ? JSON.stringify(name) : name);
