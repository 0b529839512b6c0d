#!/bin/sh
# Runs first in every step's container: waits until the previous step has finished, runs the command, signals the next step.
#
# All containers of a pod start at once and Kubernetes does not order them, so this program does, in POSIX sh that dash,
# busybox ash and bash read alike. One FIFO per step in the shared volume makes waiting an event; only an image without
# `mkfifo` polls.
#
#     step i                                      step i+1
#     ──────                                      ────────
#                                                 make turn.i+1, open it read-write, check in (file in.i+1)
#     step 0 waits for every check-in, then runs
#     "start" into turn.i+1, kept open  ───────▶  reopen read-only: from now on end-of-file means that i was killed
#     file ok.i or failed.i, then "end" ───────▶  look at the files: run, or skip with exit code 1
#
# The files hold the state and the FIFO only wakes the reader, so a line that comes early or twice is harmless. Step 0 waits
# for the others to check in, so a container that cannot start (no /bin/sh) is noticed before anything has run.
#
# entrypoint-arguments.ts defines the options. Variables and functions begin with `pw_`, because a shell exports again what
# was in its environment; no other variable changes before the command runs, except those that shells add themselves.
#
# shellcheck disable=SC1007 # several assignments in one line: an empty value is followed by a space
# shellcheck disable=SC2086 # the interpreter of a script (#!) is several words
# shellcheck disable=SC1003 # '\\' in a case pattern
# shellcheck disable=SC2317 # pw_stop runs in traps

