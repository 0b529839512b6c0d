/**
 * Reads the programs that run in pods.
 *
 * Each call names its file literally, so that `pack-package.ts` can replace the call by the file's text.
 */

import { readFileSync } from 'node:fs';
import { compact, compactModule } from '../scripts/compact.js';
import type { Scripts } from '../scripts/scripts.js';

/** Reads the programs and shortens them. */
export const readScripts = (): Scripts => ({
  'add-docker-logins.awk': compact(
    readFileSync(new URL('../scripts/credentials/add-docker-logins.awk', import.meta.url), 'utf8'),
  ),
  'bytes.awk': compact(readFileSync(new URL('../scripts/library/bytes.awk', import.meta.url), 'utf8')),
  'code-host.mjs': compactModule(
    readFileSync(new URL('../scripts/pull-request/code-host.mjs', import.meta.url), 'utf8'),
  ),
  'copy-credentials.sh': compact(
    readFileSync(new URL('../scripts/credentials/copy-credentials.sh', import.meta.url), 'utf8'),
  ),
  'docker-config.awk': compact(
    readFileSync(new URL('../scripts/credentials/docker-config.awk', import.meta.url), 'utf8'),
  ),
  'docker-credentials.sh': compact(
    readFileSync(new URL('../scripts/credentials/docker-credentials.sh', import.meta.url), 'utf8'),
  ),
  'download-pull-request.mjs': compactModule(
    readFileSync(new URL('../scripts/pull-request/download-pull-request.mjs', import.meta.url), 'utf8'),
  ),
  'entrypoint.sh': compact(readFileSync(new URL('../scripts/entrypoint/entrypoint.sh', import.meta.url), 'utf8')),
  'exact-environment.sh': compact(
    readFileSync(new URL('../scripts/entrypoint/exact-environment.sh', import.meta.url), 'utf8'),
  ),
  'fetch-archive.mjs': compactModule(
    readFileSync(new URL('../scripts/storage/fetch-archive.mjs', import.meta.url), 'utf8'),
  ),
  'git-credentials.awk': compact(
    readFileSync(new URL('../scripts/credentials/git-credentials.awk', import.meta.url), 'utf8'),
  ),
  'git-credentials.sh': compact(
    readFileSync(new URL('../scripts/credentials/git-credentials.sh', import.meta.url), 'utf8'),
  ),
  'git-source.sh': compact(readFileSync(new URL('../scripts/git/git-source.sh', import.meta.url), 'utf8')),
  'github.mjs': compactModule(readFileSync(new URL('../scripts/pull-request/github.mjs', import.meta.url), 'utf8')),
  'gitlab.mjs': compactModule(readFileSync(new URL('../scripts/pull-request/gitlab.mjs', import.meta.url), 'utf8')),
  'gsutil.sh': compact(readFileSync(new URL('../scripts/storage/gsutil.sh', import.meta.url), 'utf8')),
  'http.mjs': compactModule(readFileSync(new URL('../scripts/library/http.mjs', import.meta.url), 'utf8')),
  'image-digest.sh': compact(readFileSync(new URL('../scripts/images/image-digest.sh', import.meta.url), 'utf8')),
  'json.awk': compact(readFileSync(new URL('../scripts/library/json.awk', import.meta.url), 'utf8')),
  'kubeconfig.sh': compact(readFileSync(new URL('../scripts/kubeconfig/kubeconfig.sh', import.meta.url), 'utf8')),
  'node-login.sh': compact(readFileSync(new URL('../scripts/credentials/node-login.sh', import.meta.url), 'utf8')),
  'oci-index.awk': compact(readFileSync(new URL('../scripts/images/oci-index.awk', import.meta.url), 'utf8')),
  'pull-request.mjs': compactModule(
    readFileSync(new URL('../scripts/pull-request/pull-request.mjs', import.meta.url), 'utf8'),
  ),
  'ssh-credentials.sh': compact(
    readFileSync(new URL('../scripts/credentials/ssh-credentials.sh', import.meta.url), 'utf8'),
  ),
  'step-protocol.sh': compact(readFileSync(new URL('../scripts/entrypoint/step-protocol.sh', import.meta.url), 'utf8')),
  'step-values.sh': compact(readFileSync(new URL('../scripts/entrypoint/step-values.sh', import.meta.url), 'utf8')),
  'upload-pull-request.mjs': compactModule(
    readFileSync(new URL('../scripts/pull-request/upload-pull-request.mjs', import.meta.url), 'utf8'),
  ),
});
