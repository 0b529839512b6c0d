/**
 * What runs first in every step's container: waits for its turn, runs the step's command, hands over.
 *
 * All containers of a pod start at once, and Kubernetes offers no order among them, so the order is kept here, in POSIX
 * sh that dash, busybox ash and bash read alike. One FIFO per step in the shared volume turns waiting into an event:
 * nothing polls unless an image lacks `mkfifo`.
 *
 *     step i                                      step i+1
 *     ──────                                      ────────
 *                                                 make turn.i+1, open it read-write, check in (file in.i+1)
 *     step 0 waits for every check-in, then runs
 *     "start" into turn.i+1, kept open  ───────▶  reopen read-only: from now on end-of-file means that i was killed
 *     file ok.i or failed.i, then "end" ───────▶  look at the files: run, or skip with exit code 1
 *
 * The files are the truth and the FIFO is only the bell, so a bell rung too early or twice does no harm. Step 0 waits
 * for the others to check in, so a container that cannot start (no /bin/sh) is noticed before anything has run.
 */

import { EXACT_ENVIRONMENT, SHELL_CONTROLS, USUAL_ENVIRONMENT } from './exact-environment.js';
import { compact, literally, pieces } from './shell-text.js';

/** Where the steps of a pod keep their FIFOs and files; an emptyDir that every step mounts. */
export const TOOLS_DIR = '/tekton/tools';

/** Where the scripts of script steps are written. */
export const SCRIPTS_DIR = '/tekton/scripts';

/** Where steps write the results of their Task, a file each; an emptyDir that every step mounts when there are any. */
export const RESULTS_DIR = '/tekton/results';

/** A file that is empty until all sidecars are ready (the pod's annotation `tekton.dev/ready`, through a volume). */
export const READY_FILE = '/tekton/downward/ready';

/** Where the entrypoint finds the programs it uses itself, whatever PATH the step has. The last ones are where Nix and busybox images keep them. */
const TOOL_DIRS =
  '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:' +
  '/busybox:/nix/var/nix/profiles/default/bin:/root/.nix-profile/bin:/run/current-system/sw/bin';

/** Where the text has the function that runs the command: there are two of it. */
const PW_EXEC = 'PW_EXEC';

/**
 * The script. Its variables and functions begin with `pw_`, because a shell exports again what was in its environment. It changes no other
 * variable before the command runs but those that shells add themselves.
 */
