/**
 * Declarations of tasks and pipelines (params, resources, results), and the types derived from them.
 *
 * Declarations are records whose keys are the names. All compile-time checks of a pipeline (which names a step may
 * use, what a call must pass) are derived from them here.
 */

import type { ResourceType } from '@pipewright/tekton';
import type { Ref, Text, ValueType } from '../../manifests/reference.js';

/** A param whose value is one string. */
export interface StringParam {
  /** @default 'string' */
  readonly type?: 'string';
  /** @default - no description */
  readonly description?: string;
  /** The value if none is passed.
   *
   * @default - a value must be given
   */
  readonly default?: string;
}

/** A param whose value is a list of strings. Tekton also infers this type from a list as the default. */
export type ArrayParam =
  | {
      readonly type: 'array';
      /** @default - no description */
      readonly description?: string;
      /** @default - a value must be given */
      readonly default?: readonly string[];
    }
  | {
      /** @default 'array', inferred from the type of the default */
      readonly type?: 'array';
      /** @default - no description */
      readonly description?: string;
      readonly default: readonly string[];
    };

/** Params by name. */
export interface Params {
  readonly [name: string]: StringParam | ArrayParam;
}

/** An input or output resource of a task. The short form is the type alone. */
export interface ResourceDeclaration<K extends ResourceType = ResourceType> {
  readonly type: K;
  /**
   * The resource's directory below /workspace.
   *
   * @default - the resource's name for an input, `output/` and the name for an output
   */
  readonly targetPath?: string;
  /** @default - no description */
  readonly description?: string;
  /**
   * Whether a run may omit it (Tekton v0.10).
   *
   * @default false
   */
  readonly optional?: boolean;
}

/** Resources by name. */
export interface Resources {
  readonly [name: string]: ResourceType | ResourceDeclaration;
}

/** A result that the steps write to the file `results.NAME.path`. */
export interface ResultDeclaration {
  /** @default - no description */
  readonly description?: string;
}

/** Results by name. */
export interface Results {
  readonly [name: string]: ResultDeclaration;
}

/** A directory that a run provides from a volume (Tekton v0.10). */
export interface WorkspaceDeclaration {
  /** @default - no description */
  readonly description?: string;
  /**
   * Its path in steps.
   *
   * @default - /workspace/ and its name
   */
  readonly mountPath?: string;
  /**
   * Whether steps may only read it.
   *
   * @default false
   */
  readonly readOnly?: boolean;
}

/** Workspaces by name. */
export interface Workspaces {
  readonly [name: string]: WorkspaceDeclaration;
}

/** A workspace that a pipeline passes to its tasks; each task declares its own mount path. */
export interface PipelineWorkspaceDeclaration {
  /** @default - no description */
  readonly description?: string;
}

/** Workspaces of a pipeline, by name. */
export interface PipelineWorkspaces {
  readonly [name: string]: PipelineWorkspaceDeclaration;
}

/** No declarations. */
export type None = {};

/** The variables of a resource in a step, by its type; `path` is its directory in the task. */
export const VARIABLES = {
  git: ['name', 'type', 'path', 'url', 'revision', 'depth', 'sslVerify', 'submodules'],
  image: ['name', 'type', 'path', 'url', 'digest'],
  pullRequest: ['name', 'type', 'path', 'url', 'provider', 'insecure-skip-tls-verify'],
  storage: ['name', 'type', 'path', 'location'],
  cluster: [
    'name',
    'type',
    'path',
    'url',
    'revision',
    'username',
    'password',
    'namespace',
    'token',
    'insecure',
    'cadata',
  ],
  cloudEvent: ['name', 'type', 'path', 'target-uri'],
} as const satisfies Record<ResourceType, readonly string[]>;

/** The type of a declared resource. */
export type TypeOf<D> = D extends ResourceType ? D : D extends ResourceDeclaration<infer K> ? K : never;

