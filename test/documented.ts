/**
 * The instructions of a Markdown page, in order: commands, their output, files to write.
 *
 * Commands and their output are indented by four spaces. A fenced block is a file if the paragraph before it begins
 * with the file's name.
 */

/** One instruction or output. */
export type Instruction =
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly text: string };

const COMMAND = /^(npx|npm|node|git|cd|mkdir|kubectl|export|[A-Z_0-9]+=\S+) /;

/** Returns the instructions of a page, without comments after commands. */
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
