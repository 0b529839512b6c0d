/**
 * Signatures of tasks, conditions and pipelines: their code, and checks that a use matches its declaration.
 *
 * A construct's types reject a mismatch, so an object with a mismatch is carried over unchanged instead.
 */

import type { ParamSpec, ParamValue, ResourceType, WorkspaceDeclaration } from '@pipewright/tekton';
import { objectLiteral, stringLiteral, type Code, type Item } from './code.js';
import { byName, NotExpressible, requireOnlyFields } from './not-expressible.js';
import { jsonLiteral, mapFields } from './values.js';

/** The part of a declared param that its uses must match. */
export interface DeclaredParam {
  readonly type: 'string' | 'array';
  readonly required: boolean;
}
/** A resource that a task or condition declares, and whether it is required. */
export interface DeclaredResource {
  readonly type: ResourceType;
  readonly required: boolean;
}

/** The params, resources and workspaces that an object declares, by name. */
export interface SignatureModel {
  readonly params: ReadonlyMap<string, DeclaredParam>;
  readonly inputs: ReadonlyMap<string, DeclaredResource>;
  readonly outputs: ReadonlyMap<string, DeclaredResource>;
  readonly workspaces: readonly string[];
}

interface ResourceSpec {
  readonly name: string;
  readonly type: ResourceType;
  readonly optional?: boolean;
}

const isArray = (spec: Pick<ParamSpec, 'type' | 'default'>): boolean =>
  spec.type === 'array' || (spec.type === undefined && Array.isArray(spec.default));

/** Reads the declared params of an object. */
export const paramModels = (specs: readonly ParamSpec[] = []): SignatureModel['params'] =>
  new Map(
    byName(specs, 'the params').map(([name, it]) => [
      name,
      { type: isArray(it) ? 'array' : 'string', required: it.default === undefined },
    ]),
  );

/** Reads the declared resources of an object. */
export const resourceModels = (specs: readonly ResourceSpec[] = []): ReadonlyMap<string, DeclaredResource> =>
  new Map(
    byName(specs, 'the resources').map(([name, it]) => [name, { type: it.type, required: it.optional !== true }]),
  );

/** Returns the comment above a list item. */
export type CommentAt = (index: number) => readonly string[] | undefined;

const commentedItem = (code: Code, comment: readonly string[] | undefined): Item => ({
  code,
  ...(comment && { comment }),
});

/** Returns declared params as a record. */
export function paramsCode(specs: readonly ParamSpec[], comment: CommentAt = () => undefined): Code {
  const entries = byName(specs, 'the params').map(([name, { name: _, ...it }], index) => {
    requireOnlyFields(it, ['type', 'description', 'default'], `the param "${name}"`);
    return [name, commentedItem(objectLiteral(mapFields(it, jsonLiteral)), comment(index))] as const;
  });
  return objectLiteral(Object.fromEntries(entries));
}

/** Returns declared resources as a record, each as its type alone if it has no other field. */
export function resourcesCode(specs: readonly ResourceSpec[], comment: CommentAt = () => undefined): Code {
  const entries = byName(specs, 'the resources').map(([name, { name: _, ...it }], index) => {
    requireOnlyFields(it, ['type', 'targetPath', 'description', 'optional'], `the resource "${name}"`);
    const code = Object.keys(it).length === 1 ? stringLiteral(it.type) : objectLiteral(mapFields(it, jsonLiteral));
    return [name, commentedItem(code, comment(index))] as const;
  });
  return objectLiteral(Object.fromEntries(entries));
}

/** Reads the names of the declared workspaces of an object. */
export const workspaceNames = (declared: readonly { readonly name: string }[] = []): readonly string[] =>
  byName(declared, 'the workspaces').map(([name]) => name);

/** Returns declared workspaces as a record. `known` lists the fields that the construct supports. */
export const workspacesCode = (
  declared: readonly WorkspaceDeclaration[],
  known: readonly (keyof WorkspaceDeclaration)[],
  comment: CommentAt = () => undefined,
): Code =>
  objectLiteral(
    Object.fromEntries(
      byName(declared, 'the workspaces').map(([name, { name: _, ...it }], index) => {
        requireOnlyFields(it, known, `the workspace "${name}"`);
        return [name, commentedItem(objectLiteral(mapFields(it, jsonLiteral)), comment(index))] as const;
      }),
    ),
  );

