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

import { compact, literally, pieces } from './shell-text.js';

/** Where the steps of a pod keep their FIFOs and files; an emptyDir that every step mounts. */
export const TOOLS_DIR = '/tekton/tools';

/** Where the scripts of script steps are written. */
export const SCRIPTS_DIR = '/tekton/scripts';

/** Where steps write the results of their Task, a file each; an emptyDir that every step mounts when there are any. */
export const RESULTS_DIR = '/tekton/results';

/** A file that is empty until all sidecars are ready (the pod's annotation `tekton.dev/ready`, through a volume). */
export const READY_FILE = '/tekton/downward/ready';

const SCRIPT = compact(`
  t=/tekton/tools i=0 n=1 ready= script= creds= results= kept=/tekton/results told=/dev/termination-log path=$PATH
  PATH=$PATH:$t/bin
  while getopts t:i:n:r:f:p:c:R:d:m: o; do
    case $o in
      t) t=$OPTARG; PATH=$path:$t/bin ;;
      i) i=$OPTARG ;;
      n) n=$OPTARG ;;
      r) ready=$OPTARG ;;
      f) script=$OPTARG; : >"$script" || exit 1 ;;
      p) printf %s "$OPTARG" >>"$script" || exit 1 ;;
      c) creds=$OPTARG ;;
      R) results="$results $OPTARG" ;;
      d) kept=$OPTARG ;;
      m) told=$OPTARG ;;
      *) exit 2 ;;
    esac
  done
  shift $((OPTIND - 1))
  prev=$((i - 1)) next=$((i + 1)) child=

  say() { printf '%s\\n' "$*" >&2; }
  # In Tekton's words, exit code and form: people and tools know them.
  quit() { say "$(date '+%Y/%m/%d %H:%M:%S ' 2>/dev/null)$1"; finish 1; }
  nap() { sleep 0.05 2>/dev/null || sleep 1; }
  ring() { if [ -p "$t/turn.$1" ]; then echo "$2" 1<>"$t/turn.$1"; fi; }
  finish() {
    if [ "$next" -lt "$n" ]; then
      if [ "$1" -eq 0 ]; then : >"$t/ok.$i"; else : >"$t/failed.$i"; fi
      ring "$next" end
    fi
    exit "$1"
  }
  # A step that is told to stop tells its command, be it ever so new; one that still waits goes at once.
  stop() { child=\${child:-$!}; if [ -n "$child" ]; then kill -"$1" "$child" 2>/dev/null; else finish $((128 + $2)); fi; }
  trap 'stop TERM 15' TERM
  trap 'stop INT 2' INT
  trap 'stop HUP 1' HUP

  if [ "$n" -gt 1 ] && mkfifo -m 666 "$t/turn.$i" 2>/dev/null; then exec 9<>"$t/turn.$i"; fi
  # Waits for the bell. Fails at end-of-file: the step before was killed and could not ring.
  await() {
    if [ ! -p "$t/turn.$i" ]; then nap; return 0; fi
    read -r word <&9 || return 1
    if [ "$word" = start ]; then exec 8<"$t/turn.$i"; exec 9<&8 8<&-; fi
  }
  arrived() {
    k=1
    while [ "$k" -lt "$n" ]; do [ -e "$t/in.$k" ] || return 1; k=$((k + 1)); done
  }
  # Everything is read before the wait, so that nothing but the command lies between two steps.
  nl='
'
  # What a file holds, to the byte: "$(cat file)" would drop the line ends behind it.
  # A shell reads a line whole, and byte by byte: where the image has head, no more than is needed is read.
  content() {
    if text=$(head -c 4097 "$1" 2>/dev/null && echo .); then text=\${text%.}; return 0; fi
    text=
    while IFS= read -r line; do
      text=$text$line$nl
      [ "\${#text}" -le 4096 ] || return 0
    done <"$1"
    text=$text$line
  }
  # Appends a JSON string to $message.
  quote() {
    rest=$1
    while :; do
      plain=\${rest%%[\\\\\\"[:cntrl:]]*}
      message=$message$plain rest=\${rest#"$plain"}
      case $rest in
        '') return ;;
        "$nl"*) message=$message'\\n' ;;
        '"'*) message=$message'\\"' ;;
        \\\\*) message=$message'\\\\' ;;
        *) message=$message$(printf '\\\\u%04x' "'$rest" 2>/dev/null) ;;
      esac
      rest=\${rest#?}
    done
  }
  publish() {
    LC_ALL=C message=[ comma=
    for name in $results; do
      [ -f "$kept/$name" ] || continue
      content "$kept/$name" || { say "pipewright: the result $name cannot be read"; return 1; }
      # Too long a value is refused before it is quoted: patterns of a shell take time by its length squared.
      if [ "\${#text}" -lt 4096 ]; then
        message=$message$comma'{"key":"'$name'","value":"'
        quote "$text"
        message=$message'","type":"TaskRunResult"}' comma=,
      fi
      if [ "\${#text}" -ge 4096 ] || [ "\${#message}" -ge 4096 ]; then
        say "pipewright: the results of a task must fit into 4096 bytes together; with $name they do not. Hand over large values as files"
        return 1
      fi
    done
    printf %s "$message]" >"$told" || { say "pipewright: the results could not be written to $told"; return 1; }
  }
  interpret() {
    IFS= read -r line <"$script" || :
    set -f
    case $line in '#!'*) set -- \${line#??} ;; *) set -- /bin/sh ;; esac
    [ -x "$1" ] || { say "pipewright: this image has no $1, which the script's first line asks for"; finish 1; }
  }
  # What keeps a command from being run, if anything does.
  look() {
    fault=
    case $1 in
      */*)
        if [ ! -e "$1" ]; then fault="fork/exec $1: no such file or directory"
        elif [ -d "$1" ] || [ ! -x "$1" ]; then fault="fork/exec $1: permission denied"; fi
        return ;;
    esac
    rest=$path:
    while [ -n "$rest" ]; do
      dir=\${rest%%:*} rest=\${rest#*:}
      if [ -x "\${dir:-.}/$1" ] && [ ! -d "\${dir:-.}/$1" ]; then return; fi
    done
    fault="exec: \\"$1\\": executable file not found in \\$PATH"
  }

  if [ "$i" -eq 0 ]; then
    until arrived; do await; done
    if [ -n "$ready" ]; then until [ -s "$ready" ]; do nap; done; fi
  else
    : >"$t/in.$i" || exit 1
    ring 0 in
    until [ -e "$t/ok.$prev" ]; do
      if [ -e "$t/failed.$prev" ] || { ! await && [ ! -e "$t/ok.$prev" ]; }; then
        quit "Skipping step because a previous step failed"
      fi
    done
  fi

  if [ -n "$creds" ]; then
    (eval "$creds") || { say "pipewright: the credentials could not be written to $HOME"; finish 1; }
  fi
  if [ -n "$script" ]; then
    interpret
    if chmod 755 "$script" 2>/dev/null; then set -- "$script" "$@"; else set -f; set -- \${line#'#!'} "$script" "$@"; set +f; fi
  fi
  look "$1"
  if [ -n "$fault" ]; then quit "Error executing command: $fault"; fi

  if [ "$next" -lt "$n" ] && [ -p "$t/turn.$next" ]; then exec 7<>"$t/turn.$next"; echo start >&7; fi
  PATH=$path
  exec "$@" <&0 7>&- 9<&- &
  child=$!
  # A shell that waits says on its standard error when a child was killed, as if the step had said it.
  { wait "$child"; } 2>/dev/null
  code=$?
  while kill -0 "$child" 2>/dev/null; do { wait "$child"; } 2>/dev/null; code=$?; done
  if [ "$code" -eq 0 ] && [ -n "$results" ]; then publish || code=1; fi
  finish "$code"
`);

