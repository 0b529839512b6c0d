/**
 * Pushes an image by the distribution specification: blobs that the registry lacks, then the manifest.
 *
 * Where a registry really is, is read from /etc/containers/registries.conf, and credentials from DOCKER_CONFIG, as skopeo and
 * Docker do. Credentials are sent to the registry that asks for them, and never shown.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Mistake } from './mistake.mjs';

/** @returns {Promise<string>} the image's name with its digest, as Kaniko prints it */
export async function push(destination, image, { insecure, plainWhenRefused = false, authfile = undefined, say }) {
  const name = parse(destination);
  const place = locate(name, insecure);
  if (place.moved) say(`${name.host} is ${place.host} on this machine (registries.conf)`);
  const registry = new Client(await reachable(place, plainWhenRefused), authfile);
  for (const blob of image.blobs) await registry.blob(blob);
  await registry.manifest(name.tag, image.manifest);
  const host = name.host === 'docker.io' ? 'index.docker.io' : name.host;
  return `${host}/${name.repository}@${image.manifest.digest}`;
}

/** As `--tls-verify=false` is meant: TLS without a known certificate, and no TLS where there is none. */
async function reachable(place, plainWhenRefused) {
  if (!plainWhenRefused || place.scheme === 'http') return place;
  try {
    await fetch(`https://${place.host}/v2/`);
    return place;
  } catch {
    return { ...place, scheme: 'http' };
  }
}

/** `[host/]repository[:tag]`; without a host it is Docker Hub's, as ever. */
function parse(destination) {
  const [, path, tag = 'latest'] = /^(.+?)(?::([\w][\w.-]{0,127}))?$/.exec(destination) ?? [];
  const first = path?.split('/')[0] ?? '';
  const hosted = path?.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const host = hosted ? first : 'docker.io';
  const rest = hosted ? path.slice(first.length + 1) : path;
  const repository = host === 'docker.io' && !rest?.includes('/') ? `library/${rest}` : rest;
  if (!/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/.test(repository ?? ''))
    throw new Mistake(`${destination} is no image name: lower-case words joined by /, then :tag`);
  return { host: host === 'index.docker.io' ? 'docker.io' : host, repository, tag };
}

/** The longest prefix that matches decides, as containers-registries.conf(5) says. */
function locate({ host, repository }, insecure) {
  const full = `${host}/${repository}`;
  const [best] = registries()
    .map(
      (/** @type {Record<string, any>} */ one) =>
        /** @type {Record<string, any>} */ ({ ...one, prefix: one.prefix ?? one.location ?? '' }),
    )
    .filter(({ prefix }) => full === prefix || full.startsWith(`${prefix}/`))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  if (best?.blocked === true) throw new Mistake(`registries.conf blocks ${best.prefix}`);
  const moved = best?.location === undefined ? full : best.location + full.slice(best.prefix.length);
  const at = moved.indexOf('/');
  const named = moved.slice(0, at);
  return {
    scheme: insecure || best?.insecure === true ? 'http' : 'https',
    host: named === 'docker.io' ? 'registry-1.docker.io' : named,
    repository: moved.slice(at + 1),
    moved: named !== host,
  };
}

/**
 * Reads the `[[registry]]` tables; supports only the TOML that they need.
 *
 * @returns {Record<string, any>[]}
 */
