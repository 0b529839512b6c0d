/**
 * Which steps need exact-environment.sh, because a shell would lose or change one of their variables.
 *
 * dash and busybox drop variables that are not identifiers (`a.b`, `my-var`), every shell replaces IFS, bash also SHELLOPTS, PS4 and
 * others. The program is longer and slower, so other steps run without it.
 */

/** Variables that entrypoint.sh unsets, because they change the behaviour of bash. */
const SHELL_CONTROLS = ['TMOUT', 'FUNCNEST', 'EXECIGNORE', 'GLOBIGNORE'] as const;

/** Variables that dash, busybox ash or bash set, drop or rewrite at their start; patterns of `case` in exact-environment.sh. */
export const REWRITTEN = [
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

/** Whether a shell may lose or change a variable of this container. Names from `envFrom` are unknown, so they count. */
export const needsExactEnvironment = ({
  env = [],
  envFrom = [],
}: {
  readonly env?: readonly { readonly name: string }[] | undefined;
  readonly envFrom?: readonly unknown[] | undefined;
}): boolean => envFrom.length > 0 || env.some(({ name }) => isRewritten(name));
