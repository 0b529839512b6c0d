/**
 * Builds an image from a Dockerfile FROM scratch and pushes it, with Kaniko's flags and in Kaniko's words.
 *
 * It stands in for gcr.io/kaniko-project/executor on machines that can't pull it. What it makes is real: an OCI image whose bytes
 * depend on the context and the Dockerfile alone, pushed by the distribution specification.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage } from './image.mjs';
import { Mistake } from './mistake.mjs';
import { push } from './push.mjs';

const FLAGS = {
  dockerfile: 'one',
  context: 'one',
  destination: 'many',
  'build-arg': 'many',
  'digest-file': 'one',
  'oci-layout-path': 'one',
  'no-push': 'yes',
  insecure: 'yes',
  verbosity: 'one',
};

/** `--name=value` or `--name value`. */
function read(args) {
  const given = { destination: [], 'build-arg': [] };
  for (let i = 0; i < args.length; i += 1) {
    const [, name, , value] = /^--([a-z-]+)(=(.*))?$/s.exec(args[i]) ?? [];
    const kind = FLAGS[name];
    if (kind === undefined)
      throw new Mistake(`unknown flag ${args[i]}; this stand-in for Kaniko knows --${Object.keys(FLAGS).join(', --')}`);
    if (kind === 'yes') {
      given[name] = value !== 'false';
      continue;
    }
    const text = value ?? args[(i += 1)];
    if (text === undefined) throw new Mistake(`flag --${name} needs a value`);
    if (kind === 'many') given[name].push(text);
    else given[name] = text;
  }
  return given;
}

function writeLayout(directory, image) {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  for (const { digest, bytes } of [...image.blobs, image.manifest])
    writeFileSync(join(blobs, digest.slice('sha256:'.length)), bytes);
  const { mediaType, digest, bytes } = image.manifest;
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size: bytes.length }] };
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
}

const started = Date.now();
const say = (line) =>
  console.log(`INFO[${String(Math.floor((Date.now() - started) / 1000)).padStart(4, '0')}] ${line}`);

try {
  const flags = read(process.argv.slice(2));
  const context = (flags.context ?? '/workspace/').replace(/^dir:\/\//, '');
  if (flags.destination.length === 0 && !flags['no-push'])
    throw new Mistake('you must provide --destination, or use --no-push');
  const image = buildImage({ context, dockerfile: flags.dockerfile ?? 'Dockerfile', args: flags['build-arg'], say });
  if (flags['oci-layout-path'] !== undefined) writeLayout(flags['oci-layout-path'], image);
  if (flags['digest-file'] !== undefined) writeFileSync(flags['digest-file'], image.manifest.digest);
  for (const destination of flags['no-push'] ? [] : flags.destination) {
    say(`Pushing image to ${destination}`);
    const pushed = await push(destination, image, { insecure: flags.insecure === true, say });
    say(`Pushed ${pushed}`);
  }
} catch (cause) {
  if (!(cause instanceof Mistake)) throw cause;
  console.error(`error building image: ${cause.message}`);
  process.exitCode = 1;
}