function registries() {
  let text = '';
  try {
    text = readFileSync(process.env.CONTAINERS_REGISTRIES_CONF ?? '/etc/containers/registries.conf', 'utf8');
  } catch {
    return [];
  }
  /** @type {Record<string, any>[]} */
  const tables = [];
  /** @type {Record<string, any> | undefined} */
  let table;
  for (const line of text.split('\n')) {
    if (/^\s*\[/.test(line)) {
      table = /^\s*\[\[registry\]\]/.test(line) ? {} : undefined;
      if (table) tables.push(table);
    }
    const [, key, quoted, flag] = /^\s*(\w+)\s*=\s*(?:["']([^"']*)["']|(true|false))/.exec(line) ?? [];
    if (table && key) table[key] = quoted ?? flag === 'true';
  }
  return tables;
}

class Client {
  #base;
  #host;
  #authorization;
  #authfile;

  constructor({ scheme, host, repository }, authfile) {
    this.#host = host;
    this.#authfile = authfile;
    this.#base = `${scheme}://${host}/v2/${repository}`;
  }

  async blob({ digest, bytes }) {
    if ((await this.#send('HEAD', `${this.#base}/blobs/${digest}`)).status === 200) return;
    const begun = await this.#expect(202, 'POST', `${this.#base}/blobs/uploads/`);
    const location = new URL(begun.headers.get('location') ?? '', begun.url);
    location.searchParams.set('digest', digest);
    await this.#expect(201, 'PUT', location.href, bytes, 'application/octet-stream');
  }

  async manifest(tag, { bytes, mediaType }) {
    await this.#expect(201, 'PUT', `${this.#base}/manifests/${tag}`, bytes, mediaType);
  }

  async #expect(status, method, url, body, type) {
    const response = await this.#send(method, url, body, type);
    if (response.status === status) return response;
    const text = (await response.text()).slice(0, 500);
    const why =
      response.status === 401 ? `: unauthorized; are there credentials for ${this.#host} in DOCKER_CONFIG?` : '';
    throw new Mistake(`pushing to ${this.#host}: ${method} answered ${response.status}${why} ${text}`.trim());
  }

  async #send(method, url, body, type) {
    const once = () =>
      fetch(url, {
        method,
        headers: {
          ...(type && { 'content-type': type }),
          ...(this.#authorization && new URL(url).host === this.#host && { authorization: this.#authorization }),
        },
        ...(body && { body }),
      });
    try {
      const response = await once();
      if (response.status !== 401 || this.#authorization) return response;
      this.#authorization = await authorize(this.#host, response.headers.get('www-authenticate') ?? '', this.#authfile);
      return this.#authorization ? await once() : response;
    } catch (cause) {
      throw new Mistake(`pushing to ${this.#host}: ${cause.cause?.message ?? cause.message}`);
    }
  }
}

/** Answers a challenge: Basic, or a token from the place that a Bearer challenge names. */
async function authorize(host, challenge, authfile) {
  const basic = credentials(host, authfile);
  if (/^basic/i.test(challenge)) return basic && `Basic ${basic}`;
  const asked = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  if (!/^bearer/i.test(challenge) || !asked.realm) return undefined;
  const url = new URL(asked.realm);
  for (const key of ['service', 'scope']) if (asked[key]) url.searchParams.set(key, asked[key]);
  const response = await fetch(url, { headers: basic ? { authorization: `Basic ${basic}` } : {} });
  const body = /** @type {any} */ (response.ok ? await response.json() : {});
  const token = body.token ?? body.access_token;
  return token && `Bearer ${token}`;
}

const HUB = ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io'];

/** The step's own, then those of this machine's registry, which `pipewright run` lays into every container. */
const logins = () => [
  process.env.DOCKER_CONFIG ?? '/kaniko/.docker',
  process.env.PIPEWRIGHT_DOCKER_CONFIG ?? '/etc/pipewright/docker',
];

function credentials(host, authfile) {
  const names = HUB.includes(host) ? HUB : [host, `https://${host}`, `https://${host}/v1/`, `https://${host}/v2/`];
  const files = [
    authfile,
    process.env.REGISTRY_AUTH_FILE,
    ...logins().map((directory) => join(directory, 'config.json')),
  ];
  for (const file of files.filter((each) => each !== undefined)) {
    const auths = authsIn(file);
    const found = names.map((name) => auths[name]).find(Boolean);
    if (found) return found.auth || Buffer.from(`${found.username}:${found.password}`).toString('base64');
  }
  return undefined;
}

function authsIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).auths ?? {};
  } catch {
    return {};
  }
}
