#!/bin/sh
# Is added to entrypoint.sh, after step-protocol.sh, for steps that use results of other steps, or have `when` expressions.
#
# Each variable `$(steps.STEP.results.RESULT)` comes with the file of the result and the part of its JSON text that it names. Texts are
# filled in one pass, so the value of a result is never read as a variable.
#
# shellcheck disable=SC1007 # several assignments in one line: an empty value is followed by a space
# shellcheck disable=SC2016 # '$(' is literal
# shellcheck disable=SC2034,SC2154 # other programs set and read variables; some are set by eval
# shellcheck disable=SC2317 # entrypoint.sh calls these functions

pw_refs=0 pw_whens=0 pw_envs=
pw_choice() {
  case $1 in
    -V) pw_refs=$((pw_refs + 1)); eval "pw_ref$pw_refs=\$2 pw_has$pw_refs= pw_items$pw_refs=0" ;;
    -F) eval "pw_file$pw_refs=\$2" ;;
    -K) eval "pw_part$pw_refs=\$2" ;;
    -E) pw_envs="$pw_envs $2" ;;
    -w) pw_whens=$((pw_whens + 1)); eval "pw_op$pw_whens=\$2 pw_values$pw_whens=0" ;;
    -x) eval "pw_input$pw_whens=\$2" ;;
    -y)
      eval "pw_k=\$((pw_values$pw_whens + 1))"
      eval "pw_values$pw_whens=$pw_k pw_value${pw_whens}_$pw_k=\$2" ;;
    *) exit 2 ;;
  esac
}
pw_space() { while :; do case $pw_json in [[:space:]]*) pw_json=${pw_json#?} ;; *) return 0 ;; esac; done; }
# Appends the character with this code to pw_string, as UTF-8.
pw_utf8() {
  if [ "$1" -lt 128 ]; then set -- "$1"
  elif [ "$1" -lt 2048 ]; then set -- $(($1 / 64 + 192)) $(($1 % 64 + 128))
  elif [ "$1" -lt 65536 ]; then set -- $(($1 / 4096 + 224)) $(($1 / 64 % 64 + 128)) $(($1 % 64 + 128))
  else set -- $(($1 / 262144 + 240)) $(($1 / 4096 % 64 + 128)) $(($1 / 64 % 64 + 128)) $(($1 % 64 + 128)); fi
  # shellcheck disable=SC2059 # the format is octal escapes
  pw_bytes=$(for pw_byte; do printf "\\$(printf %03o "$pw_byte")"; done; echo .)
  pw_string=$pw_string${pw_bytes%.}
}
# Reads the four hex digits after \u into pw_code_point.
pw_hex() {
  pw_more=${pw_json#??????}
  pw_digits=${pw_json%"$pw_more"}
  case ${pw_digits#??} in [0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]) ;; *) return 1 ;; esac
  pw_code_point=$((0x${pw_digits#??})) pw_json=$pw_more
}
# Reads a JSON string at the start of pw_json into pw_string.
pw_read_string() {
  case $pw_json in '"'*) pw_json=${pw_json#?} pw_string= ;; *) return 1 ;; esac
  while :; do
    pw_plain=${pw_json%%[\\\"]*}
    [ "$pw_plain" != "$pw_json" ] || return 1
    pw_string=$pw_string$pw_plain pw_json=${pw_json#"$pw_plain"}
    case $pw_json in
      '"'*) pw_json=${pw_json#?}; return 0 ;;
      '\u'*)
        pw_hex || return 1
        if [ "$pw_code_point" -ge 55296 ] && [ "$pw_code_point" -lt 56320 ]; then
          pw_high=$pw_code_point
          case $pw_json in '\u'*) pw_hex || return 1 ;; *) return 1 ;; esac
          pw_code_point=$(((pw_high - 55296) * 1024 + pw_code_point - 56320 + 65536))
        fi
        pw_utf8 "$pw_code_point" ;;
      '\n'*) pw_string=$pw_string$pw_nl pw_json=${pw_json#??} ;;
      '\t'*) pw_utf8 9; pw_json=${pw_json#??} ;;
      '\r'*) pw_utf8 13; pw_json=${pw_json#??} ;;
      '\b'*) pw_utf8 8; pw_json=${pw_json#??} ;;
      '\f'*) pw_utf8 12; pw_json=${pw_json#??} ;;
      *)
        pw_json=${pw_json#?} pw_plain=${pw_json#?}
        [ -n "$pw_json" ] || return 1
        pw_string=$pw_string${pw_json%"$pw_plain"} pw_json=$pw_plain ;;
    esac
  done
}
# Takes the part of the JSON array or object in pw_json that variable $1 names ($2).
pw_pick() {
  pw_count=0
  pw_space
  case $pw_json in '['*) pw_close=']' ;; '{'*) pw_close='}' ;; *) return 1 ;; esac
  pw_json=${pw_json#?}
  pw_space
  while :; do
    case $pw_json in "$pw_close"*) return 0 ;; esac
    pw_label="[$pw_count]"
    if [ "$pw_close" = '}' ]; then
      pw_read_string || return 1
      pw_label=.$pw_string
      pw_space
      case $pw_json in :*) pw_json=${pw_json#?} ;; *) return 1 ;; esac
      pw_space
    fi
    pw_read_string || return 1
    pw_count=$((pw_count + 1))
    if [ "$2" = '[*]' ]; then eval "pw_items$1=$pw_count pw_item${1}_$pw_count=\$pw_string pw_has$1=1"
    elif [ "$2" = "$pw_label" ]; then eval "pw_is$1=\$pw_string pw_has$1=1"; fi
    pw_space
    case $pw_json in ,*) pw_json=${pw_json#?}; pw_space ;; "$pw_close"*) ;; *) return 1 ;; esac
  done
}
# Reads the value of each variable.
pw_resolve() {
  pw_n_ref=1
  while [ "$pw_n_ref" -le "$pw_refs" ]; do
    eval "pw_file=\$pw_file$pw_n_ref pw_part=\$pw_part$pw_n_ref"
    if [ -f "$pw_file" ] && pw_content "$pw_file"; then
      if [ -z "$pw_part" ]; then eval "pw_is$pw_n_ref=\$pw_text pw_has$pw_n_ref=1"
      else
        pw_json=$pw_text
        if pw_pick "$pw_n_ref" "$pw_part" && [ "$pw_part" = '[*]' ]; then eval "pw_has$pw_n_ref=1"; fi
      fi
    fi
    eval "pw_known=\$pw_has$pw_n_ref pw_name=\$pw_ref$pw_n_ref"
    [ -n "$pw_known" ] ||
      pw_note "ERROR Error while substituting step results: error=\"failed to find replacement for \$($pw_name) to replace \$($pw_name)\""
    pw_n_ref=$((pw_n_ref + 1))
  done
}
# Sets pw_found to the number of the variable with this name. Fails if it has no value.
pw_lookup() {
  pw_found=1
  while [ "$pw_found" -le "$pw_refs" ]; do
    eval "pw_name=\$pw_ref$pw_found pw_known=\$pw_has$pw_found"
    if [ "$pw_name" = "$1" ]; then [ -n "$pw_known" ]; return; fi
    pw_found=$((pw_found + 1))
  done
  return 1
}
# Fills in the variables in pw_text.
pw_fill() {
  pw_rest=$pw_text pw_text=
  while :; do
    case $pw_rest in *'$(steps.'*) ;; *) pw_text=$pw_text$pw_rest; return 0 ;; esac
    pw_text=$pw_text${pw_rest%%'$(steps.'*} pw_rest=steps.${pw_rest#*'$(steps.'}
    pw_var=${pw_rest%%')'*}
    if [ "$pw_var" != "$pw_rest" ] && pw_lookup "$pw_var"; then
      eval "pw_text=\$pw_text\$pw_is$pw_found"
      pw_rest=${pw_rest#"$pw_var)"}
    else pw_text=$pw_text'$('; fi
  done
}
# Whether a text is one whole array; pw_found is its variable.
pw_is_array() {
  case $1 in '$(steps.'*'[*])') ;; *) return 1 ;; esac
  pw_var=${1#??}
  pw_lookup "${pw_var%?}"
}
# Whether a value of expression $1 is $2.
pw_among() {
  eval "pw_last=\$pw_values$1"
  pw_k=1
  while [ "$pw_k" -le "$pw_last" ]; do
    eval "pw_text=\$pw_value${1}_$pw_k"
    if pw_is_array "$pw_text"; then
      eval "pw_end=\$pw_items$pw_found"
      pw_item=1
      while [ "$pw_item" -le "$pw_end" ]; do
        eval "pw_text=\$pw_item${pw_found}_$pw_item"
        [ "$pw_text" != "$2" ] || return 0
        pw_item=$((pw_item + 1))
      done
    else
      pw_fill
      [ "$pw_text" != "$2" ] || return 0
    fi
    pw_k=$((pw_k + 1))
  done
  return 1
}
# Whether all expressions hold.
pw_holds() {
  pw_w=1
  while [ "$pw_w" -le "$pw_whens" ]; do
    eval "pw_text=\$pw_input$pw_w pw_op=\$pw_op$pw_w"
    pw_fill
    pw_input=$pw_text
    if pw_among "$pw_w" "$pw_input"; then pw_is=in; else pw_is=notin; fi
    [ "$pw_is" = "$pw_op" ] || return 1
    pw_w=$((pw_w + 1))
  done
}
pw_before() {
  pw_resolve
  if ! pw_holds; then
    pw_note "INFO Step was skipped due to when expressions were evaluated to false."
    pw_reason=Skipped
    pw_report
    pw_finish 0
  fi
  for pw_name in $pw_envs; do
    eval "pw_text=\${$pw_name}"
    pw_variable=$pw_name
    pw_fill
    eval "export $pw_variable=\"\$pw_text\""
    if [ -n "${pw_all:-}" ]; then pw_all=$pw_all$pw_variable=$pw_text$pw_sep; fi # exact-environment.sh
  done
  pw_left=$#
  while [ "$pw_left" -gt 0 ]; do
    pw_text=$1
    shift
    if pw_is_array "$pw_text"; then
      eval "pw_end=\$pw_items$pw_found"
      pw_item=1
      while [ "$pw_item" -le "$pw_end" ]; do
        eval "set -- \"\$@\" \"\$pw_item${pw_found}_$pw_item\""
        pw_item=$((pw_item + 1))
      done
    else
      pw_fill
      set -- "$@" "$pw_text"
    fi
    pw_left=$((pw_left - 1))
  done
  pw_run "$@"
}