const TEXT = compact(`
  { set +aefuvxC; unset -f [ echo kill printf read wait; unset ${SHELL_CONTROLS.join(' ')}; } 2>/dev/null
  pw_t=/tekton/tools pw_i=0 pw_n=1 pw_ready= pw_script= pw_creds= pw_results= pw_kept=/tekton/results
  pw_told=/dev/termination-log pw_dirs=${TOOL_DIRS}
  while [ "$1" != -- ]; do
    case $1 in
      -t) pw_t=$2 ;;
      -i) pw_i=$2 ;;
      -n) pw_n=$2 ;;
      -r) pw_ready=$2 ;;
      -f) pw_script=$2; : >"$pw_script" || exit 1 ;;
      -p) printf %s "$2" >>"$pw_script" || exit 1 ;;
      -c) pw_creds=$2 ;;
      -R) pw_results="$pw_results $2" ;;
      -d) pw_kept=$2 ;;
      -m) pw_told=$2 ;;
      -P) pw_dirs=$2 ;;
      *) exit 2 ;;
    esac
    shift 2
  done
  shift
  pw_dirs=$pw_dirs:$pw_t/bin pw_prev=$((pw_i - 1)) pw_next=$((pw_i + 1)) pw_child=

  pw_clean() { PATH=$pw_dirs; unset LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT; }
  # A program of the entrypoint's own: what the step has set for its programs is not meant for it.
  pw_tool() { PATH=$pw_dirs LD_PRELOAD= LD_LIBRARY_PATH= LD_AUDIT= "$@"; }
  pw_say() { printf '%s\\n' "$*" >&2; }
  # In Tekton's words, exit code and form: people and tools know them.
  pw_quit() { pw_say "$(pw_tool date '+%Y/%m/%d %H:%M:%S ' 2>/dev/null)$1"; pw_finish 1; }
  # Where nothing can wait, the step ends: to look again at once would fill the log and a processor.
  pw_nap() {
    pw_tool sleep 0.05 2>/dev/null || pw_tool sleep 1 2>/dev/null ||
      pw_quit "pipewright: this image has neither mkfifo nor sleep in $pw_dirs, so the step cannot wait for its turn"
  }
  pw_ring() { if [ -p "$pw_t/turn.$1" ]; then echo "$2" 1<>"$pw_t/turn.$1"; fi; }
  pw_finish() {
    if [ "$pw_next" -lt "$pw_n" ]; then
      if [ "$1" -eq 0 ]; then : >"$pw_t/ok.$pw_i"; else : >"$pw_t/failed.$pw_i"; fi
      pw_ring "$pw_next" end
    fi
    exit "$1"
  }
  # A step that is told to stop tells its command, be it ever so new; one that still waits goes at once.
  pw_stop() {
    pw_child=\${pw_child:-$!}
    if [ -n "$pw_child" ]; then kill -"$1" "$pw_child" 2>/dev/null; else pw_finish $((128 + $2)); fi
  }
  trap 'pw_stop TERM 15' TERM
  trap 'pw_stop INT 2' INT
  trap 'pw_stop HUP 1' HUP

  if [ "$pw_n" -gt 1 ] && pw_tool mkfifo -m 666 "$pw_t/turn.$pw_i" 2>/dev/null; then exec 9<>"$pw_t/turn.$pw_i"; fi
  # Waits for the bell. Fails at end-of-file: the step before was killed and could not ring.
  pw_await() {
    if [ ! -p "$pw_t/turn.$pw_i" ]; then pw_nap; return 0; fi
    read -r pw_word <&9 || return 1
    if [ "$pw_word" = start ]; then exec 8<"$pw_t/turn.$pw_i"; exec 9<&8 8<&-; fi
  }
  pw_arrived() {
    pw_k=1
    while [ "$pw_k" -lt "$pw_n" ]; do [ -e "$pw_t/in.$pw_k" ] || return 1; pw_k=$((pw_k + 1)); done
  }
  # Everything is read before the wait, so that nothing but the command lies between two steps.
  pw_nl='
'
  # What a file holds, to the byte: "$(cat file)" would drop the line ends behind it.
  # A shell reads a line whole, and byte by byte: where the image has head, no more than is needed is read.
  pw_content() {
    if pw_text=$(pw_tool head -c 4097 "$1" 2>/dev/null && echo .); then pw_text=\${pw_text%.}; return 0; fi
    pw_text=
    while IFS= read -r pw_line; do
      pw_text=$pw_text$pw_line$pw_nl
      [ "\${#pw_text}" -le 4096 ] || return 0
    done <"$1"
    pw_text=$pw_text$pw_line
  }
  # Appends a JSON string to $pw_message.
  pw_quote() {
    pw_rest=$1
    while :; do
      pw_plain=\${pw_rest%%[\\\\\\"[:cntrl:]]*}
      pw_message=$pw_message$pw_plain pw_rest=\${pw_rest#"$pw_plain"}
      case $pw_rest in
        '') return ;;
        "$pw_nl"*) pw_message=$pw_message'\\n' ;;
        '"'*) pw_message=$pw_message'\\"' ;;
        \\\\*) pw_message=$pw_message'\\\\' ;;
        *) pw_message=$pw_message$(printf '\\\\u%04x' "'$pw_rest" 2>/dev/null) ;;
      esac
      pw_rest=\${pw_rest#?}
    done
  }
  pw_publish() {
    LC_ALL=C pw_message=[ pw_comma=
    for pw_name in $pw_results; do
      [ -f "$pw_kept/$pw_name" ] || continue
      pw_content "$pw_kept/$pw_name" || { pw_say "pipewright: the result $pw_name cannot be read"; return 1; }
      # Too long a value is refused before it is quoted: patterns of a shell take time by its length squared.
      if [ "\${#pw_text}" -lt 4096 ]; then
        pw_message=$pw_message$pw_comma'{"key":"'$pw_name'","value":"'
        pw_quote "$pw_text"
        pw_message=$pw_message'","type":"TaskRunResult"}' pw_comma=,
      fi
      if [ "\${#pw_text}" -ge 4096 ] || [ "\${#pw_message}" -ge 4096 ]; then
        pw_say "pipewright: the results of a task must fit into 4096 bytes together; with $pw_name they do not. Hand over large values as files"
        return 1
      fi
    done
    printf %s "$pw_message]" >"$pw_told" || { pw_say "pipewright: the results could not be written to $pw_told"; return 1; }
  }
  pw_interpret() {
    IFS= read -r pw_line <"$pw_script" || :
    set -f
    case $pw_line in '#!'*) set -- \${pw_line#??} ;; *) set -- /bin/sh ;; esac
    [ -x "$1" ] || { pw_say "pipewright: this image has no $1, which the script's first line asks for"; pw_finish 1; }
  }
  # Looks for a program in a list of directories, as the kernel's callers do.
  pw_find() {
    pw_rest=$2:
    while [ -n "$pw_rest" ]; do
      pw_found=\${pw_rest%%:*} pw_rest=\${pw_rest#*:}
      pw_found=\${pw_found:-.}/$1
      if [ -x "$pw_found" ] && [ ! -d "$pw_found" ]; then return 0; fi
    done
    return 1
  }
  # What keeps a command from being run, if anything does.
  pw_look() {
    pw_fault=
    case $1 in
      */*)
        if [ ! -e "$1" ]; then pw_fault="fork/exec $1: no such file or directory"
        elif [ -d "$1" ] || [ ! -x "$1" ]; then pw_fault="fork/exec $1: permission denied"; fi ;;
      *) pw_find "$1" "$PATH" || pw_fault="exec: \\"$1\\": executable file not found in \\$PATH" ;;
    esac
  }
  ${PW_EXEC}

  if [ "$pw_i" -eq 0 ]; then
    until pw_arrived; do pw_await; done
    if [ -n "$pw_ready" ]; then until [ -s "$pw_ready" ]; do pw_nap; done; fi
  else
    : >"$pw_t/in.$pw_i" || exit 1
    pw_ring 0 in
    until [ -e "$pw_t/ok.$pw_prev" ]; do
      if [ -e "$pw_t/failed.$pw_prev" ] || { ! pw_await && [ ! -e "$pw_t/ok.$pw_prev" ]; }; then
        pw_quit "Skipping step because a previous step failed"
      fi
    done
  fi

  if [ -n "$pw_creds" ]; then
    (pw_clean; eval "$pw_creds") || { pw_say "pipewright: the credentials could not be written to $HOME"; pw_finish 1; }
  fi
  if [ -n "$pw_script" ]; then
    pw_interpret
    if pw_tool chmod 755 "$pw_script" 2>/dev/null; then set -- "$pw_script" "$@"; else set -f; set -- \${pw_line#'#!'} "$pw_script" "$@"; set +f; fi
  fi
  pw_look "$1"
  if [ -n "$pw_fault" ]; then pw_quit "Error executing command: $pw_fault"; fi

  if [ "$pw_next" -lt "$pw_n" ] && [ -p "$pw_t/turn.$pw_next" ]; then exec 7<>"$pw_t/turn.$pw_next"; echo start >&7; fi
  # A shell gives a command in the background no standard input, and ignores interrupts for it.
  exec 6<&0
  (trap - INT QUIT; exec <&6 6<&- 7>&- 9<&-; pw_exec "$@") &
  pw_child=$!
  # A shell that waits says on its standard error when a child was killed, as if the step had said it.
  { wait "$pw_child"; } 2>/dev/null
  pw_code=$?
  while kill -0 "$pw_child" 2>/dev/null; do { wait "$pw_child"; } 2>/dev/null; pw_code=$?; done
  if [ "$pw_code" -eq 0 ] && [ -n "$pw_results" ]; then pw_publish || pw_code=1; fi
  pw_finish "$pw_code"
`);

