/**
 * Generates imports/: `node --import tsx test/generate-imports.ts`.
 *
 * The source is the CRD of packages/tekton, so the generated class and the checks at synth have the same source.
 * `test/imports.test.ts` runs the same functions and fails if imports/ differs from their output.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { crds } from '@pipewright/tekton';
import { stringify } from 'yaml';

const root = resolve(import.meta.dirname, '..');

/** The CRDs for which classes are generated; decision 0020 explains why it is only one. */
export function importedCrds(): string {
  const wanted = crds().filter(({ metadata }) => metadata.name === 'pipelineresources.tekton.dev');
  return wanted.map((crd) => stringify(crd)).join('---\n');
}

/** Lets `cdk8s import` read `folder`/tekton.dev.yaml and write `folder`/tekton.dev.ts. Needs no network. */
export function generate(folder: string): void {
  writeFileSync(join(folder, 'tekton.dev.yaml'), importedCrds());
  const options = ['--class-prefix', 'Kube', '--output', folder, '--language', 'typescript'];
  const cli = join(root, 'node_modules/cdk8s-cli/bin/cdk8s');
  execFileSync(
    process.execPath,
    [cli, 'import', join(folder, 'tekton.dev.yaml'), ...options, '--save=false', '--check-upgrade=false'],
    { cwd: folder, stdio: 'ignore' },
  );
  markTypes(join(folder, 'tekton.dev.ts'));
}

/** The generator imports types as values, which is an error under `verbatimModuleSyntax`. */
function markTypes(file: string): void {
  const source = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    source
      .replace(/\b(ApiObjectMetadata|GroupVersionKind)\b(?=.* from 'cdk8s';)/g, 'type $1')
      .replace("import { Construct } from 'constructs'", "import type { Construct } from 'constructs'"),
  );
}

if (process.argv[1] === import.meta.filename) generate(join(root, 'imports'));
