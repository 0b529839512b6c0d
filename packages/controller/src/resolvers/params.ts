/**
 * The params of each resolver: names, defaults and errors.
 *
 * Pure, so that a request with invalid params fails before anything is fetched. Messages are those of Tekton v1.15 where it has one.
 */

import { invalidImageReason, type ParamAssignment } from '@pipewright/tekton';
import { ResolverError } from './resolution.js';

/** Settings of resolvers, as in Tekton's ConfigMaps `…-resolver-config`. */
export interface ResolverSettings {
  /** Namespaces from which the cluster resolver may read; empty: all that are not blocked. */
  readonly allowedNamespaces: readonly string[];
  readonly blockedNamespaces: readonly string[];
  /** The URL of Artifact Hub. */
  readonly artifactHubUrl: string;
}

/** Tekton's defaults. */
export const DEFAULT_RESOLVER_SETTINGS: ResolverSettings = {
  allowedNamespaces: [],
  blockedNamespaces: [],
  artifactHubUrl: 'https://artifacthub.io',
};

/** A secret's value as the password for a user. */
export interface BasicAuth {
  readonly username: string;
  readonly secret: string;
  readonly key: string;
}

/** The valid params of a request. */
export type ResolverParams =
  | {
      readonly kind: 'git';
      readonly url: URL;
      /** The URL as the reference has it. */
      readonly urlText: string;
      readonly revision: string;
      readonly path: string;
      readonly token?: { readonly secret: string; readonly key: string };
    }
  | { readonly kind: 'http'; readonly url: URL; readonly auth?: BasicAuth; readonly sha256?: string }
  | { readonly kind: 'cluster'; readonly objectKind: ClusterKind; readonly name: string; readonly namespace: string }
  | {
      readonly kind: 'bundles';
      readonly bundle: string;
      readonly name: string;
      readonly objectKind: string;
      readonly secret?: string;
    }
  | {
      readonly kind: 'hub';
      readonly name: string;
      readonly version: string;
      readonly objectKind: 'task' | 'pipeline' | 'stepaction';
      readonly catalog: string;
      readonly baseUrl: string;
    };

/** The kinds of definitions that the cluster resolver reads. */
export type ClusterKind = 'task' | 'pipeline' | 'stepaction';

type Texts = ReadonlyMap<string, string>;
type Reader = (texts: Texts, namespace: string, settings: ResolverSettings) => ResolverParams;

const READERS: Readonly<Record<string, Reader>> = {
  git: readGit,
  http: readHttp,
  cluster: readCluster,
  bundles: readBundle,
  hub: readHub,
};

/** Returns the params of a resolver; undefined if no resolver has that name. @throws ResolverError */
export function readResolverParams(
  resolver: string,
  params: readonly ParamAssignment[],
  namespace: string,
  settings: ResolverSettings,
): ResolverParams | undefined {
  const reader = Object.hasOwn(READERS, resolver) ? READERS[resolver] : undefined;
  return reader?.(textsOf(params), namespace, settings);
}

function textsOf(params: readonly ParamAssignment[]): Texts {
  return new Map(
    params.map(({ name, value }) => {
      if (typeof value !== 'string') throw new ResolverError(`the param "${name}" must be a string`);
      return [name, value];
    }),
  );
}

function requireParams(resolver: string, texts: Texts, names: readonly string[]): void {
  const missing = names.filter((name) => (texts.get(name) ?? '') === '');
  if (missing.length > 0)
    throw new ResolverError(`missing required ${resolver} resolver params: ${missing.join(', ')}`);
}

const DEFAULT_REPOSITORY = 'https://github.com/tektoncd/catalog.git';

