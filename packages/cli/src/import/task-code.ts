/**
 * Translates Tasks, ClusterTasks and Conditions to constructs: their declarations, and steps with references to them.
 */

import { resourceVariableNames, type ConditionSpec, type Step, type TaskSpec } from '@pipewright/tekton';
import { objectLiteral, arrayLiteral, memberAccess, stringLiteral, type Block, type Code, type Item } from './code.js';
import { byName, nonEmptyList, NotExpressible, requireOnlyFields } from './not-expressible.js';
import type { Imports } from './program.js';
import {
  paramModels,
  paramsCode,
  resourceModels,
  resourcesCode,
  workspaceNames,
  workspacesCode,
  type CommentAt,
  type SignatureModel,
} from './signature.js';
import {
  kubernetesValue,
  jsonLiteral,
  mapFields,
  textWithReferences,
  type VariableReference,
  type ResolveVariable,
} from './values.js';

/** Returns the comments above the items of the list at a path. */
export type Comments = (...path: readonly string[]) => CommentAt;

/** Returns the signature of a task. */
export const taskSignature = (spec: TaskSpec): SignatureModel => ({
  params: paramModels(spec.inputs?.params),
  inputs: resourceModels(spec.inputs?.resources),
  outputs: resourceModels(spec.outputs?.resources),
  workspaces: workspaceNames(spec.workspaces),
});

/** Returns the signature of a condition. */
export const conditionSignature = (spec: ConditionSpec): SignatureModel => ({
  params: paramModels(spec.params),
  inputs: resourceModels(spec.resources),
  outputs: new Map(),
  workspaces: [],
});

/** Returns the props of a task. */
export function taskCode(
  spec: TaskSpec,
  imports: Imports,
  comments: Comments,
): Record<string, Code | Item | undefined> {
  const what = 'a task';
  requireOnlyFields(
    spec,
    ['inputs', 'outputs', 'results', 'workspaces', 'steps', 'stepTemplate', 'sidecars', 'volumes'],
    what,
  );
  const { inputs, outputs, results = [], stepTemplate, volumes } = spec;
  if (inputs) requireOnlyFields(inputs, ['params', 'resources'], 'inputs');
  if (outputs) requireOnlyFields(outputs, ['resources'], 'outputs');
  const params = nonEmptyList(inputs?.params, 'inputs.params');
  const inputResources = nonEmptyList(inputs?.resources, 'inputs.resources');
  const outputResources = nonEmptyList(outputs?.resources, 'outputs.resources');
  if (inputs && params.length + inputResources.length === 0) throw new NotExpressible('its inputs are empty');
  if (outputs && outputResources.length === 0) throw new NotExpressible('its outputs are empty');
  const signature = taskSignature(spec);
  const scope = new Scope(signature, results);
  const at = (...path: readonly string[]): CommentAt => comments(...path);
  const steps = nonEmptyList(spec.steps, 'its steps');
  if (steps.length === 0) throw new NotExpressible('it has no steps');
  const workspaces = nonEmptyList(spec.workspaces, 'its workspaces');
  const sidecars = nonEmptyList(spec.sidecars, 'its sidecars');
  nonEmptyList(volumes, 'its volumes');
  return {
    params: params.length > 0 ? paramsCode(params, at('inputs', 'params')) : undefined,
    inputs: inputResources.length > 0 ? resourcesCode(inputResources, at('inputs', 'resources')) : undefined,
    outputs: outputResources.length > 0 ? resourcesCode(outputResources, at('outputs', 'resources')) : undefined,
    results: results.length > 0 ? resultsCode(results) : undefined,
    workspaces:
      workspaces.length > 0
        ? workspacesCode(workspaces, ['description', 'mountPath', 'readOnly'], at('workspaces'))
        : undefined,
    stepTemplate:
      stepTemplate && scope.arrowFunction((its) => parenthesized(containerCode(stepTemplate, its, imports))),
    steps: scope.arrowFunction((its) =>
      arrayLiteral(steps.map((step, index) => commentedItem(containerCode(step, its, imports), at('steps')(index)))),
    ),
    sidecars:
      sidecars.length > 0
        ? scope.arrowFunction((its) =>
            arrayLiteral(
              sidecars.map((it, index) => commentedItem(containerCode(it, its, imports), at('sidecars')(index))),
            ),
          )
        : undefined,
    volumes: volumes && scope.arrowFunction(() => kubernetesValue(volumes, imports)),
  };
}

/** Returns the props of a condition. */
export function conditionCode(
  spec: ConditionSpec,
  imports: Imports,
  comments: Comments,
): Record<string, Code | undefined> {
  requireOnlyFields(spec, ['description', 'params', 'resources', 'check'], 'a condition');
  const { params, resources, check } = spec;
  if (!check) throw new NotExpressible('it has no check');
  const declaredParams = nonEmptyList(params, 'its params');
  const declaredResources = nonEmptyList(resources, 'its resources');
  const scope = new Scope(conditionSignature(spec), [], { params: 'params.', inputs: 'resources.', as: 'resources' });
  return {
    description: spec.description === undefined ? undefined : stringLiteral(spec.description),
    params: declaredParams.length > 0 ? paramsCode(declaredParams, comments('params')) : undefined,
    resources: declaredResources.length > 0 ? resourcesCode(declaredResources, comments('resources')) : undefined,
    check: scope.arrowFunction((its) => parenthesized(containerCode(check, its, imports))),
  };
}

const commentedItem = (code: Code, comment: readonly string[] | undefined): Item => ({
  code,
  ...(comment && { comment }),
});

