/**
 * Shortens the text of a program, because a Pod carries it: drops comments, blank lines and indentation.
 *
 * It works on whole lines and does not parse the language, so a program must not contain heredocs, template literals of several
 * lines, or strings with a line that looks like a comment.
 */

/** Shortens a shell or awk program, whose comments start with `#`. */
export const compact = (program: string): string => shortened(program, (line) => (line.startsWith('#') ? '' : line));

/** Shortens a JavaScript module. Keeps comments that follow code on the same line. */
export function compactModule(program: string): string {
  let isInBlock = false;
  const withoutLeadingComments = (line: string): string => {
    let rest = line;
    for (;;) {
      const end = rest.indexOf('*/');
      if (isInBlock && end < 0) return '';
      if (isInBlock) rest = rest.slice(end + '*/'.length).trimStart();
      else if (rest.startsWith('/*')) rest = rest.slice('/*'.length);
      else return rest.startsWith('//') ? '' : rest;
      isInBlock = !isInBlock;
    }
  };
  return shortened(program, withoutLeadingComments);
}

const shortened = (program: string, withoutComments: (line: string) => string): string =>
  program
    .split('\n')
    .map((line) => withoutComments(line.trim()))
    .filter((line) => line !== '')
    .join('\n');
