#!/bin/sh
# Is added to entrypoint.sh for steps of tekton.dev/v1: files of each step, ignored failures, timeouts, copies of the output, and a
# report of how the step ended, in Tekton's format.
#
#     run/INDEX/exitCode, run/INDEX/results/NAME      in the shared volume
#     steps/STEP, steps/INDEX                         links to run/INDEX
#
# shellcheck disable=SC1007 # several assignments in one line: an empty value is followed by a space
# shellcheck disable=SC2034 # entrypoint.sh reads pw_code
# shellcheck disable=SC2154 # entrypoint.sh sets pw_t, pw_i and others
# shellcheck disable=SC2317 # entrypoint.sh calls these functions

pw_step= pw_ignores= pw_limit= pw_outputs= pw_reason= pw_exit= pw_timer= pw_tees= pw_out= pw_err=
pw_option() {
  case $1 in
    -N) pw_step=$2 ;;
    -e) pw_ignores=1 ;;
    -T) pw_limit=$2 ;;
    -S) pw_outputs="$pw_outputs $2" ;;
    -O) pw_out=$2 ;;
    -W) pw_err=$2 ;;
    *) pw_choice "$1" "$2" ;;
  esac
}
pw_choice() { exit 2; }
pw_joined() {
  pw_own=$pw_t/run/$pw_i
  pw_tool mkdir -p "$pw_own/results" "$pw_t/steps" 2>/dev/null
  for pw_name in "$pw_step" "$pw_i"; do pw_tool ln -s "$pw_own" "$pw_t/steps/$pw_name" 2>/dev/null; done
}
# Adds one entry to pw_message: type, key, value.
pw_entry() {
  if [ "${#3}" -lt 4096 ]; then
    pw_message=$pw_message$pw_comma'{"key":"'$2'","value":"'
    pw_quote "$3"
    pw_message=$pw_message'","type":'$1'}' pw_comma=,
    if [ "${#pw_message}" -lt 4096 ]; then return 0; fi
  fi
  pw_note "Termination message is above max allowed size 4096, caused by large task result."
  return 1
}
# Adds the files of a directory that exist: type, directory, names.
pw_entries() {
  pw_type=$1 pw_from=$2
  shift 2
  for pw_name; do
    [ -f "$pw_from/$pw_name" ] || continue
    pw_content "$pw_from/$pw_name" || { pw_say "pipewright: the result $pw_name cannot be read"; return 1; }
    pw_entry "$pw_type" "$pw_name" "$pw_text" || return 1
  done
}
# Writes the termination message: what the step reports, and how it ended.
pw_report() {
  LC_ALL=C pw_message=[ pw_comma=
  # shellcheck disable=SC2086 # names are split at blanks
  pw_entries 1 "$pw_results_dir" $pw_results && pw_entries 4 "$pw_own/results" $pw_outputs || return 1
  if [ -n "$pw_reason" ]; then pw_entry 3 Reason "$pw_reason" || return 1; fi
  if [ -n "$pw_exit" ]; then pw_entry 3 ExitCode "$pw_exit" || return 1; fi
  [ "$pw_message" != '[' ] || return 0
  printf %s "$pw_message]" >"$pw_log" || { pw_say "pipewright: the report could not be written to $pw_log"; return 1; }
}
pw_skip() {
  pw_reason=Skipped
  pw_report
  pw_quit "Skipping step because a previous step failed"
}
pw_require() {
  pw_find "$1" "$pw_dirs" || pw_quit "pipewright: this image has no $1 in $pw_dirs, which $2 needs"
}
# Copies an output of the command to a file: file, FIFO, and where the output goes besides (1 or 2).
pw_copy() {
  pw_require tee "stdoutConfig or stderrConfig"
  case $1 in /*/*) pw_tool mkdir -p "${1%/*}" 2>/dev/null ;; esac
  { : >>"$1"; } 2>/dev/null || pw_quit "Error executing command: open $1: no such file or directory"
  pw_tool mkfifo "$2" 2>/dev/null || pw_quit "pipewright: this image has no mkfifo, which stdoutConfig and stderrConfig need"
  (PATH=$pw_dirs; exec tee -a "$1" <"$2" >&"$3" 9<&-) &
  pw_tees="$pw_tees $!"
}
pw_ready() {
  if [ -n "$pw_limit" ]; then pw_require sleep "the timeout of a step"; fi
  if [ -n "$pw_out" ]; then pw_copy "$pw_out" "$pw_t/out.$pw_i" 1; fi
  if [ -n "$pw_err" ]; then pw_copy "$pw_err" "$pw_t/err.$pw_i" 2; fi
}
pw_inside() {
  if [ -n "$pw_out" ]; then exec >"$pw_t/out.$pw_i"; fi
  if [ -n "$pw_err" ]; then exec 2>"$pw_t/err.$pw_i"; fi
}
pw_started() {
  [ -n "$pw_limit" ] || return 0
  (
    trap 'kill "$pw_sleep" 2>/dev/null; exit' TERM
    (PATH=$pw_dirs; exec sleep "$pw_limit") &
    pw_sleep=$!
    if wait "$pw_sleep"; then : >"$pw_t/late.$pw_i"; kill -9 "$pw_child"; fi
  ) </dev/null >/dev/null 2>&1 6<&- 7>&- 9<&- &
  pw_timer=$!
}
pw_after() {
  if [ -n "$pw_timer" ]; then kill "$pw_timer" 2>/dev/null; fi
  for pw_tee in $pw_tees; do wait "$pw_tee"; done
  printf %s "$pw_code" >"$pw_own/exitCode" 2>/dev/null
  if [ -e "$pw_t/late.$pw_i" ]; then
    pw_note "context deadline exceeded"
    pw_reason=TimeoutExceeded pw_code=1
  elif [ "$pw_code" -ne 0 ] && [ -n "$pw_ignores" ]; then
    pw_reason=Continued pw_exit=$pw_code pw_code=0
  fi
  pw_report || pw_code=1
}
