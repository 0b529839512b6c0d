/**  Allowed imports of the command's folders: rows of the table in architecture.test.ts. Folders are listed below those that they may import. */

const cli = (path: string): string => `packages/cli/src/${path}`;

/** Folders of the command that access programs, the process and the command line. */
const CLI_COMMANDS = [
  ...['commands', 'run', 'up', 'controller', 'lint', 'explain', 'import'],
  ...['terminal', 'diagnostics', 'local', 'stand-ins'],
];

/** By folder, the allowed imports of its files in addition to each other. */
export const CLI_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  'packages/cli/src': [...CLI_COMMANDS.map(cli), 'node:fs', 'node:url'], // its index, the process and the package's own files
  'packages/cli/src/terminal': [
    '@pipewright/apimachinery',
    '@pipewright/kube',
    'picocolors',
    'string-width',
    'wrap-ansi',
    'node:events',
  ],
  'packages/cli/src/diagnostics': [cli('terminal'), 'node:fs', 'node:util'],
  'packages/cli/src/yaml': [cli('json.js'), cli('diagnostics'), 'yaml'],
  'packages/cli/src/manifests': [
    cli('json.js'),
    ...['diagnostics', 'yaml'].map(cli),
    '@pipewright/tekton',
    'minimatch',
    'node:fs',
    'node:path',
  ],
  'packages/cli/src/masking': [cli('json.js'), cli('terminal'), '@pipewright/kube', 'node:buffer'],
  'packages/cli/src/log': [
    ...['terminal', 'diagnostics'].map(cli),
    '@pipewright/cluster',
    '@pipewright/controller',
    'node:fs',
  ],
  'packages/cli/src/git-server': ['@pipewright/cluster', 'node:'],
  'packages/cli/src/object-store': ['@pipewright/cluster', 'node:'],
  'packages/cli/src/images': [cli('json.js'), '@pipewright/cluster', '@pipewright/tekton', 'node:'],
  'packages/cli/src/stand-ins': [
    ...['json.js', 'builder-files.js'].map(cli),
    ...['diagnostics', 'manifests', 'images', 'object-store'].map(cli),
    '@pipewright/cluster',
    '@pipewright/controller',
    '@pipewright/tekton',
    'node:fs',
    'node:path',
  ],
  'packages/cli/src/config': [
    cli('json.js'),
    ...['diagnostics', 'yaml', 'manifests', 'images', 'stand-ins'].map(cli),
    '@pipewright/tekton',
    'node:fs',
    'node:path',
  ],
  'packages/cli/src/local': [
    ...['diagnostics', 'log', 'stand-ins'].map(cli),
    '@pipewright/cluster',
    '@pipewright/controller',
    '@pipewright/tekton',
  ],
  'packages/cli/src/explain': [
    ...['terminal', 'diagnostics', 'git-server/source-error.js'].map(cli),
    '@pipewright/cluster',
    '@pipewright/tekton',
  ],
  'packages/cli/src/lint': [
    ...['json.js', 'version.js'].map(cli),
    ...['terminal', 'diagnostics', 'manifests', 'masking', 'explain'].map(cli),
    '@pipewright/tekton',
    'node:path',
    'node:url',
  ],
  'packages/cli/src/import': [
    cli('json.js'),
    ...['terminal', 'diagnostics', 'manifests', 'masking', 'lint'].map(cli),
    '@pipewright/tekton',
    'node:fs',
    'node:path',
  ],
  'packages/cli/src/run/select': [
    cli('json.js'),
    ...['terminal', 'diagnostics', 'yaml', 'manifests'].map(cli),
    '@pipewright/tekton',
  ],
  'packages/cli/src/run/prepare': [
    ...['json.js', 'run/run-options.js'].map(cli),
    ...['diagnostics', 'yaml', 'manifests', 'lint', 'images', 'stand-ins', 'config', 'run/select'].map(cli),
    '@pipewright/tekton',
    'node:fs',
    'node:path',
  ],
  'packages/cli/src/run/follow': [...['terminal', 'masking'].map(cli), '@pipewright/kube', '@pipewright/tekton'],
  'packages/cli/src/run/session': [
    cli('json.js'),
    ...['terminal', 'diagnostics', 'manifests', 'log', 'git-server', 'object-store', 'stand-ins', 'local'].map(cli),
    ...['run/select', 'run/prepare', 'run/follow'].map(cli),
    '@pipewright/cluster',
    '@pipewright/kube',
    '@pipewright/tekton',
    'node:path',
  ],
  'packages/cli/src/run/present': [
    ...['terminal', 'run/follow'].map(cli),
    '@pipewright/apimachinery',
    '@pipewright/kube',
  ],
  'packages/cli/src/run': [
    cli('json.js'),
    ...['terminal', 'diagnostics', 'masking', 'log', 'stand-ins', 'config', 'local'].map(cli),
    ...['select', 'prepare', 'session', 'follow', 'present'].map((folder) => cli(`run/${folder}`)),
    '@pipewright/apimachinery',
    '@pipewright/cluster',
    '@pipewright/kube',
    '@pipewright/tekton',
    'node:events',
  ],
  'packages/cli/src/up': [
    cli('json.js'),
    ...['terminal', 'diagnostics', 'masking', 'log', 'git-server', 'object-store', 'stand-ins', 'config'].map(cli),
    cli('local'),
    '@pipewright/cluster',
    '@pipewright/controller',
    '@pipewright/kube',
    '@pipewright/tekton',
    'node:',
  ],
  'packages/cli/src/controller': [
    ...['terminal', 'diagnostics'].map(cli),
    '@pipewright/controller',
    '@pipewright/kube',
    '@pipewright/tekton',
    'node:events',
  ],
  'packages/cli/src/commands': [
    ...['version.js', ...CLI_COMMANDS].map(cli),
    '@pipewright/cluster',
    '@pipewright/controller',
    'commander',
  ],
};
