/**
 * Builds an image from a Dockerfile FROM scratch and pushes it, with Kaniko's flags and messages.
 *
 * Replaces gcr.io/kaniko-project/executor on machines that cannot pull it. The result is a valid, reproducible OCI image, pushed with
 * the protocol of the distribution specification.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFlags } from './flags.mjs';
import { buildImage } from './image.mjs';
import { writeLayout } from './layout.mjs';
import { unsupported, KANIKO, UserError } from './user-error.mjs';
import { push } from './push.mjs';

/** @type {import('./flags.mjs').FlagKinds} */
const FLAGS = {
  dockerfile: 'one',
  context: 'one',
  'context-sub-path': 'one',
  destination: 'many',
  'build-arg': 'many',
  label: 'many',
  target: 'one',
  'digest-file': 'one',
  'image-name-with-digest-file': 'one',
  'oci-layout-path': 'one',
  'no-push': 'yes',
  insecure: 'yes',
  'skip-tls-verify': 'yes',
  // Ignored, because nothing is pulled, cached or executed.
  'insecure-pull': 'ignored-yes',
  'skip-tls-verify-pull': 'ignored-yes',
  cache: 'ignored-yes',
  'cache-copy-layers': 'ignored-yes',
  'cache-run-layers': 'ignored-yes',
  'cache-dir': 'ignored',
  'cache-repo': 'ignored',
  'cache-ttl': 'ignored',
  'compressed-caching': 'ignored-yes',
  cleanup: 'ignored-yes',
  force: 'ignored-yes',
  reproducible: 'ignored-yes',
  'use-new-run': 'ignored-yes',
  snapshotMode: 'ignored',
  'snapshot-mode': 'ignored',
  'log-format': 'ignored',
  'log-timestamp': 'ignored-yes',
  'push-retry': 'ignored',
  verbosity: 'ignored',
};
const SHORT = { f: 'dockerfile', c: 'context', d: 'destination', v: 'verbosity' };

const started = Date.now();
const log = (line) =>
  console.log(`INFO[${String(Math.floor((Date.now() - started) / 1000)).padStart(4, '0')}] ${line}`);

function contextOf({ context = '/workspace/', 'context-sub-path': below = '' }) {
  const [, scheme] = /^([a-z0-9]+):\/\//.exec(context) ?? [];
  if (scheme !== undefined && scheme !== 'dir')
    throw unsupported(`--context=${context} (only directories are supported: dir://PATH)`);
  return join(context.replace(/^dir:\/\//, ''), below);
}

try {
  const { flags, rest, ignored } = readFlags(process.argv.slice(2), FLAGS, SHORT);
  if (rest.length > 0) throw new UserError(`unknown argument ${rest[0]}; Kaniko accepts only flags`);
  if (flags.destination.length === 0 && !flags['no-push'])
    throw new UserError('you must provide --destination, or use --no-push');
  if (ignored.length > 0) log(`Ignored by this stand-in for Kaniko: ${ignored.join(', ')}`);
  if (flags['skip-tls-verify']) acceptAnyCertificate();
  const image = buildImage({
    context: contextOf(flags),
    dockerfile: flags.dockerfile ?? 'Dockerfile',
    args: flags['build-arg'],
    labels: flags.label,
    target: flags.target,
    log,
  });
  if (flags['oci-layout-path'] !== undefined) writeLayout(flags['oci-layout-path'], image);
  if (flags['digest-file'] !== undefined) writeFileSync(flags['digest-file'], image.manifest.digest);
  for (const destination of flags['no-push'] ? [] : flags.destination) {
    log(`Pushing image to ${destination}`);
    const pushed = await push(destination, image, { insecure: flags.insecure === true, log });
    log(`Pushed ${pushed}`);
  }
  if (flags['image-name-with-digest-file'] !== undefined)
    writeFileSync(
      flags['image-name-with-digest-file'],
      flags.destination.map((name) => `${name.replace(/:[\w][\w.-]*$/, '')}@${image.manifest.digest}\n`).join(''),
    );
} catch (cause) {
  if (!(cause instanceof UserError)) throw cause;
  console.error(`error building image: ${cause.messageFor(KANIKO)}`);
  process.exitCode = 1;
}

/** Disables certificate checks for this process, which only sends requests to the given registries. */
function acceptAnyCertificate() {
  process.removeAllListeners('warning'); // Node warns about it, but the user has requested it
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
}
