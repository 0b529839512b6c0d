/**
 * What a page of Markdown tells its reader to do, in order: commands to type, what they print, files to write.
 *
 * Commands and what they print are indented by four spaces. A block between fences is a file when the paragraph before it begins
 * with the file's name.
 */

/** One thing that a reader does or sees. */
export type Instruction =
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly text: string };

const COMMAND = /^(npx|npm|node|git|cd|mkdir|kubectl|export|[A-Z_0-9]+=\S+) /;

/** The instructions of a page. Comments behind commands are left out. */
export function instructionsIn(markdown: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let paragraph = '';
  let fence: string[] | undefined;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) {
      const [, name] = /^`([\w.-]+\.\w+)`/.exec(paragraph) ?? [];
      if (fence && name !== undefined) found.push({ kind: 'file', name, text: `${fence.join('\n')}\n` });
      fence = fence ? undefined : [];
    } else if (fence) {
      fence.push(line);
    } else if (/^ {4}\S/.test(line)) {
      const text = line.trim();
      found.push(
        COMMAND.test(text) ? { kind: 'command', text: text.replace(/\s{2,}#.*$/, '') } : { kind: 'output', text },
      );
    } else if (line.trim() !== '') {
      paragraph = line;
    }
  }
  return found;
}
