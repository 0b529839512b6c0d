/**
 * How a step's environment passes the shell of the entrypoint unchanged.
 *
 * A shell hands on what it understands: dash and busybox drop variables that are not identifiers (`a.b`, `my-var`), every shell replaces
 * IFS, bash also SHELLOPTS, PS4 and what else it keeps itself. Steps with such variables get a longer script, which takes the
 * environment from /proc and lets `env` of coreutils set it; all others pay nothing.
 */

/** Variables that make bash behave in another way (`TMOUT` ends each `read`); the entrypoint's shell drops them for itself. */
export const SHELL_CONTROLS = ['TMOUT', 'FUNCNEST', 'EXECIGNORE', 'GLOBIGNORE'] as const;

/** Variables that dash, busybox ash or bash set, drop or rewrite at their start; patterns of `case`. */
const REWRITTEN = [
  ...[
    'IFS',
    'PWD',
    'OLDPWD',
    'PPID',
    'OPTIND',
    'OPTERR',
    'PS1',
    'PS2',
    'PS4',
    'LINENO',
    'SHLVL',
    '_',
    'RANDOM',
    'SECONDS',
  ],
  ...[
    'SHELLOPTS',
    'BASH*',
    'EPOCH*',
    'SRANDOM',
    'POSIXLY_CORRECT',
    'COMP_WORDBREAKS',
    'HISTCMD',
    'UID',
    'EUID',
    'GROUPS',
  ],
  ...['DIRSTACK', 'FUNCNAME', 'PIPESTATUS', 'pw_*'],
  ...SHELL_CONTROLS,
];

const REWRITTEN_NAME = new RegExp(`^(?:${REWRITTEN.map((pattern) => pattern.replace('*', '.*')).join('|')})$`);

const isRewritten = (name: string): boolean => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || REWRITTEN_NAME.test(name);

/** Whether a shell may lose or change a variable of this container. What `envFrom` brings is not known, so it counts. */
export const needsExactEnvironment = ({
  env = [],
  envFrom = [],
}: {
  readonly env?: readonly { readonly name: string }[] | undefined;
  readonly envFrom?: readonly unknown[] | undefined;
}): boolean => envFrom.length > 0 || env.some(({ name }) => isRewritten(name));

/** `pw_exec` of most steps: the shell's own environment, without what shells add to it. */
export const USUAL_ENVIRONMENT = `
  pw_exec() { unset PWD OLDPWD SHLVL; exec "$@"; }
`;

/** Control characters that may separate variables, in octal; not those that shells use inside. */
const SEPARATORS = '002 003 004 005 006 007 016 017 020 021 022 023 024 025 026 027 030 031 032 033 034 035 036 037';

/**
 * `pw_exec` of steps whose environment a shell would change, and what must be read for it before.
 *
 * GNU `env -S` takes values from variables, so that none stands in an argument list, which every user of a machine can read.
 * Where it is missing (busybox), the variables that a shell would lose stand in the arguments of `env` until that has started the command.
 */
export const EXACT_ENVIRONMENT = `
  # The environment of this process at its start, its variables separated by a character that none of them holds.
  pw_all=
  for pw_k in ${SEPARATORS}; do
    pw_text=$(pw_tool tr -cd "\\\\$pw_k" 2>/dev/null </proc/self/environ && echo .) || break
    [ "$pw_text" = . ] || continue
    pw_sep=$(printf "\\\\$pw_k")
    pw_all=$(pw_tool tr '\\000' "\\\\$pw_k" </proc/self/environ && echo .) pw_all=\${pw_all%.}
    break
  done
  pw_splits=
  if pw_tool env -S 'A=B env' >/dev/null 2>&1; then pw_splits=1; fi
  # The name of a variable as env -S reads it.
  pw_word() {
    pw_rest=$1 pw_name=
    while :; do
      pw_plain=\${pw_rest%%[\\\\\\']*}
      pw_name=$pw_name$pw_plain pw_rest=\${pw_rest#"$pw_plain"}
      [ -n "$pw_rest" ] || return 0
      pw_text=\${pw_rest#?}
      pw_name=$pw_name\\\\\${pw_rest%"$pw_text"} pw_rest=$pw_text
    done
  }
  pw_exec() {
    # env would take such a command for a variable.
    case $1 in *=*) pw_all= ;; esac
    if [ -z "$pw_all" ] || ! pw_find env "$pw_dirs"; then unset PWD OLDPWD SHLVL; exec "$@"; fi
    pw_env=$pw_found
    set -f
    IFS=$pw_sep pw_words= pw_k=0
    for pw_line in $pw_all; do
      case $pw_line in ?*=*) ;; *) continue ;; esac
      if [ -n "$pw_splits" ]; then
        pw_k=$((pw_k + 1))
        pw_word "\${pw_line%%=*}"
        eval "pw_v$pw_k=\\\${pw_line#*=}; export pw_v$pw_k"
        pw_words="$pw_words '$pw_name='\\\${pw_v$pw_k}"
      else
        case \${pw_line%%=*} in
          [!A-Za-z_]* | *[!A-Za-z0-9_]* | ${REWRITTEN.join(' | ')}) pw_words=$pw_words$pw_line$pw_sep ;;
        esac
      fi
    done
    if [ -n "$pw_splits" ]; then pw_clean; exec "$pw_env" -i -S "$pw_words" "$@"; fi
    set -- $pw_words "$@"
    unset PWD OLDPWD SHLVL
    exec "$pw_env" "$@"
  }
`;
