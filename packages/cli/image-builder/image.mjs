/** Executes the instructions of a Dockerfile. Returns a layer for each COPY, the configuration and the manifest. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, posix, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { copiedEntries } from './copy.mjs';
import { expand, parseDockerfile, parseJsonForm, parsePairs, splitWords } from './dockerfile.mjs';
import { unsupported, UserError } from './user-error.mjs';
import { tarArchive } from './tar.mjs';

const sha256Digest = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const ARCHITECTURES = { x64: 'amd64', ia32: '386' };

/** @returns {{blobs: {mediaType: string, digest: string, bytes: Buffer}[], manifest: {mediaType: string, digest: string, bytes: Buffer}}} */
export function buildImage({ context, dockerfile, args, labels = [], target, log }) {
  if (!existsSync(context) || !statSync(context).isDirectory())
    throw new UserError(`the build context ${context} is not a directory`);
  const build = new Build(resolve(context), new Map(args.map((one) => splitAssignment(one))), log);
  for (const instruction of parseDockerfile(readDockerfile(context, dockerfile), dockerfile)) build.run(instruction);
  return build.finish(labels.map(splitAssignment), target);
}

/** Reads the file at the path, or else at the path within the context, like Kaniko. */
function readDockerfile(context, path) {
  const found = [path, ...(isAbsolute(path) ? [] : [resolve(context, path)])].find((one) => existsSync(one));
  if (found === undefined)
    throw new UserError(`Dockerfile ${path} not found: check --dockerfile; names are case-sensitive`);
  return readFileSync(found, 'utf8');
}

const splitAssignment = (text) => {
  const at = text.indexOf('=');
  return at < 0 ? [text, process.env[text] ?? ''] : [text.slice(0, at), text.slice(at + 1)];
};

class Build {
  #context;
  #buildArgs;
  #log;
  #variables = new Map();
  #hasBase = false;
  #stage;
  #config = {};
  #layers = [];
  #history = [];

  constructor(context, buildArgs, log) {
    this.#context = context;
    this.#buildArgs = buildArgs;
    this.#log = log;
  }

  run(instruction) {
    const { name, where } = instruction;
    const text = expand(instruction, this.#variables);
    if (!this.#hasBase && name !== 'FROM' && name !== 'ARG')
      throw new UserError(`${where}: the first instruction must be FROM, not ${name}`);
    this.#log(`${name} ${text}`);
    const before = this.#layers.length;
    this[`do${name[0]}${name.slice(1).toLowerCase()}`](instruction, text);
    if (name !== 'FROM' && name !== 'ARG')
      this.#history.push({
        created_by: `${name} ${text}`,
        ...(this.#layers.length === before && { empty_layer: true }),
      });
  }

  doFrom({ where, flags }, text) {
    if (this.#hasBase) throw unsupported(`${where}: FROM ${text}, a second stage`);
    const [base, as = '', stage] = splitWords(text);
    if (base !== 'scratch') throw unsupported(`${where}: FROM ${text}`);
    for (const flag of Object.keys(flags)) throw unsupported(`${where}: FROM --${flag}`);
    this.#hasBase = true;
    this.#stage = as.toUpperCase() === 'AS' ? stage : undefined;
  }

  doArg(_instruction, text) {
    const [name, defaultValue] = splitAssignment(splitWords(text)[0]);
    this.#variables.set(name, this.#buildArgs.get(name) ?? defaultValue);
  }

  doCopy(instruction, text) {
    const list = parseJsonForm(text) ?? splitWords(text);
    const entries = copiedEntries(this.#context, this.#config.WorkingDir ?? '/', list, instruction);
    const archive = tarArchive(entries);
    this.#layers.push({ diff: sha256Digest(archive), bytes: gzipSync(archive) });
  }

  doAdd(instruction, text) {
    const remote = (parseJsonForm(text) ?? splitWords(text)).find((one) =>
      /^(https?|git):|\.(tar|tgz|tbz2|txz)$|\.tar\./.test(one),
    );
    if (remote !== undefined)
      throw unsupported(`${instruction.where}: ADD of ${remote}, which requires fetching or unpacking`);
    this.doCopy(instruction, text);
  }

  doLabel(instruction, text) {
    this.#config.Labels = { ...this.#config.Labels, ...Object.fromEntries(parsePairs(instruction, text)) };
  }

  doEnv(instruction, text) {
    for (const [name, value] of parsePairs(instruction, text)) {
      this.#variables.set(name, value);
      const others = (this.#config.Env ?? []).filter((one) => !one.startsWith(`${name}=`));
      this.#config.Env = [...others, `${name}=${value}`];
    }
  }

  doCmd(_instruction, text) {
    this.#config.Cmd = parseJsonForm(text) ?? ['/bin/sh', '-c', text];
  }

  doEntrypoint(_instruction, text) {
    this.#config.Entrypoint = parseJsonForm(text) ?? ['/bin/sh', '-c', text];
    delete this.#config.Cmd;
  }

  doExpose(_instruction, text) {
    const ports = splitWords(text).map((port) => [port.includes('/') ? port : `${port}/tcp`, {}]);
    this.#config.ExposedPorts = { ...this.#config.ExposedPorts, ...Object.fromEntries(ports) };
  }

  doWorkdir(_instruction, text) {
    this.#config.WorkingDir = posix.resolve(this.#config.WorkingDir ?? '/', text);
  }

  doUser(_instruction, text) {
    this.#config.User = text;
  }

  doVolume(_instruction, text) {
    const places = (parseJsonForm(text) ?? splitWords(text)).map((place) => [place, {}]);
    this.#config.Volumes = { ...this.#config.Volumes, ...Object.fromEntries(places) };
  }

  doStopsignal(_instruction, text) {
    this.#config.StopSignal = text;
  }

  doMaintainer(instruction, text) {
    this.doLabel(instruction, `maintainer="${text}"`);
  }

  finish(labels, target) {
    if (!this.#hasBase) throw new UserError('the Dockerfile has no FROM');
    if (target !== undefined && target !== this.#stage && target !== '0')
      throw new UserError(
        `--target=${target} is not a stage of the Dockerfile; its only stage is ${this.#stage ?? 'unnamed'}`,
      );
    if (labels.length > 0) this.#config.Labels = { ...this.#config.Labels, ...Object.fromEntries(labels) };
    const created = '1970-01-01T00:00:00Z';
    const config = {
      created,
      architecture: ARCHITECTURES[process.arch] ?? process.arch,
      os: 'linux',
      config: this.#config,
      rootfs: { type: 'layers', diff_ids: this.#layers.map(({ diff }) => diff) },
      history: this.#history.map((one) => ({ created, ...one })),
    };
    const blobs = [
      blob('application/vnd.oci.image.config.v1+json', JSON.stringify(config)),
      ...this.#layers.map(({ bytes }) => blob('application/vnd.oci.image.layer.v1.tar+gzip', bytes)),
    ];
    const [first, ...layers] = blobs.map(({ mediaType, digest, bytes }) => ({ mediaType, digest, size: bytes.length }));
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = { schemaVersion: 2, mediaType, config: first, layers };
    return { blobs, manifest: blob(mediaType, JSON.stringify(manifest)) };
  }
}

function blob(mediaType, content) {
  const bytes = Buffer.from(content);
  return { mediaType, digest: sha256Digest(bytes), bytes };
}
