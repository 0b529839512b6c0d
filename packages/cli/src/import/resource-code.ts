/** Translates PipelineResources to the construct of their type, and the inline definitions in runs likewise. */

import type { PipelineResourceSpec, ResourceType } from '@pipewright/tekton';
import { objectLiteral, stringLiteral, type Block } from './code.js';
import { byName, NotExpressible, requireOnlyFields } from './not-expressible.js';

/** A construct of the library, and its props. */
export interface ResourceCode {
  readonly construct: string;
  readonly props: Readonly<Record<string, string | Block | undefined>>;
}

type TranslateResource = (params: Params, secrets: Secrets) => ResourceCode;

/** The translation of each resource type. */
const TYPES: Readonly<Record<ResourceType, TranslateResource>> = {
  git: (params) => ({
    construct: 'GitResource',
    props: {
      url: params.required('url'),
      revision: params.text('revision'),
      submodules: params.flag('submodules'),
      depth: params.number('depth'),
      sslVerify: params.flag('sslVerify'),
    },
  }),
  image: (params) => ({
    construct: 'ImageResource',
    props: { url: params.required('url'), digest: params.text('digest') },
  }),
  pullRequest: (params, secrets) => ({
    construct: 'PullRequestResource',
    props: {
      url: params.required('url'),
      provider: params.oneOf('provider', ['github', 'gitlab']),
      insecureSkipTlsVerify: params.flag('insecure-skip-tls-verify'),
      authToken: secrets.take('authToken'),
    },
  }),
  storage: (params, secrets) =>
    params.oneOf('type', ['gcs', 'build-gcs']) === "'gcs'" ? gcs(params, secrets) : buildGcs(params),
  cluster: (params, secrets) => cluster(params, secrets),
  cloudEvent: (params) => ({ construct: 'CloudEventResource', props: { targetURI: params.required('targetURI') } }),
};

const gcs: TranslateResource = (params, secrets) => ({
  construct: 'StorageResource',
  props: {
    type: stringLiteral('gcs'),
    location: params.required('location'),
    directory: params.oneOf('dir', ['y']) && 'true',
    credentials: secrets.take('GOOGLE_APPLICATION_CREDENTIALS'),
    boto: secrets.take('BOTO_CONFIG'),
  },
});

const buildGcs = (params: Params): ResourceCode => ({
  construct: 'BuildStorageResource',
  props: {
    type: stringLiteral('build-gcs'),
    location: params.required('location'),
    artifactType: params.oneOf('artifactType', ['ZipArchive', 'TarGzArchive', 'Manifest'], true),
  },
});

const cluster: TranslateResource = (params, secrets) => {
  const plaintextNames = params.names.filter(isPlaintext);
  const insecure = params.flag('insecure');
  const plaintext = { password: params.text('password'), token: params.text('token') };
  const secret = { password: secrets.take('password'), token: secrets.take('token') };
  const cadata = params.text('cadata') ?? secrets.take('cadata');
  if ((insecure === 'true') !== (cadata === undefined)) {
    throw new NotExpressible('a cluster has either an authority (cadata) or insecure: "true"');
  }
  return {
    construct: 'ClusterResource',
    props: {
      name: params.text('name'),
      url: params.required('url'),
      revision: params.text('revision'),
      username: params.text('username') ?? secrets.take('username'),
      ...secret,
      namespace: params.text('namespace'),
      cadata,
      insecure,
      unsafePlaintext:
        plaintextNames.length > 0
          ? objectLiteral(Object.fromEntries(plaintextNames.map((name) => [name, plaintext[name]])))
          : undefined,
    },
  };
};

/** The props whose name differs from that of the param or secret. */
const PROP_NAMES: Readonly<Partial<Record<ResourceType, Readonly<Record<string, string>>>>> = {
  pullRequest: { 'insecure-skip-tls-verify': 'insecureSkipTlsVerify' },
  storage: { dir: 'directory', GOOGLE_APPLICATION_CREDENTIALS: 'credentials', BOTO_CONFIG: 'boto' },
};

/** Returns the construct for a definition, with its props in the order of the params and secrets. */
export function resourceCode(spec: PipelineResourceSpec): ResourceCode {
  requireOnlyFields(spec, ['type', 'params', 'secrets'], 'a resource');
  const params = new Params(spec);
  const secrets = new Secrets(spec);
  const { construct, props } = TYPES[spec.type](params, secrets);
  params.requireAllUsed();
  secrets.requireAllUsed();
  return { construct, props: sortedProps(props, orderOf(spec)) };
}

