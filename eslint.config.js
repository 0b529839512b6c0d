/** Few rules, each because of something that went wrong somewhere; prettier decides the layout. */
import ts from 'typescript-eslint';

/** The only files that may read a clock, the environment or randomness, or set timers: everything else is told. */
const EDGES = [
  'packages/kube/src/**',
  'packages/cluster/src/**',
  'packages/cli/**',
  'packages/controller/src/edge/**',
  'lib/plain-object.ts', // renders as cdk8s does, which is told there whether to sort keys
  'packages/testing/src/edge/**',
];

const HIDDEN_INPUTS = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'time is an argument: only the edge reads a clock',
  },
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'time is an argument: only the edge reads a clock',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'names are computed, not drawn',
  },
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'only the edge reads the environment',
  },
  { selector: 'CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]', message: 'only the edge sets timers' },
];

export default ts.config(
  {
    ignores: [
      '**/build/**',
      '**/dist/**',
      'imports/**',
      'node_modules/**',
      'examples/**/source/**',
      'examples/**/images/**',
      'test/package-outside/**',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [ts.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-expressions': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/src/**/*.ts', 'lib/**/*.ts', 'main.ts'],
    ignores: EDGES,
    rules: { 'no-restricted-syntax': ['error', ...HIDDEN_INPUTS], 'no-console': 'error' },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'AbortSignal',
          property: 'any',
          message: 'it leaves an entry on a long-lived signal for each call: see packages/cluster/src/linked-signal.ts',
        },
      ],
    },
  },
  { files: ['**/test/**/*.ts', '**/*.cluster.ts', 'bench/**'], rules: { 'max-lines-per-function': 'off' } },
);
