/**
 * Pushes an image with the protocol of the distribution specification: the missing blobs, then the manifest.
 *
 * Like skopeo and Docker, reads the locations of registries from /etc/containers/registries.conf, and credentials from DOCKER_CONFIG.
 * Credentials are sent only to the registry that requests them, and never printed.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from './user-error.mjs';

/** @returns {Promise<string>} the name of the image with its digest, in Kaniko's format */
export async function push(destination, image, { insecure, allowsHttp = false, authfile = undefined, log }) {
  const name = parseImageName(destination);
  const location = registryLocation(name, insecure);
  if (location.isRedirected) log(`${name.host} is ${location.host} on this machine (registries.conf)`);
  const registry = new Client(await withReachableScheme(location, allowsHttp), authfile);
  for (const blob of image.blobs) await registry.pushBlob(blob);
  await registry.pushManifest(name.tag, image.manifest);
  const host = name.host === 'docker.io' ? 'index.docker.io' : name.host;
  return `${host}/${name.repository}@${image.manifest.digest}`;
}

/** Implements `--tls-verify=false`: falls back to HTTP if the registry does not support TLS. */
async function withReachableScheme(location, allowsHttp) {
  if (!allowsHttp || location.scheme === 'http') return location;
  try {
    await fetch(`https://${location.host}/v2/`);
    return location;
  } catch {
    return { ...location, scheme: 'http' };
  }
}

/** Parses `[host/]repository[:tag]`. The default host is Docker Hub. */
function parseImageName(destination) {
  const [, path, tag = 'latest'] = /^(.+?)(?::([\w][\w.-]{0,127}))?$/.exec(destination) ?? [];
  const first = path?.split('/')[0] ?? '';
  const hosted = path?.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const host = hosted ? first : 'docker.io';
  const rest = hosted ? path.slice(first.length + 1) : path;
  const repository = host === 'docker.io' && !rest?.includes('/') ? `library/${rest}` : rest;
  if (!/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/.test(repository ?? ''))
    throw new UserError(`${destination} is not a valid image name: use lowercase words joined by /, then :tag`);
  return { host: host === 'index.docker.io' ? 'docker.io' : host, repository, tag };
}

/** Returns the location of a repository: the longest matching prefix decides, as in containers-registries.conf(5). */
function registryLocation({ host, repository }, insecure) {
  const full = `${host}/${repository}`;
  const [best] = registries()
    .map(
      (/** @type {Record<string, any>} */ one) =>
        /** @type {Record<string, any>} */ ({ ...one, prefix: one.prefix ?? one.location ?? '' }),
    )
    .filter(({ prefix }) => full === prefix || full.startsWith(`${prefix}/`))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  if (best?.blocked === true) throw new UserError(`registries.conf blocks ${best.prefix}`);
  const moved = best?.location === undefined ? full : best.location + full.slice(best.prefix.length);
  const at = moved.indexOf('/');
  const named = moved.slice(0, at);
  return {
    scheme: insecure || best?.insecure === true ? 'http' : 'https',
    host: named === 'docker.io' ? 'registry-1.docker.io' : named,
    repository: moved.slice(at + 1),
    isRedirected: named !== host,
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

  async pushBlob({ digest, bytes }) {
    if ((await this.#send('HEAD', `${this.#base}/blobs/${digest}`)).status === 200) return;
    const begun = await this.#expect(202, 'POST', `${this.#base}/blobs/uploads/`);
    const location = new URL(begun.headers.get('location') ?? '', begun.url);
    location.searchParams.set('digest', digest);
    await this.#expect(201, 'PUT', location.href, bytes, 'application/octet-stream');
  }

  async pushManifest(tag, { bytes, mediaType }) {
    await this.#expect(201, 'PUT', `${this.#base}/manifests/${tag}`, bytes, mediaType);
  }

  async #expect(status, method, url, body, type) {
    const response = await this.#send(method, url, body, type);
    if (response.status === status) return response;
    const text = (await response.text()).slice(0, 500);
    const why =
      response.status === 401 ? `: unauthorized; are there credentials for ${this.#host} in DOCKER_CONFIG?` : '';
    throw new UserError(`pushing to ${this.#host}: ${method} returned ${response.status}${why} ${text}`.trim());
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
      this.#authorization = await authorizationFor(
        this.#host,
        response.headers.get('www-authenticate') ?? '',
        this.#authfile,
      );
      return this.#authorization ? await once() : response;
    } catch (cause) {
      throw new UserError(`pushing to ${this.#host}: ${cause.cause?.message ?? cause.message}`);
    }
  }
}

/** Returns the Authorization header for a challenge: Basic credentials, or a token from the realm of a Bearer challenge. */
async function authorizationFor(host, challenge, authfile) {
  const basic = credentials(host, authfile);
  if (/^basic/i.test(challenge)) return basic && `Basic ${basic}`;
  const challengeParams = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  if (!/^bearer/i.test(challenge) || !challengeParams.realm) return undefined;
  const url = new URL(challengeParams.realm);
  for (const key of ['service', 'scope']) if (challengeParams[key]) url.searchParams.set(key, challengeParams[key]);
  const response = await fetch(url, { headers: basic ? { authorization: `Basic ${basic}` } : {} });
  const body = /** @type {any} */ (response.ok ? await response.json() : {});
  const token = body.token ?? body.access_token;
  return token && `Bearer ${token}`;
}

const HUB = ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io'];

/** Directories with credentials: the step's own, then those of the local registry, which `pipewright run` adds to every container. */
const configDirectories = () => [
  process.env.DOCKER_CONFIG ?? '/kaniko/.docker',
  process.env.PIPEWRIGHT_DOCKER_CONFIG ?? '/etc/pipewright/docker',
];

function credentials(host, authfile) {
  const names = HUB.includes(host) ? HUB : [host, `https://${host}`, `https://${host}/v1/`, `https://${host}/v2/`];
  const files = [
    authfile,
    process.env.REGISTRY_AUTH_FILE,
    ...configDirectories().map((directory) => join(directory, 'config.json')),
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
