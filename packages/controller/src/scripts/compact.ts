/**
 * Shortens the text of a program, because a Pod carries it: drops comments, blank lines and indentation.
 *
 * It works on whole lines and does not parse the language, so a program must not contain heredocs, template literals of several
 * lines, or strings with a line that looks like a comment.
 */

/** Shortens a shell or awk program, whose comments start with `#`. */
export const compact = (program: string): string => trimmedLines(program, (line) => line.startsWith('#'));

/** Shortens a JavaScript module, whose comments are lines of their own. */
export function compactModule(program: string): string {
  let isInBlock = false;
  return trimmedLines(program, (line) => {
    const isComment = isInBlock || line.startsWith('/*') || line.startsWith('//');
    isInBlock = isInBlock ? !line.endsWith('*/') : line.startsWith('/*') && !line.endsWith('*/');
    return isComment;
  });
}

const trimmedLines = (program: string, isComment: (line: string) => boolean): string =>
  program
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isComment(line))
    .join('\n');
