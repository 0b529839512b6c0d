/**
 * Shortens the text of a program, because a Pod carries it: drops comments, blank lines and indentation.
 *
 * It works on whole lines and does not parse the language, so a program must not contain heredocs, template literals of several
 * lines, or strings with a line that looks like a comment.
 */

/** Shortens a shell or awk program, whose comments start with `#`. */
export const compact = (program: string): string =>
  program
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n');