# Variables that change the behaviour of bash: TMOUT ends each `read`.
{ set +aefuvxC; unset -f [ echo kill printf read wait; unset TMOUT FUNCNEST EXECIGNORE GLOBIGNORE; } 2>/dev/null
pw_t=/tekton/tools pw_i=0 pw_n=1 pw_ready= pw_script= pw_creds= pw_results= pw_results_dir=/tekton/results
pw_log=/dev/termination-log
# Where the entrypoint finds its own programs, with any PATH of the step; the last ones are those of Nix and busybox images.
pw_dirs=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/busybox:/nix/var/nix/profiles/default/bin:/root/.nix-profile/bin:/run/current-system/sw/bin
pw_clean() { PATH=$pw_dirs; unset LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT; }
# Runs a program that the entrypoint itself needs, without the step's PATH and preloaded libraries.
pw_tool() { PATH=$pw_dirs LD_PRELOAD= LD_LIBRARY_PATH= LD_AUDIT= "$@"; }
pw_say() { printf '%s\n' "$*" >&2; }
# Tekton's message format and exit code, which users and tools know.
pw_note() { pw_say "$(pw_tool date '+%Y/%m/%d %H:%M:%S ' 2>/dev/null)$1"; }
pw_quit() { pw_note "$1"; pw_finish 1; }
# Without mkfifo and sleep the step fails: a busy loop would fill the log and use a whole processor.
pw_pause() {
  pw_tool sleep 0.05 2>/dev/null || pw_tool sleep 1 2>/dev/null ||
    pw_quit "pipewright: this image has neither mkfifo nor sleep in $pw_dirs, so the step cannot wait for its turn"
}
pw_wake() { if [ -p "$pw_t/turn.$1" ]; then echo "$2" 1<>"$pw_t/turn.$1"; fi; }
pw_finish() {
  if [ "$pw_next" -lt "$pw_n" ]; then
    if [ "$1" -eq 0 ]; then : >"$pw_t/ok.$pw_i"; else : >"$pw_t/failed.$pw_i"; fi
    pw_wake "$pw_next" end
  fi
  exit "$1"
}
# Forwards a signal to the command, even one that has only just started; a step that still waits exits at once.
pw_stop() {
  pw_child=${pw_child:-$!}
  if [ -n "$pw_child" ]; then kill -"$1" "$pw_child" 2>/dev/null; else pw_finish $((128 + $2)); fi
}
trap 'pw_stop TERM 15' TERM
trap 'pw_stop INT 2' INT
trap 'pw_stop HUP 1' HUP

# Waits for a line in this step's FIFO. Fails at end-of-file: the previous step was killed.
pw_await() {
  if [ ! -p "$pw_t/turn.$pw_i" ]; then pw_pause; return 0; fi
  read -r pw_word <&9 || return 1
  if [ "$pw_word" = start ]; then exec 8<"$pw_t/turn.$pw_i"; exec 9<&8 8<&-; fi
}
pw_all_in() {
  pw_k=1
  while [ "$pw_k" -lt "$pw_n" ]; do [ -e "$pw_t/in.$pw_k" ] || return 1; pw_k=$((pw_k + 1)); done
}
# The shell reads every function before the wait, so that nothing but the command runs between two steps.
pw_nl='
'
# Sets pw_text to a file's exact content ("$(cat file)" would drop trailing line ends), or to more than 4096 bytes of it.
# `read` takes a byte at a time and whole lines, so head is used where the image has it.
pw_content() {
  if pw_text=$(pw_tool head -c 4097 "$1" 2>/dev/null && echo .); then pw_text=${pw_text%.}; return 0; fi
  pw_text=
  while IFS= read -r pw_line; do
    pw_text=$pw_text$pw_line$pw_nl
    [ "${#pw_text}" -le 4096 ] || return 0
  done <"$1"
  pw_text=$pw_text$pw_line
}
# Appends a text to $pw_message as the content of a JSON string.
pw_quote() {
  pw_rest=$1
  while :; do
    pw_plain=${pw_rest%%[\\\"[:cntrl:]]*}
    pw_message=$pw_message$pw_plain pw_rest=${pw_rest#"$pw_plain"}
    case $pw_rest in
      '') return ;;
      "$pw_nl"*) pw_message=$pw_message'\n' ;;
      '"'*) pw_message=$pw_message'\"' ;;
      \\*) pw_message=$pw_message'\\' ;;
      *) pw_message=$pw_message$(printf '\\u%04x' "'$pw_rest" 2>/dev/null) ;;
    esac
    pw_rest=${pw_rest#?}
  done
}
pw_publish() {
  LC_ALL=C pw_message=[ pw_comma=
  for pw_name in $pw_results; do
    [ -f "$pw_results_dir/$pw_name" ] || continue
    pw_content "$pw_results_dir/$pw_name" || { pw_say "pipewright: the result $pw_name cannot be read"; return 1; }
    # Reject a value that is too long before quoting it: pattern matching in a shell takes time quadratic in the length.
    if [ "${#pw_text}" -lt 4096 ]; then
      pw_message=$pw_message$pw_comma'{"key":"'$pw_name'","value":"'
      pw_quote "$pw_text"
      pw_message=$pw_message'","type":"TaskRunResult"}' pw_comma=,
    fi
    if [ "${#pw_text}" -ge 4096 ] || [ "${#pw_message}" -ge 4096 ]; then
      pw_say "pipewright: the results of a task must fit into 4096 bytes together; with $pw_name they do not. Hand over large values as files"
      return 1
    fi
  done
  printf %s "$pw_message]" >"$pw_log" || { pw_say "pipewright: the results could not be written to $pw_log"; return 1; }
}
pw_interpret() {
  IFS= read -r pw_line <"$pw_script" || :
  set -f
  case $pw_line in '#!'*) set -- ${pw_line#??} ;; *) set -- /bin/sh ;; esac
  [ -x "$1" ] || { pw_say "pipewright: this image has no $1, which the script's first line asks for"; pw_finish 1; }
}
# Searches a list of directories for a program, as execvp does.
pw_find() {
  pw_rest=$2:
  while [ -n "$pw_rest" ]; do
    pw_found=${pw_rest%%:*} pw_rest=${pw_rest#*:}
    pw_found=${pw_found:-.}/$1
    if [ -x "$pw_found" ] && [ ! -d "$pw_found" ]; then return 0; fi
  done
  return 1
}
# Sets pw_fault to the reason why a command cannot run, or to nothing.
pw_check() {
  pw_fault=
  case $1 in
    */*)
      if [ ! -e "$1" ]; then pw_fault="fork/exec $1: no such file or directory"
      elif [ -d "$1" ] || [ ! -x "$1" ]; then pw_fault="fork/exec $1: permission denied"; fi ;;
    *) pw_find "$1" "$PATH" || pw_fault="exec: \"$1\": executable file not found in \$PATH" ;;
  esac
}
# What the programs of single steps replace; they are added at the line after these functions.
pw_option() { exit 2; }
pw_joined() { :; }
pw_skip() { pw_quit "Skipping step because a previous step failed"; }
pw_before() { pw_run "$@"; }
pw_ready() { :; }
pw_inside() { :; }
pw_started() { :; }
pw_after() { if [ "$pw_code" -eq 0 ] && [ -n "$pw_results" ]; then pw_publish || pw_code=1; fi; }
# shellcheck disable=SC2034
pw_added=

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
    -d) pw_results_dir=$2 ;;
    -m) pw_log=$2 ;;
    -P) pw_dirs=$2 ;;
    *) pw_option "$1" "$2" ;;
  esac
  shift 2
done
shift
pw_dirs=$pw_dirs:$pw_t/bin pw_prev=$((pw_i - 1)) pw_next=$((pw_i + 1)) pw_child=

# Runs the command in the shell's environment, without what shells add to it. exact-environment.sh replaces this function.
pw_exec() { unset PWD OLDPWD SHLVL; exec "$@"; }

# Runs the command in this step's turn.
pw_run() {
  if [ -n "$pw_creds" ]; then
    (pw_clean; eval "$pw_creds") || { pw_say "pipewright: the credentials could not be written to $HOME"; pw_finish 1; }
  fi
  if [ -n "$pw_script" ]; then
    pw_interpret
    if pw_tool chmod 755 "$pw_script" 2>/dev/null; then set -- "$pw_script" "$@"; else set -f; set -- ${pw_line#'#!'} "$pw_script" "$@"; set +f; fi
  fi
  pw_check "$1"
  if [ -n "$pw_fault" ]; then pw_quit "Error executing command: $pw_fault"; fi

  pw_ready
  if [ "$pw_next" -lt "$pw_n" ] && [ -p "$pw_t/turn.$pw_next" ]; then exec 7<>"$pw_t/turn.$pw_next"; echo start >&7; fi
  # A shell gives a background command no standard input and makes it ignore interrupts: undo both.
  exec 6<&0
  (trap - INT QUIT; exec <&6 6<&- 7>&- 9<&-; pw_inside; pw_exec "$@") &
  pw_child=$!
  pw_started
  # A waiting shell reports on standard error that a child was killed, which would look like output of the step.
  { wait "$pw_child"; } 2>/dev/null
  pw_code=$?
  while kill -0 "$pw_child" 2>/dev/null; do { wait "$pw_child"; } 2>/dev/null; pw_code=$?; done
  pw_after
  pw_finish "$pw_code"
}

if [ "$pw_n" -gt 1 ] && pw_tool mkfifo -m 666 "$pw_t/turn.$pw_i" 2>/dev/null; then exec 9<>"$pw_t/turn.$pw_i"; fi
pw_joined
if [ "$pw_i" -eq 0 ]; then
  until pw_all_in; do pw_await; done
  if [ -n "$pw_ready" ]; then until [ -s "$pw_ready" ]; do pw_pause; done; fi
else
  : >"$pw_t/in.$pw_i" || exit 1
  pw_wake 0 in
  until [ -e "$pw_t/ok.$pw_prev" ]; do
    if [ -e "$pw_t/failed.$pw_prev" ] || { ! pw_await && [ ! -e "$pw_t/ok.$pw_prev" ]; }; then
      pw_skip
    fi
  done
fi
pw_before "$@"