/** Throws `NotExpressible` unless the given workspaces are exactly those declared. */
export function requireMatchingWorkspaces(
  given: readonly { readonly name: string }[],
  declared: SignatureModel['workspaces'],
  what: string,
): void {
  const names = byName(given, `the workspaces of ${what}`).map(([name]) => name);
  const undeclared = names.find((name) => !declared.includes(name));
  if (undeclared !== undefined) throw new NotExpressible(`${what} declares no workspace "${undeclared}"`);
  const missing = declared.find((name) => !names.includes(name));
  if (missing !== undefined) throw new NotExpressible(`${what} needs the workspace "${missing}"`);
}

/** Throws `NotExpressible` for undeclared params, missing required ones, and values of the wrong type. */
export function requireMatchingParams(
  given: readonly { readonly name: string; readonly value: ParamValue }[],
  declared: SignatureModel['params'],
  what: string,
): void {
  for (const [name, { value }] of byName(given, `the params of ${what}`)) {
    const param = declared.get(name);
    if (!param) throw new NotExpressible(`${what} declares no param "${name}"`);
    if ((param.type === 'array') !== Array.isArray(value)) {
      throw new NotExpressible(`the param "${name}" of ${what} is ${param.type === 'array' ? 'an array' : 'a string'}`);
    }
  }
  requireAll('param', declared, given, what);
}

/** Throws `NotExpressible` unless the bindings match the declared resources. */
export function requireMatchingResources(
  given: readonly { readonly name: string; readonly type: ResourceType }[],
  declared: ReadonlyMap<string, DeclaredResource>,
  what: string,
): void {
  for (const [name, { type }] of byName(given, `the resources of ${what}`)) {
    const resource = declared.get(name);
    if (!resource) throw new NotExpressible(`${what} declares no resource "${name}" there`);
    if (resource.type !== type) throw new NotExpressible(`"${name}" of ${what} is a ${resource.type}, not a ${type}`);
  }
  requireAll('resource', declared, given, what);
}

function requireAll(
  kind: string,
  declared: ReadonlyMap<string, { readonly required: boolean }>,
  given: readonly { readonly name: string }[],
  what: string,
): void {
  for (const [name, { required }] of declared) {
    if (required && !given.some((it) => it.name === name)) {
      throw new NotExpressible(`${what} needs the ${kind} "${name}"`);
    }
  }
}

/** Returns the second argument of `fromName`: the signature of an object that is defined elsewhere. */
export function signatureCode(signature: Partial<SignatureModel>, resources?: SignatureModel['inputs']): Code {
  const params = [...(signature.params ?? [])].map(([name, { type, required }]) => [
    name,
    objectLiteral({
      ...(type === 'array' && required && { type: stringLiteral('array') }),
      ...(!required && { default: type === 'array' ? '[]' : stringLiteral('') }),
    }),
  ]);
  const declared = (of: ReadonlyMap<string, DeclaredResource> | undefined): Code | undefined =>
    of && of.size > 0
      ? objectLiteral(
          Object.fromEntries(
            [...of].map(([name, { type, required }]) => [
              name,
              required ? stringLiteral(type) : objectLiteral({ type: stringLiteral(type), optional: 'true' }),
            ]),
          ),
        )
      : undefined;
  return objectLiteral({
    // These are pairs of name and code.
    params: params.length > 0 ? objectLiteral(Object.fromEntries(params) as Record<string, Code>) : undefined,
    inputs: declared(signature.inputs),
    outputs: declared(signature.outputs),
    resources: declared(resources),
    workspaces:
      signature.workspaces && signature.workspaces.length > 0
        ? objectLiteral(Object.fromEntries(signature.workspaces.map((name) => [name, '{}'])))
        : undefined,
  });
}
