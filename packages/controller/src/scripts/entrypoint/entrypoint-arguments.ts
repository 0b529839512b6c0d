/**
 * The arguments of entrypoint.sh: the pod builder encodes them, and runtimes that run no programs decode them.
 *
 * Every option has one value. The user's command follows `--`; it stays in `args`, where Kubernetes still expands `$(NAME)` in it.
 */

import { literally, pieces } from '../shell-text.js';

/** What entrypoint.sh knows about its step. */
export interface StepTurn {
  /** The position among all steps of the pod, the user's and the controller's, from 0. */
  readonly index: number;
  /** The number of steps in the pod. */
  readonly count: number;
  /** A file to wait for until it is not empty, which means that the pod's sidecars are ready. Only step 0 waits. */
  readonly readyFile?: string;
  /** Shell text that writes HOME's credential files before the command runs. At most step 0 and one more have it. */
  readonly credentials?: string;
  /** A script to write to a file and run, in place of a command. */
  readonly script?: { readonly file: string; readonly text: string };
  /** Results to report when the command succeeds. Only the Task's last step does: all of its steps may have written them. */
  readonly results?: {
    readonly names: readonly string[];
    /** The file for the container's termination message. By default /dev/termination-log. */
    readonly message?: string;
    /** A directory to use instead of /tekton/results, for tests that run the program outside a pod. */
    readonly directory?: string;
  };
  /** What steps of tekton.dev/v1 have in addition. */
  readonly protocol?: StepProtocol;
  /** A directory to use instead of /tekton/tools, for tests that run the program outside a pod. */
  readonly toolsDir?: string;
  /** Directories, as in PATH, to search for the entrypoint's own programs, for tests of images that lack programs. */
  readonly toolDirs?: string;
}

/** What steps of tekton.dev/v1 have in addition. */
export interface StepProtocol {
  /** Name of the container. */
  readonly step: string;
  /** The file for the container's termination message. */
  readonly message: string;
  /** Whether a failure of the command is ignored. */
  readonly ignoresFailure?: boolean;
  /** How long the command may take, as an argument of `sleep`. */
  readonly timeout?: string;
  /** Names of results that the step itself writes. */
  readonly stepResults?: readonly string[];
  /** Files that receive copies of the command's output. */
  readonly stdout?: string;
  readonly stderr?: string;
  /** Variables for results of other steps. */
  readonly variables?: readonly StepVariable[];
  /** Names of environment variables with such variables in their values. */
  readonly env?: readonly string[];
  /** Expressions that must all hold, else the step is skipped. */
  readonly when?: readonly StepCondition[];
}

/** A variable for a result of another step. */
export interface StepVariable {
  /** The text between `$(` and `)`. */
  readonly name: string;
  /** The file of the result. */
  readonly file: string;
  /** The part of its JSON text: `[INDEX]`, `.KEY`, or `[*]` for all elements. Empty: the whole text. */
  readonly part: string;
}

/** A comparison; its texts may contain variables. */
export interface StepCondition {
  readonly input: string;
  readonly operator: 'in' | 'notin';
  readonly values: readonly string[];
}

/** The option of entrypoint.sh for each value. */
export const OPTIONS = {
  index: '-i',
  count: '-n',
  toolsDir: '-t',
  toolDirs: '-P',
  readyFile: '-r',
  credentials: '-c',
  result: '-R',
  message: '-m',
  resultsDir: '-d',
  scriptFile: '-f',
  scriptPiece: '-p',
  step: '-N',
  ignoresFailure: '-e',
  timeout: '-T',
  stepResult: '-S',
  stdout: '-O',
  stderr: '-W',
  variable: '-V',
  variableFile: '-F',
  variablePart: '-K',
  variableEnv: '-E',
  whenOperator: '-w',
  whenInput: '-x',
  whenValue: '-y',
} as const;

type Option = keyof typeof OPTIONS;

/** Encodes a turn as the first part of a container's `args`, up to and including the `--` before the user's command. */
export function encodeTurn(turn: StepTurn): readonly string[] {
  const { index, count, readyFile, credentials, script, results, toolsDir, toolDirs, protocol } = turn;
  return [
    ...option('toolsDir', toolsDir),
    ...option('toolDirs', toolDirs),
    ...option('index', String(index)),
    ...option('count', String(count)),
    ...option('readyFile', readyFile),
    ...option('credentials', credentials),
    ...option('result', ...(results?.names ?? [])),
    ...option('message', results?.message),
    ...option('resultsDir', results?.directory),
    ...option('scriptFile', script?.file),
    ...option('scriptPiece', ...pieces(script?.text ?? '')),
    ...(protocol ? encodeProtocol(protocol) : []),
    '--',
  ];
}

const option = (name: Option, ...values: readonly (string | undefined)[]): readonly string[] =>
  values.flatMap((value) => (value === undefined ? [] : [OPTIONS[name], literally(value)]));

