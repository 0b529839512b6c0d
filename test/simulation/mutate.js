/** Applies the changes of a mutant to sources when they are loaded: `node --import …/mutate.js --import tsx PROGRAM`. */

import { register } from 'node:module';

const { PIPEWRIGHT_MUTANT: edits } = process.env;
if (edits !== undefined) register('./mutate-hooks.js', import.meta.url, { data: JSON.parse(edits) });
