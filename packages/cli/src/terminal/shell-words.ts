/** Words of a command line, written so that a POSIX shell reads them as they are. */

/** Characters that no shell gives a meaning, in any place of a word. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

/** A word in quotes, where it needs any. */
export const shellWord = (text: string): string => (PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The words as a command line. */
export const commandLine = (words: readonly string[]): string => words.map(shellWord).join(' ');

/** How the user calls this program: through npx, unless it is on their PATH. */
export const programWords = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  env['npm_execpath'] === undefined ? ['pipewright'] : ['npx', 'pipewright'];