/**
 * Returns the props' names in the order of the params and secrets, because the construct writes params in the order of
 * its props.
 */
function orderOf({ type, params = [], secrets = [] }: PipelineResourceSpec): readonly string[] {
  const names = params.map(({ name }) => (type === 'cluster' && isPlaintext(name) ? 'unsafePlaintext' : name));
  const fieldNames = secrets.map(({ fieldName }) => fieldName);
  const written = [...names.filter((name, index) => name !== names[index - 1]), ...fieldNames];
  if (written.filter((name) => name === 'unsafePlaintext').length > 1)
    throw new NotExpressible('its password and token do not follow each other');
  const propNames = PROP_NAMES[type] ?? {};
  return written.map((name) => (Object.hasOwn(propNames, name) ? (propNames[name] ?? name) : name));
}

const isPlaintext = (param: string): param is 'password' | 'token' => param === 'password' || param === 'token';

/**
 * Sorts the props. A storage's `type` is set by the construct, which writes it as the first param unless it is among
 * the props.
 */
function sortedProps(props: ResourceCode['props'], order: readonly string[]): ResourceCode['props'] {
  const at = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.fromEntries(
    Object.entries(props)
      .filter(([name]) => name !== 'type' || order[0] !== 'type')
      .toSorted(([a], [b]) => at(a) - at(b)),
  );
}

/** The params of a resource, each of which is consumed once. */
class Params {
  readonly #unused: Map<string, string>;

  constructor({ params = [] }: PipelineResourceSpec) {
    this.#unused = new Map(
      byName(params, 'its params').map(([name, { value }]) => {
        if (value === undefined) throw new NotExpressible(`its param "${name}" has no value`);
        return [name, value];
      }),
    );
  }

  /** The names not yet consumed, in order. */
  get names(): readonly string[] {
    return [...this.#unused.keys()];
  }

  text(name: string): string | undefined {
    const value = this.#take(name);
    return value === undefined ? undefined : stringLiteral(value);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new NotExpressible(`it has no param "${name}"`);
    return value;
  }

  flag(name: string): string | undefined {
    return this.#plain(name, /^(true|false)$/);
  }

  number(name: string): string | undefined {
    return this.#plain(name, /^(0|[1-9]\d{0,8})$/);
  }

  oneOf(name: string, choices: readonly string[], needed = false): string | undefined {
    const value = this.#take(name);
    if (value === undefined && !needed) return undefined;
    if (value === undefined || !choices.includes(value)) {
      throw new NotExpressible(`its param "${name}" is not one of ${choices.join(', ')}`);
    }
    return stringLiteral(value);
  }

  requireAllUsed(): void {
    const [other] = this.#unused.keys();
    if (other !== undefined) throw new NotExpressible(`the constructs have no param "${other}"`);
  }

  #plain(name: string, form: RegExp): string | undefined {
    const value = this.#take(name);
    if (value === undefined || form.test(value)) return value;
    throw new NotExpressible(`its param "${name}" is "${value}"`);
  }

  #take(name: string): string | undefined {
    const value = this.#unused.get(name);
    this.#unused.delete(name);
    return value;
  }
}

/** The secrets of a resource, each of which is consumed once. */
class Secrets {
  readonly #unused: Map<
    string,
    { readonly fieldName: string; readonly secretKey: string; readonly secretName: string }
  >;

  constructor({ secrets = [] }: PipelineResourceSpec) {
    this.#unused = new Map(
      byName(
        secrets.map((it) => ({ ...it, name: it.fieldName })),
        'its secrets',
      ).map(([name, { name: _, ...secret }]) => [name, secret]),
    );
  }

  take(field: string): Block | undefined {
    const secret = this.#unused.get(field);
    if (!secret) return undefined;
    requireOnlyFields(secret, ['fieldName', 'secretKey', 'secretName'], 'a secret');
    this.#unused.delete(field);
    return objectLiteral({ secretName: stringLiteral(secret.secretName), secretKey: stringLiteral(secret.secretKey) });
  }

  requireAllUsed(): void {
    const [other] = this.#unused.keys();
    if (other !== undefined) throw new NotExpressible(`the constructs have no secret "${other}"`);
  }
}