/** Most steps' script, and that of steps with variables that no shell hands on as they are. */
const SCRIPT = {
  usual: TEXT.replace(PW_EXEC, () => compact(USUAL_ENVIRONMENT)),
  exact: TEXT.replace(PW_EXEC, () => compact(EXACT_ENVIRONMENT)),
} as const;

/** One step's turn, as its container is told about it. */
export interface StepTurn {
  /** Position among all steps of the pod, own and user's, from 0. */
  readonly index: number;
  /** How many steps the pod has. */
  readonly count: number;
  /** Wait for the pod's sidecars before the command. Only step 0 does. */
  readonly awaitSidecars?: boolean;
  /** Shell text that writes HOME's credential files before the command runs. At most step 0 and one more have it. */
  readonly credentials?: string;
  /** A script to place in a file and run, in place of a command. */
  readonly script?: { readonly file: string; readonly text: string };
  /** Results to report when the command has ended well. Only the Task's last step does: all of its steps may have written them. */
  readonly results?: {
    readonly names: readonly string[];
    /** Where the container's termination message is written. By default /dev/termination-log. */
    readonly message?: string;
    /** Another directory than {@link RESULTS_DIR}; for tests that run the text outside a pod. */
    readonly directory?: string;
  };
  /** The step has variables that shells lose or change: restore its environment byte for byte. By default false. */
  readonly exactEnvironment?: boolean;
  /** Another directory than {@link TOOLS_DIR}; for tests that run the text outside a pod. */
  readonly toolsDir?: string;
  /** Other directories than {@link TOOL_DIRS}, as PATH has them; for tests of images that lack programs. */
  readonly toolDirs?: string;
  /** Another file than {@link READY_FILE}; for tests likewise. */
  readonly readyFile?: string;
}

