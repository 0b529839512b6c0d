/** Says which files of a source git would have stored in another form, and what a clone holds instead. Pure. */

import type { FilteredFiles } from './working-tree.js';

/** Names of files in one note. */
const SHOWN = 3;

/** A note for each filter. @param name of the source, as the user knows it */
export const filterNotes = (name: string, filtered: readonly FilteredFiles[]): readonly string[] =>
  filtered.map(({ filter, paths, pointers }) => {
    const fetch =
      pointers.length === 0
        ? ''
        : `; ${listed(pointers)} ${pointers.length === 1 ? 'is a pointer' : 'are pointers'} of Git LFS: \`git lfs pull\` there fetches the content`;
    return `${name}: ${listed(paths)} ${paths.length === 1 ? 'has' : 'have'} the Git filter ${shown(filter)}, which is not run here: pods get ${paths.length === 1 ? 'it' : 'them'} as in the directory, not as committed${fetch}; to get what is committed, use a tag or a commit id as the revision`;
  });

function listed(paths: readonly string[]): string {
  const some = paths.slice(0, SHOWN).map(shown).join(', ');
  return paths.length > SHOWN ? `${some} and ${String(paths.length - SHOWN)} more` : some;
}

/** Names may hold anything but a null character; what could move a cursor is written out. */
const shown = (name: string): string => (/[\p{C}\s]/u.test(name) ? JSON.stringify(name) : name);
