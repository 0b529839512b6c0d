/** Quotes words of command lines for POSIX shells. */

/** Characters without a special meaning to shells at any position in a word. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

/** Quotes a word if necessary. */
export const shellWord = (text: string): string => (PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** Returns a command line of quoted words. */
export const commandLine = (words: readonly string[]): string => words.map(shellWord).join(' ');

/** Returns how the user invokes this program: with npx, unless it is in PATH. */
export const programWords = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  env['npm_execpath'] === undefined ? ['pipewright'] : ['npx', 'pipewright'];
