/**
 * Builds images from Dockerfiles FROM scratch and pushes them, with the commands and flags of Buildah: bud, push, tag, images.
 *
 * Replaces quay.io/buildah/stable on machines that cannot pull it. Stores images below /var/lib/containers, like Buildah, so that steps
 * that share a volume there share images.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFlags } from './flags.mjs';
import { buildImage } from './image.mjs';
import { readLayout, writeLayout } from './layout.mjs';
import { unsupported, BUILDAH, UserError } from './user-error.mjs';
import { push } from './push.mjs';

process.env.DOCKER_CONFIG ??= join(process.env.HOME ?? '/root', '.docker'); // the location that Buildah uses

const STORE = join(process.env.PIPEWRIGHT_BUILDAH_STORE ?? '/var/lib/containers', 'pipewright-images');

/** @type {import('./flags.mjs').FlagKinds} */
const GLOBAL = {
  'storage-driver': 'ignored',
  'storage-opt': 'ignored',
  'log-level': 'ignored',
  root: 'ignored',
  runroot: 'ignored',
  isolation: 'ignored',
};
/** @type {import('./flags.mjs').FlagKinds} */
const BUILD = {
  ...GLOBAL,
  file: 'many',
  tag: 'many',
  'build-arg': 'many',
  label: 'many',
  target: 'one',
  iidfile: 'one',
  format: 'ignored',
  'tls-verify': 'ignored-yes',
  layers: 'ignored-yes',
  'no-cache': 'ignored-yes',
  pull: 'ignored-yes',
  'pull-always': 'ignored-yes',
  'pull-never': 'ignored-yes',
  rm: 'ignored-yes',
  'force-rm': 'ignored-yes',
  quiet: 'ignored-yes',
  authfile: 'ignored',
};
/** @type {import('./flags.mjs').FlagKinds} */
const PUSH = {
  ...GLOBAL,
  digestfile: 'one',
  authfile: 'one',
  'tls-verify': 'yes',
  format: 'ignored',
  quiet: 'ignored-yes',
  rm: 'ignored-yes',
};

const log = (line) => console.log(line);
const reportIgnored = (ignored) => {
  if (ignored.length > 0) log(`Ignored by this stand-in for Buildah: ${ignored.join(', ')}`);
};

const COMMANDS = {
  bud: build,
  build,
  'build-using-dockerfile': build,
  push: pushImage,
  tag,
  images,
  version,
  info: version,
};

/** Returns a name with registry and tag; like Buildah, the defaults are localhost and latest. */
function fullName(name) {
  const [first = ''] = name.split('/');
  const hosted = name.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const tagged = /[^/]:[\w][\w.-]*$/.test(name) ? name : `${name}:latest`;
  return hosted ? tagged : `localhost/${tagged}`;
}

const layoutOf = (name) => join(STORE, createHash('sha256').update(name).digest('hex').slice(0, 32));

function store(name, image) {
  const place = layoutOf(fullName(name));
  mkdirSync(place, { recursive: true });
  writeLayout(place, image);
  writeFileSync(join(place, 'name'), fullName(name));
}

function find(name) {
  const place = layoutOf(fullName(name));
  if (existsSync(join(place, 'index.json'))) return readLayout(place);
  const known = names().join(', ') || 'none';
  throw new UserError(
    `${name}: unknown image; known images: ${known}. Steps share images through a volume at /var/lib/containers`,
  );
}

const names = () =>
  existsSync(STORE) ? readdirSync(STORE).map((each) => readFileSync(join(STORE, each, 'name'), 'utf8')) : [];

function build(args) {
  const { flags, rest, ignored } = readFlags(args, BUILD, { f: 'file', t: 'tag', q: 'quiet' });
  if (flags.file.length > 1) throw unsupported('more than one --file');
  if (rest.length > 1) throw new UserError(`bud accepts one context directory, not ${rest.join(' ')}`);
  if (/^(https?|git):|\.git$|^-$/.test(rest[0] ?? '')) throw unsupported(`the context ${rest[0]}`);
  reportIgnored(ignored);
  const context = rest[0] ?? '.';
  const [named] = flags.file;
  const dockerfile =
    named ?? ['Containerfile', 'Dockerfile'].find((file) => existsSync(join(context, file))) ?? 'Dockerfile';
  const steps = { count: 0 };
  const image = buildImage({
    context,
    dockerfile,
    args: flags['build-arg'],
    labels: flags.label,
    target: flags.target,
    log: (line) => log(`STEP ${String((steps.count += 1))}: ${line}`),
  });
  for (const name of flags.tag) store(name, image);
  const id = image.blobs[0].digest.slice('sha256:'.length);
  if (flags.tag.length === 0) store(id, image);
  if (flags.iidfile !== undefined) writeFileSync(flags.iidfile, `sha256:${id}`);
  for (const name of flags.tag) log(`Successfully tagged ${fullName(name)}`);
  log(id);
}

async function pushImage(args) {
  const { flags, rest, ignored } = readFlags(args, PUSH, { q: 'quiet' });
  const [name, destination = `docker://${name}`] = rest;
  if (name === undefined) throw new UserError('push requires an image');
  const [, transport, target] =
    /^([a-z-]+):(?:\/\/)?(.*)$/.exec(
      /^[a-z-]+:(\/\/|[/.])/.test(destination) ? destination : `docker://${destination}`,
    ) ?? [];
  if (transport !== 'docker' && transport !== 'oci')
    throw unsupported(`push to ${destination} (supported are docker:// and oci:)`);
  reportIgnored(ignored);
  const image = find(name);
  if (transport === 'oci') writeLayout(target, image);
  else {
    if (flags['tls-verify'] === false) acceptAnyCertificate();
    const pushed = await push(target, image, {
      insecure: false,
      allowsHttp: flags['tls-verify'] === false,
      authfile: flags.authfile,
      log,
    });
    log(`Pushed ${pushed}`);
  }
  if (flags.digestfile !== undefined) writeFileSync(flags.digestfile, image.manifest.digest);
}

function tag([name, ...others]) {
  if (name === undefined || others.length === 0) throw new UserError('tag requires an image and a name');
  for (const other of others) store(other, find(name));
}

function images() {
  for (const name of names().sort()) log(name);
}

function version() {
  log('buildah: the stand-in of pipewright, which builds FROM scratch and pushes');
}

function acceptAnyCertificate() {
  process.removeAllListeners('warning'); // Node warns about it, but the user has requested it
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
}

/** Returns the command and its arguments. Flags before the command are global ones. */
function commandIn(args) {
  const at = args.findIndex((arg, index) => !arg.startsWith('-') && !takesNext(args[index - 1]));
  if (args.some((arg, index) => (at < 0 || index < at) && (arg === '--version' || arg === '-v')))
    return { name: 'version', rest: [] };
  if (at < 0) return { name: undefined, rest: [] };
  readFlags(args.slice(0, at), GLOBAL, {});
  return { name: args[at], rest: args.slice(at + 1) };
}

const takesNext = (before = '') => before.startsWith('--') && !before.includes('=');

try {
  const { name, rest } = commandIn(process.argv.slice(2));
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined)
    throw unsupported(`buildah ${name ?? ''} (supported are ${Object.keys(COMMANDS).join(', ')})`);
  await command(rest);
} catch (cause) {
  if (!(cause instanceof UserError)) throw cause;
  console.error(`error: ${cause.messageFor(BUILDAH)}`);
  process.exitCode = 125;
}