/** One step's turn, as its container is told about it. */
export interface Turn {
  /** Position among all steps of the pod, own and user's, from 0. */
  readonly index: number;
  /** How many steps the pod has. */
  readonly count: number;
  /** Wait for the pod's sidecars before the command. Only step 0 does. */
  readonly awaitSidecars?: boolean;
  /** Shell text that writes HOME's credential files before the command runs. Only step 0 has it. */
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
  /** Another directory than {@link TOOLS_DIR}; for tests that run the text outside a pod. */
  readonly toolsDir?: string;
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
  turn: Turn,
  shell: readonly string[] = ['/bin/sh'],
): { readonly command: readonly string[]; readonly args: readonly string[] } {
  const options = [
    ...(turn.toolsDir === undefined ? [] : ['-t', turn.toolsDir]),
    ...['-i', String(turn.index), '-n', String(turn.count)],
    ...(turn.awaitSidecars ? ['-r', turn.readyFile ?? READY_FILE] : []),
    ...(turn.credentials === undefined ? [] : ['-c', literally(turn.credentials)]),
    ...(turn.results === undefined ? [] : resultOptions(turn.results)),
    ...(turn.script === undefined ? [] : scriptOptions(turn.script)),
  ];
  return { command: [...shell, '-c', SCRIPT, 'pipewright'], args: [...options, '--'] };
}

const resultOptions = ({ names, message, directory }: NonNullable<Turn['results']>): readonly string[] => [
  ...names.flatMap((name) => ['-R', name]),
  ...(message === undefined ? [] : ['-m', message]),
  ...(directory === undefined ? [] : ['-d', directory]),
];

/** What the entrypoint is told of its step, for runtimes that run nothing. */
export interface TurnTold {
  /** Its place among the steps, from 0, and how many there are. */
  readonly index: number;
  readonly count: number;
  /** The results that it reports: those of the whole task, for the last step. */
  readonly results: readonly string[];
  /** What follows: the user's own command. */
  readonly own: readonly string[];
}

/** @param argv what a container is started with; undefined when it is no step that takes turns */
export function turnOf(argv: readonly string[]): TurnTold | undefined {
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
export function reportOf(argv: readonly string[], value: (result: string) => string | undefined): string | undefined {
  const { results = [] } = turnOf(argv) ?? {};
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