/** Wraps an object literal that is the body of an arrow function. */
const parenthesized = (code: Block): Code => ['(', code, ')'];

const resultsCode = (results: NonNullable<TaskSpec['results']>): Code =>
  objectLiteral(
    Object.fromEntries(
      byName(results, 'the results').map(([name, { name: _, ...it }]) => {
        requireOnlyFields(it, ['description'], `the result "${name}"`);
        return [name, objectLiteral(mapFields(it, jsonLiteral))];
      }),
    ),
  );

/** The prefixes of variables in a task's text, and the name of the corresponding function parameter. */
interface VariablePrefixes {
  readonly params: string;
  readonly inputs: string;
  readonly as: string;
}

/** The declarations that a function in a task's props may refer to; the function takes only those that it uses. */
class Scope {
  readonly #signature: SignatureModel;
  readonly #results: readonly { readonly name: string }[];
  readonly #prefixes: VariablePrefixes;

  constructor(
    signature: SignatureModel,
    results: readonly { readonly name: string }[],
    spelling: VariablePrefixes = { params: 'inputs.params.', inputs: 'inputs.resources.', as: 'inputs' },
  ) {
    this.#signature = signature;
    this.#results = results;
    this.#prefixes = spelling;
  }

  /** `({ params }) => …` */
  arrowFunction(make: (its: ResolveVariable) => Code): Code {
    const mentioned = new Set<string>();
    const body = make((path) => this.#resolve(path, mentioned));
    const names = ['params', this.#prefixes.as, 'outputs', 'results', 'workspaces'].filter((name) =>
      mentioned.has(name),
    );
    return [names.length > 0 ? `({ ${names.join(', ')} }) => ` : '() => ', body];
  }

  #resolve(path: string, mentioned: Set<string>): VariableReference | undefined {
    const { params, inputs, as } = this.#prefixes;
    const reference = (of: string, code: string, type: VariableReference['type'] = 'string'): VariableReference => ({
      use: () => {
        mentioned.add(of);
        return code;
      },
      type,
    });
    if (path.startsWith(params)) {
      const name = path.slice(params.length);
      const declared = this.#signature.params.get(name);
      return declared && reference('params', memberAccess('params', name), declared.type);
    }
    const result = this.#results.find(({ name }) => path === `results.${name}.path`);
    if (result) return reference('results', `${memberAccess('results', result.name)}.path`);
    for (const name of this.#signature.workspaces) {
      const variable = (['path', 'volume'] as const).find((it) => path === `workspaces.${name}.${it}`);
      if (variable) return reference('workspaces', `${memberAccess('workspaces', name)}.${variable}`);
    }
    return (
      this.#variable(path, inputs, as, this.#signature.inputs, reference) ??
      this.#variable(path, 'outputs.resources.', 'outputs', this.#signature.outputs, reference)
    );
  }

  #variable(
    path: string,
    prefix: string,
    as: string,
    declared: SignatureModel['inputs'],
    reference: (of: string, code: string) => VariableReference,
  ): VariableReference | undefined {
    if (!path.startsWith(prefix)) return undefined;
    const [name = '', variable = '', ...more] = path.slice(prefix.length).split('.');
    const resource = declared.get(name);
    if (!resource || more.length > 0 || !resourceVariableNames(resource.type).includes(variable)) return undefined;
    return reference(as, memberAccess(memberAccess(as, name), variable));
  }
}

/** Fields in which constructs accept references. */
const TEXTS = new Set(['name', 'image', 'workingDir', 'script']);
const LISTS = new Set(['command', 'args']);

function containerCode(container: Step, its: ResolveVariable, imports: Imports): Block {
  return objectLiteral(
    mapFields(container, (value, key) => {
      if (TEXTS.has(key) && typeof value === 'string') return textWithReferences(value, its);
      if (LISTS.has(key) && Array.isArray(value))
        return arrayLiteral(
          value.map((it: unknown) => {
            if (typeof it !== 'string') throw new NotExpressible(`${key} has something that is not a string`);
            return textWithReferences(it, its, true);
          }),
        );
      if (key === 'env' && Array.isArray(value)) return envCode(value, its, imports);
      if (key === 'volumeMounts' && Array.isArray(value))
        return arrayLiteral(
          value.map((it: object) =>
            objectLiteral(
              mapFields(it, (field) =>
                typeof field === 'string' ? textWithReferences(field, its) : jsonLiteral(field),
              ),
            ),
          ),
        );
      if (key === 'resources') return jsonLiteral(value);
      return kubernetesValue(value, imports);
    }),
  );
}

interface Variable {
  readonly name: string;
  readonly value?: unknown;
}

/** Returns environment variables as a record if all have distinct names and literal values, and as a list otherwise. */
function envCode(env: readonly Variable[], its: ResolveVariable, imports: Imports): Code {
  const simple = env.every(
    (it) => typeof it.value === 'string' && Object.keys(it).length === 2 && !/^\d+$/.test(it.name),
  );
  const value = (it: unknown): Code => (typeof it === 'string' ? textWithReferences(it, its) : jsonLiteral(it));
  if (simple && env.length > 0 && new Set(env.map(({ name }) => name)).size === env.length) {
    return objectLiteral(Object.fromEntries(env.map((it) => [it.name, value(it.value)])));
  }
  return arrayLiteral(
    env.map((it) =>
      objectLiteral(mapFields(it, (field, key) => (key === 'value' ? value(field) : kubernetesValue(field, imports)))),
    ),
  );
}