const encodeProtocol = (protocol: StepProtocol): readonly string[] => [
  ...option('step', protocol.step),
  ...option('message', protocol.message),
  ...option('ignoresFailure', protocol.ignoresFailure === true ? '1' : undefined),
  ...option('timeout', protocol.timeout),
  ...option('stepResult', ...(protocol.stepResults ?? [])),
  ...option('stdout', protocol.stdout),
  ...option('stderr', protocol.stderr),
  ...(protocol.variables ?? []).flatMap(({ name, file, part }) => [
    ...option('variable', name),
    ...option('variableFile', file),
    ...option('variablePart', part),
  ]),
  ...option('variableEnv', ...(protocol.env ?? [])),
  ...(protocol.when ?? []).flatMap(({ input, operator, values }) => [
    ...option('whenOperator', operator),
    ...option('whenInput', input),
    ...option('whenValue', ...values),
  ]),
];

/** A step's turn, and the user's command that follows it. */
export interface DecodedTurn extends StepTurn {
  readonly own: readonly string[];
}

/**
 * Decodes the command line of a step's container, as Kubernetes expands it; undefined if entrypoint.sh does not run in it.
 *
 * @param argv the shell (one word or two), `-c`, the program, `pipewright`, the encoded turn, the user's command
 */
export function decodeTurn(argv: readonly string[]): DecodedTurn | undefined {
  const start = argv.indexOf('-c') + 3;
  if (start < 4 || start > 5 || argv[start - 1] !== 'pipewright') return undefined;
  const given: [option: string, value: string][] = [];
  let end = start;
  for (; end < argv.length && argv[end] !== '--'; end += 2) given.push([argv[end] ?? '', argv[end + 1] ?? '']);
  const all = (name: Option): readonly string[] =>
    given.flatMap(([option, value]) => (option === OPTIONS[name] ? [value] : []));
  const [index = '0', count = '1'] = [...all('index'), ...all('count')];
  const one = <K extends string>(name: Option, key: K): { readonly [P in K]?: string } => {
    const [value] = all(name);
    return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: string }); // a computed key has no type of its own
  };
  const [file] = all('scriptFile');
  const names = all('result');
  const isOfProtocol = all('step').length > 0;
  return {
    index: Number(index),
    count: Number(count),
    ...one('toolsDir', 'toolsDir'),
    ...one('toolDirs', 'toolDirs'),
    ...one('readyFile', 'readyFile'),
    ...one('credentials', 'credentials'),
    ...(names.length > 0 && {
      results: { names, ...(isOfProtocol ? {} : one('message', 'message')), ...one('resultsDir', 'directory') },
    }),
    ...(file !== undefined && { script: { file, text: all('scriptPiece').join('') } }),
    ...(isOfProtocol && { protocol: decodeProtocol(given) }),
    own: argv.slice(end + 1),
  };
}

function decodeProtocol(given: readonly (readonly [option: string, value: string])[]): StepProtocol {
  const all = (name: Option): readonly string[] =>
    given.flatMap(([option, value]) => (option === OPTIONS[name] ? [value] : []));
  const [step = ''] = all('step');
  const [message = ''] = all('message');
  const [timeout] = all('timeout');
  const [stdout] = all('stdout');
  const [stderr] = all('stderr');
  const [files, parts] = [all('variableFile'), all('variablePart')];
  const variables = all('variable').map((name, index) => ({
    name,
    file: files[index] ?? '',
    part: parts[index] ?? '',
  }));
  const when = decodeWhen(given);
  return {
    step,
    message,
    ...(all('ignoresFailure').length > 0 && { ignoresFailure: true }),
    ...(timeout !== undefined && { timeout }),
    ...(all('stepResult').length > 0 && { stepResults: all('stepResult') }),
    ...(stdout !== undefined && { stdout }),
    ...(stderr !== undefined && { stderr }),
    ...(variables.length > 0 && { variables }),
    ...(all('variableEnv').length > 0 && { env: all('variableEnv') }),
    ...(when.length > 0 && { when }),
  };
}

/** The input and values of an expression follow its operator. */
function decodeWhen(given: readonly (readonly [option: string, value: string])[]): readonly StepCondition[] {
  return given.reduce<readonly StepCondition[]>((before, [option, value]) => {
    if (option === OPTIONS.whenOperator)
      return [...before, { input: '', operator: value === 'notin' ? 'notin' : 'in', values: [] }];
    const last = before.at(-1);
    if (!last) return before;
    if (option === OPTIONS.whenInput) return [...before.slice(0, -1), { ...last, input: value }];
    return option === OPTIONS.whenValue
      ? [...before.slice(0, -1), { ...last, values: [...last.values, value] }]
      : before;
  }, []);
}

/**
 * Returns the termination message of a step that reports its results, for runtimes that run no programs.
 *
 * @param argv the container's command line; undefined is returned if it is not a step that reports results
 * @param value the content of a result; undefined if the step does not write it
 */
export function resultsReport(
  argv: readonly string[],
  value: (result: string) => string | undefined,
): string | undefined {
  const { results, protocol } = decodeTurn(argv) ?? {};
  if (results === undefined && protocol?.stepResults === undefined) return undefined;
  const entries = (names: readonly string[], type: string | number): readonly object[] =>
    names.flatMap((key) => {
      const text = value(key);
      return text === undefined ? [] : [{ key, value: text, type }];
    });
  return JSON.stringify([
    ...entries(results?.names ?? [], protocol ? 1 : 'TaskRunResult'),
    ...entries(protocol?.stepResults ?? [], 4),
  ]);
}