/** The value type of a declared param. */
export type ValueTypeOf<D> = D extends { readonly type: infer T extends ValueType }
  ? T
  : D extends { readonly default: readonly string[] }
    ? 'array'
    : 'string';

/** References to declared params. */
export type ParamRefs<P> = { readonly [K in keyof P]: Ref<ValueTypeOf<P[K]>> };

/** References to the variables of declared resources. */
export type ResourceRefs<R> = {
  readonly [K in keyof R]: { readonly [V in (typeof VARIABLES)[TypeOf<R[K]>][number]]: Ref };
};

/** The file that each declared result is written to. */
export type ResultRefs<R> = { readonly [K in keyof R]: { readonly path: Ref } };

/** References to declared workspaces: the path of each, and the name of its volume. */
export type WorkspaceRefs<W> = { readonly [K in keyof W]: { readonly path: Ref; readonly volume: Ref } };

/** The values that may be passed to a declared param. */
export type ValueFor<D> = ValueTypeOf<D> extends 'array' ? readonly (Text | Ref<'array'>)[] | Ref<'array'> : Text;

type WithDefault<P> = { [K in keyof P]: P[K] extends { readonly default: unknown } ? K : never }[keyof P];
type NotRequired<R> = { [K in keyof R]: R[K] extends { readonly optional: true } ? K : never }[keyof R];

/** Values for all params without a default, and for any of the others. */
export type Arguments<P> = { readonly [K in Exclude<keyof P, WithDefault<P>>]: ValueFor<P[K]> } & {
  readonly [K in WithDefault<P>]?: ValueFor<P[K]>;
};

/** The same with plain values, as in a run. */
export type PlainArguments<P> = {
  readonly [K in Exclude<keyof P, WithDefault<P>>]: ValueTypeOf<P[K]> extends 'array' ? readonly string[] : string;
} & { readonly [K in WithDefault<P>]?: ValueTypeOf<P[K]> extends 'array' ? readonly string[] : string };

/** A binding for each required resource; `Given` maps a resource type to the type of bindings. */
export type Bindings<R, Given extends Record<ResourceType, unknown>> = {
  readonly [K in Exclude<keyof R, NotRequired<R>>]: Given[TypeOf<R[K]>];
} & { readonly [K in NotRequired<R>]?: Given[TypeOf<R[K]>] };

/** One `T` for each declared name. */
export type ForEach<D, T> = { readonly [K in keyof D]: T };

/** The type of a member that must be omitted. The compiler quotes it in the error if the member is present. */
type Undeclared<Name extends string> = `no ${Name} are declared`;

/** A member that is optional if it has no required entries, and must be omitted if nothing is declared. */
export type Member<Name extends string, Declared, Value> = [keyof Declared] extends [never]
  ? { readonly [N in Name]?: Undeclared<Name> }
  : None extends Value
    ? { readonly [N in Name]?: Value }
    : { readonly [N in Name]: Value };

/** Returns declared params in the format of a manifest. */
export const paramSpecs = (params: Params): object[] => Object.entries(params).map(([name, it]) => ({ name, ...it }));

/** Returns declared resources in the format of a manifest. */
export const resourceSpecs = (resources: Resources): object[] =>
  Object.entries(resources).map(([name, it]) => ({ name, ...(typeof it === 'string' ? { type: it } : it) }));

/** Returns declared workspaces in the format of a manifest. */
export const workspaceSpecs = (workspaces: Workspaces): object[] =>
  Object.entries(workspaces).map(([name, it]) => ({ name, ...it }));

/** Returns declared results in the format of a manifest. */
export const resultSpecs = (results: Readonly<Record<string, object>>): object[] =>
  Object.entries(results).map(([name, it]) => ({ name, ...it }));

/** The type of a declared resource. */
export const typeOf = (declared: ResourceType | ResourceDeclaration): ResourceType =>
  typeof declared === 'string' ? declared : declared.type;