/**
 * `command` and the first part of `args` of a step's container; the user's command and arguments are to follow.
 *
 * They stay in `args`, where Kubernetes goes on expanding `$(NAME)` in them.
 *
 * @param shell the program that reads the text: `/bin/sh`, or `[tools/bin/busybox, sh]` where the image has none
 */
export function entrypoint(
  turn: StepTurn,
  shell: readonly string[] = ['/bin/sh'],
): { readonly command: readonly string[]; readonly args: readonly string[] } {
  const options = [
    ...(turn.toolsDir === undefined ? [] : ['-t', turn.toolsDir]),
    ...(turn.toolDirs === undefined ? [] : ['-P', turn.toolDirs]),
    ...['-i', String(turn.index), '-n', String(turn.count)],
    ...(turn.awaitSidecars ? ['-r', turn.readyFile ?? READY_FILE] : []),
    ...(turn.credentials === undefined ? [] : ['-c', literally(turn.credentials)]),
    ...(turn.results === undefined ? [] : resultOptions(turn.results)),
    ...(turn.script === undefined ? [] : scriptOptions(turn.script)),
  ];
  const script = turn.exactEnvironment === true ? SCRIPT.exact : SCRIPT.usual;
  return { command: [...shell, '-c', script, 'pipewright'], args: [...options, '--'] };
}

const resultOptions = ({ names, message, directory }: NonNullable<StepTurn['results']>): readonly string[] => [
  ...names.flatMap((name) => ['-R', name]),
  ...(message === undefined ? [] : ['-m', message]),
  ...(directory === undefined ? [] : ['-d', directory]),
];

/** What the entrypoint is told of its step, for runtimes that run nothing. */
export interface DecodedTurn {
  /** Its place among the steps, from 0, and how many there are. */
  readonly index: number;
  readonly count: number;
  /** The results that it reports: those of the whole task, for the last step. */
  readonly results: readonly string[];
  /** What follows: the user's own command. */
  readonly own: readonly string[];
}

/** @param argv what a container is started with; undefined when it is no step that takes turns */
export function decodeTurn(argv: readonly string[]): DecodedTurn | undefined {
  const start = argv.indexOf('pipewright');
  if (start < 0 || argv[start - 2] !== '-c') return undefined;
  const end = argv.indexOf('--', start);
  const options = argv.slice(start, end);
  const all = (option: string): readonly string[] => options.filter((_, index) => options[index - 1] === option);
  const [index = '0', count = '1'] = [all('-i')[0], all('-n')[0]];
  return { index: Number(index), count: Number(count), results: all('-R'), own: argv.slice(end + 1) };
}

/**
 * The termination message of a step that reports its results, for runtimes that run nothing.
 *
 * @param argv what a container is started with; undefined when it is no step, or none that reports results
 * @param value what a result reads as; undefined when it is not written
 */
export function resultsReport(
  argv: readonly string[],
  value: (result: string) => string | undefined,
): string | undefined {
  const { results = [] } = decodeTurn(argv) ?? {};
  if (results.length === 0) return undefined;
  const written = results.flatMap((key) => {
    const text = value(key);
    return text === undefined ? [] : [{ key, value: text, type: 'TaskRunResult' }];
  });
  return JSON.stringify(written);
}

const scriptOptions = ({ file, text }: { readonly file: string; readonly text: string }): readonly string[] => [
  '-f',
  file,
  ...pieces(text).flatMap((piece) => ['-p', literally(piece)]),
];