function readGit(texts: Texts): ResolverParams {
  requireParams('git', texts, ['pathInRepo']);
  if (texts.has('repo') || texts.has('org'))
    throw new ResolverError('the params repo and org of the git resolver are not supported yet; use the param url');
  const urlText = texts.get('url') ?? DEFAULT_REPOSITORY;
  const url = URL.canParse(urlText) ? new URL(urlText) : undefined;
  if (/^(ssh:|[\w.-]+@[\w.-]+:)/.test(urlText))
    throw new ResolverError(
      `git repository url ${urlText}: SSH is not supported; use an https URL, with gitToken for private repositories`,
    );
  if (!url || !['git:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '')
    throw new ResolverError(`invalid git repository url: ${urlText}`);
  const path = texts.get('pathInRepo') ?? '';
  if (path.split('/').includes('..'))
    throw new ResolverError(`invalid path "${path}": must not contain '..' components`);
  const secret = texts.get('gitToken');
  const token = secret === undefined ? undefined : { secret, key: texts.get('gitTokenKey') ?? 'token' };
  return { kind: 'git', url, urlText, revision: texts.get('revision') ?? 'main', path, ...(token && { token }) };
}

function readHttp(texts: Texts): ResolverParams {
  requireParams('http', texts, ['url']);
  const text = texts.get('url') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new ResolverError(`url ${text} is not a valid http(s) url`);
  const auth = readBasicAuth(texts);
  const digest = texts.get('digest');
  const sha256 = digest === undefined ? undefined : /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (digest !== undefined && sha256 === undefined)
    throw new ResolverError(`invalid digest "${digest}": it must be "sha256:" and 64 lowercase hexadecimal digits`);
  return { kind: 'http', url, ...(auth && { auth }), ...(sha256 !== undefined && { sha256 }) };
}

function readBasicAuth(texts: Texts): BasicAuth | undefined {
  const [username, secret] = [texts.get('http-username'), texts.get('http-password-secret')];
  if (username === undefined && secret === undefined) return undefined;
  if (username === undefined || secret === undefined) {
    const [given, absent] =
      username === undefined ? ['http-password-secret', 'http-username'] : ['http-username', 'http-password-secret'];
    throw new ResolverError(`missing required param ${absent} when using ${given}`);
  }
  return { username, secret, key: texts.get('http-password-secret-key') ?? 'password' };
}

function readCluster(texts: Texts, _namespace: string, settings: ResolverSettings): ResolverParams {
  const objectKind = texts.get('kind') ?? 'task';
  requireParams('cluster', texts, ['name', 'namespace']);
  if (!isClusterKind(objectKind)) throw new ResolverError(`unknown or unsupported resource kind '${objectKind}'`);
  const namespace = texts.get('namespace') ?? '';
  const { allowedNamespaces, blockedNamespaces } = settings;
  const isAllowed = allowedNamespaces.includes(namespace);
  if (!isAllowed && (blockedNamespaces.includes(namespace) || blockedNamespaces.includes('*')))
    throw new ResolverError(`access to specified namespace ${namespace} is blocked`);
  if (!isAllowed && allowedNamespaces.length > 0)
    throw new ResolverError(`access to specified namespace ${namespace} is not allowed`);
  return { kind: 'cluster', objectKind, name: texts.get('name') ?? '', namespace };
}

const isClusterKind = (kind: string): kind is ClusterKind => ['task', 'pipeline', 'stepaction'].includes(kind);

function readBundle(texts: Texts): ResolverParams {
  for (const name of ['bundle', 'name'])
    if ((texts.get(name) ?? '') === '') throw new ResolverError(`parameter "${name}" required`);
  const bundle = texts.get('bundle') ?? '';
  const reason = invalidImageReason(bundle);
  if (reason !== undefined)
    throw new ResolverError(`invalid bundle reference: could not parse reference: ${bundle}: ${reason}`);
  const secret = texts.get('secret');
  return {
    kind: 'bundles',
    bundle,
    name: texts.get('name') ?? '',
    objectKind: texts.get('kind') ?? 'task',
    ...(secret !== undefined && secret !== '' && { secret }),
  };
}

/** Catalogs of Artifact Hub for each kind. */
const CATALOGS = {
  task: 'tekton-catalog-tasks',
  pipeline: 'tekton-catalog-pipelines',
  stepaction: 'tekton-catalog-stepactions',
} as const;

function readHub(texts: Texts, _namespace: string, { artifactHubUrl }: ResolverSettings): ResolverParams {
  requireParams('hub', texts, ['name', 'version']);
  const objectKind = texts.get('kind') ?? 'task';
  if (!isClusterKind(objectKind)) throw new ResolverError('kind param must be task, pipeline, or stepaction');
  const type = texts.get('type') ?? 'artifact';
  if (type !== 'artifact')
    throw new ResolverError(
      `the hub type "${type}" is not supported: the Tekton Hub was shut down; use type artifact (Artifact Hub)`,
    );
  const baseUrl = texts.get('url') ?? artifactHubUrl;
  if (!URL.canParse(baseUrl) || !/^https?:/.test(baseUrl))
    throw new ResolverError(`url ${baseUrl} is not a valid http(s) url`);
  const catalog = texts.get('catalog') ?? CATALOGS[objectKind];
  for (const [name, value] of [...texts, ['catalog', catalog]] as const)
    if (/^\.{1,2}$/.test(value)) throw new ResolverError(`the param "${name}" must not be "${value}"`);
  return {
    kind: 'hub',
    name: texts.get('name') ?? '',
    version: texts.get('version') ?? '',
    objectKind,
    catalog,
    baseUrl,
  };
}
