/** Carries out a Dockerfile's instructions: a layer for each COPY, a configuration, and the manifest that names them. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, posix, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { copy } from './copy.mjs';
import { expand, jsonForm, pairs, readDockerfile, words } from './dockerfile.mjs';
import { beyond, Mistake } from './mistake.mjs';
import { tar } from './tar.mjs';

const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const ARCHITECTURES = { x64: 'amd64', ia32: '386' };

/** @returns {{blobs: {mediaType: string, digest: string, bytes: Buffer}[], manifest: {mediaType: string, digest: string, bytes: Buffer}}} */
export function buildImage({ context, dockerfile, args, labels = [], target, say }) {
  if (!existsSync(context) || !statSync(context).isDirectory())
    throw new Mistake(`there is no build context ${context}: name a directory`);
  const build = new Build(resolve(context), new Map(args.map((one) => split(one))), say);
  for (const instruction of readDockerfile(readDockerfileAt(context, dockerfile), dockerfile)) build.run(instruction);
  return build.finish(labels.map(split), target);
}

/** As given, else inside the context, as Kaniko looks. */
function readDockerfileAt(context, path) {
  const found = [path, ...(isAbsolute(path) ? [] : [resolve(context, path)])].find((one) => existsSync(one));
  if (found === undefined)
    throw new Mistake(`there is no Dockerfile ${path}: check --dockerfile; names are case-sensitive`);
  return readFileSync(found, 'utf8');
}

const split = (text) => {
  const at = text.indexOf('=');
  return at < 0 ? [text, process.env[text] ?? ''] : [text.slice(0, at), text.slice(at + 1)];
};

class Build {
  #context;
  #given;
  #say;
  #variables = new Map();
  #from = false;
  #stage;
  #config = {};
  #layers = [];
  #history = [];

  constructor(context, given, say) {
    this.#context = context;
    this.#given = given;
    this.#say = say;
  }

  run(instruction) {
    const { name, where } = instruction;
    const text = expand(instruction, this.#variables);
    if (!this.#from && name !== 'FROM' && name !== 'ARG')
      throw new Mistake(`${where}: the first instruction must be FROM, not ${name}`);
    this.#say(`${name} ${text}`);
    const before = this.#layers.length;
    this[`do${name[0]}${name.slice(1).toLowerCase()}`](instruction, text);
    if (name !== 'FROM' && name !== 'ARG')
      this.#history.push({
        created_by: `${name} ${text}`,
        ...(this.#layers.length === before && { empty_layer: true }),
      });
  }

  doFrom({ where, flags }, text) {
    if (this.#from) throw beyond(`${where}: FROM ${text}, a second stage`);
    const [base, as = '', stage] = words(text);
    if (base !== 'scratch') throw beyond(`${where}: FROM ${text}`);
    for (const flag of Object.keys(flags)) throw beyond(`${where}: FROM --${flag}`);
    this.#from = true;
    this.#stage = as.toUpperCase() === 'AS' ? stage : undefined;
  }

  doArg(_instruction, text) {
    const [name, otherwise] = split(words(text)[0]);
    this.#variables.set(name, this.#given.get(name) ?? otherwise);
  }

  doCopy(instruction, text) {
    const list = jsonForm(text) ?? words(text);
    const entries = copy(this.#context, this.#config.WorkingDir ?? '/', list, instruction);
    const archive = tar(entries);
    this.#layers.push({ diff: digestOf(archive), bytes: gzipSync(archive) });
  }

  doAdd(instruction, text) {
    const remote = (jsonForm(text) ?? words(text)).find((one) =>
      /^(https?|git):|\.(tar|tgz|tbz2|txz)$|\.tar\./.test(one),
    );
    if (remote !== undefined) throw beyond(`${instruction.where}: ADD of ${remote}, which would fetch or unpack it`);
    this.doCopy(instruction, text);
  }

  doLabel(instruction, text) {
    this.#config.Labels = { ...this.#config.Labels, ...Object.fromEntries(pairs(instruction, text)) };
  }

  doEnv(instruction, text) {
    for (const [name, value] of pairs(instruction, text)) {
      this.#variables.set(name, value);
      const others = (this.#config.Env ?? []).filter((one) => !one.startsWith(`${name}=`));
      this.#config.Env = [...others, `${name}=${value}`];
    }
  }

  doCmd(_instruction, text) {
    this.#config.Cmd = jsonForm(text) ?? ['/bin/sh', '-c', text];
  }

  doEntrypoint(_instruction, text) {
    this.#config.Entrypoint = jsonForm(text) ?? ['/bin/sh', '-c', text];
    delete this.#config.Cmd;
  }

  doExpose(_instruction, text) {
    const ports = words(text).map((port) => [port.includes('/') ? port : `${port}/tcp`, {}]);
    this.#config.ExposedPorts = { ...this.#config.ExposedPorts, ...Object.fromEntries(ports) };
  }

  doWorkdir(_instruction, text) {
    this.#config.WorkingDir = posix.resolve(this.#config.WorkingDir ?? '/', text);
  }

  doUser(_instruction, text) {
    this.#config.User = text;
  }

  doVolume(_instruction, text) {
    const places = (jsonForm(text) ?? words(text)).map((place) => [place, {}]);
    this.#config.Volumes = { ...this.#config.Volumes, ...Object.fromEntries(places) };
  }

  doStopsignal(_instruction, text) {
    this.#config.StopSignal = text;
  }

  doMaintainer(instruction, text) {
    this.doLabel(instruction, `maintainer="${text}"`);
  }

  finish(labels, target) {
    if (!this.#from) throw new Mistake('the Dockerfile has no FROM');
    if (target !== undefined && target !== this.#stage && target !== '0')
      throw new Mistake(
        `--target=${target} is not a stage of the Dockerfile, whose only one is ${this.#stage ?? 'without a name'}`,
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
  return { mediaType, digest: digestOf(bytes), bytes };
}
