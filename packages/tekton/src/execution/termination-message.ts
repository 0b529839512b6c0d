/**
 * The termination messages of steps: a JSON array of entries, in Tekton's format, by which a pod hands over what its steps report.
 *
 * Separate from the statuses because the entrypoint writes it, the controller derives the state of steps from it, and statuses repeat it.
 */

/** Tekton's types of entries, as tekton.dev/v1 writes them. */
export const ENTRY_TYPES = { taskResult: 1, internal: 3, stepResult: 4 } as const;

/** One entry; its fields are not checked. */
export type TerminationEntry = Readonly<Record<string, unknown>>;

/** Returns the entries of a message; undefined if it is in another format. */
export function parseTerminationMessage(message: string | undefined): readonly TerminationEntry[] | undefined {
  const text = message?.trim() ?? '';
  if (!text.startsWith('[')) return undefined;
  try {
    const entries: unknown = JSON.parse(text);
    return Array.isArray(entries) ? entries.filter(isEntry) : undefined;
  } catch {
    return undefined;
  }
}

const isEntry = (entry: unknown): entry is TerminationEntry => typeof entry === 'object' && entry !== null;

/** Returns the text of a field; empty if it is not a text. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What the entrypoint reports about a step itself. */
export interface StepReport {
  /** Why it ended, in Tekton's terms. */
  readonly terminationReason?: string;
  /** The exit code of the command if the container has another one, because the failure is ignored. */
  readonly exitCode?: number;
}

/** Reads what the entrypoint reports about a step. */
export function stepReport(entries: readonly TerminationEntry[]): StepReport {
  const internal = (wanted: string): string =>
    textOf(entries.find(({ key, type }) => type === ENTRY_TYPES.internal && key === wanted)?.['value']);
  const [reason, code] = [internal('Reason'), internal('ExitCode')];
  return {
    ...(reason !== '' && { terminationReason: reason }),
    ...(/^\d+$/.test(code) && { exitCode: Number(code) }),
  };
}
