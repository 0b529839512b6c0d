/**
 * PipelineResources as the construct of their type, and the same definitions where a run has them inside.
 */

import type { PipelineResourceSpec, ResourceType } from '@pipewright/tekton';
import { fields, text, type Block } from './code.js';
import { byName, NotExpressible, onlyFields } from './not-expressible.js';

/** A construct of the library, and the fields of its props. */
export interface ResourceCode {
  readonly construct: string;
  readonly props: Readonly<Record<string, string | Block | undefined>>;
}

type Reads = (params: Params, secrets: Secrets) => ResourceCode;

/** How each type is written. */
const TYPES: Readonly<Record<ResourceType, Reads>> = {
  git: (params) => ({
    construct: 'GitResource',
    props: {
      url: params.needed('url'),
      revision: params.text('revision'),
      submodules: params.flag('submodules'),
      depth: params.number('depth'),
      sslVerify: params.flag('sslVerify'),
    },
  }),
  image: (params) => ({
    construct: 'ImageResource',
    props: { url: params.needed('url'), digest: params.text('digest') },
  }),
  pullRequest: (params, secrets) => ({
    construct: 'PullRequestResource',
    props: {
      url: params.needed('url'),
      provider: params.oneOf('provider', ['github', 'gitlab']),
      insecureSkipTlsVerify: params.flag('insecure-skip-tls-verify'),
      authToken: secrets.take('authToken'),
    },
  }),
  storage: (params, secrets) =>
    params.oneOf('type', ['gcs', 'build-gcs']) === "'gcs'" ? gcs(params, secrets) : buildGcs(params),
  cluster: (params, secrets) => cluster(params, secrets),
  cloudEvent: (params) => ({ construct: 'CloudEventResource', props: { targetURI: params.needed('targetURI') } }),
};

const gcs: Reads = (params, secrets) => ({
  construct: 'StorageResource',
  props: {
    location: params.needed('location'),
    directory: params.oneOf('dir', ['y']) && 'true',
    credentials: secrets.take('GOOGLE_APPLICATION_CREDENTIALS'),
    boto: secrets.take('BOTO_CONFIG'),
  },
});

const buildGcs = (params: Params): ResourceCode => ({
  construct: 'BuildStorageResource',
  props: {
    location: params.needed('location'),
    artifactType: params.oneOf('artifactType', ['ZipArchive', 'TarGzArchive', 'Manifest'], true),
  },
});

const cluster: Reads = (params, secrets) => {
  const insecure = params.flag('insecure');
  const username = secrets.take('username');
  const plaintext = { password: params.text('password'), token: params.text('token') };
  const secret = { password: secrets.take('password'), token: secrets.take('token') };
  const cadata = params.text('cadata') ?? secrets.take('cadata');
  if ((insecure === 'true') !== (cadata === undefined)) {
    throw new NotExpressible('a cluster has either an authority (cadata) or insecure: "true"');
  }
  const unsafePlaintext = (plaintext.password ?? plaintext.token) ? fields(plaintext) : undefined;
  return {
    construct: 'ClusterResource',
    props: {
      name: params.text('name'),
      url: params.needed('url'),
      username: params.text('username') ?? username,
      ...secret,
      namespace: params.text('namespace'),
      cadata,
      insecure,
      unsafePlaintext,
    },
  };
};

/** The construct for a definition. The order of params, which means nothing, becomes that of their names. */
export function resourceCode(spec: PipelineResourceSpec): ResourceCode {
  onlyFields(spec, ['type', 'params', 'secrets'], 'a resource');
  const params = new Params(spec);
  const secrets = new Secrets(spec);
  const written = TYPES[spec.type](params, secrets);
  params.refuseOthers();
  secrets.refuseOthers();
  return written;
}

/** The params of a resource, each read once. */
class Params {
  readonly #values: Map<string, string>;

  constructor({ params = [] }: PipelineResourceSpec) {
    this.#values = new Map(byName(params, 'its params').map(([name, { value }]) => [name, value]));
  }

  text(name: string): string | undefined {
    const value = this.#take(name);
    return value === undefined ? undefined : text(value);
  }

  needed(name: string): string {
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
      throw new NotExpressible(`its param "${name}" is none of ${choices.join(', ')}`);
    }
    return text(value);
  }

  refuseOthers(): void {
    const [other] = this.#values.keys();
    if (other !== undefined) throw new NotExpressible(`the constructs have no param "${other}"`);
  }

  #plain(name: string, form: RegExp): string | undefined {
    const value = this.#take(name);
    if (value === undefined || form.test(value)) return value;
    throw new NotExpressible(`its param "${name}" is "${value}"`);
  }

  #take(name: string): string | undefined {
    const value = this.#values.get(name);
    this.#values.delete(name);
    return value;
  }
}

/** The secrets of a resource, each read once, in the order in which the constructs write them. */
class Secrets {
  readonly #left: { readonly fieldName: string; readonly secretKey: string; readonly secretName: string }[];

  constructor({ secrets = [] }: PipelineResourceSpec) {
    this.#left = [...secrets];
  }

  take(field: string): Block | undefined {
    const [first] = this.#left;
    if (first?.fieldName !== field) return undefined;
    onlyFields(first, ['fieldName', 'secretKey', 'secretName'], 'a secret');
    this.#left.shift();
    return fields({ secretName: text(first.secretName), secretKey: text(first.secretKey) });
  }

  refuseOthers(): void {
    const [other] = this.#left;
    if (other) throw new NotExpressible(`the constructs have no secret "${other.fieldName}" there`);
  }
}
