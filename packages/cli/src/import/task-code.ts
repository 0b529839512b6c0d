/**
 * Translates Tasks, ClusterTasks and Conditions to constructs: their declarations, and steps with references to them.
 */

import { resourceVariableNames, type ConditionSpec, type Step, type TaskSpec } from '@pipewright/tekton';
import { fields, list, member, text, type Block, type Code, type Item } from './code.js';
import { byName, listIn, NotExpressible, onlyFields } from './not-expressible.js';
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
import { kubernetesPart, literal, record, textWith, type Mention, type Mentions } from './values.js';

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
  onlyFields(
    spec,
    ['inputs', 'outputs', 'results', 'workspaces', 'steps', 'stepTemplate', 'sidecars', 'volumes'],
    what,
  );
  const { inputs, outputs, results = [], stepTemplate, volumes } = spec;
  if (inputs) onlyFields(inputs, ['params', 'resources'], 'inputs');
  if (outputs) onlyFields(outputs, ['resources'], 'outputs');
  const params = listIn(inputs?.params, 'inputs.params');
  const sources = listIn(inputs?.resources, 'inputs.resources');
  const made = listIn(outputs?.resources, 'outputs.resources');
  if (inputs && params.length + sources.length === 0) throw new NotExpressible('its inputs are empty');
  if (outputs && made.length === 0) throw new NotExpressible('its outputs are empty');
  const signature = taskSignature(spec);
  const scope = new Scope(signature, results);
  const at = (...path: readonly string[]): CommentAt => comments(...path);
  const steps = listIn(spec.steps, 'its steps');
  if (steps.length === 0) throw new NotExpressible('it has no steps');
  const workspaces = listIn(spec.workspaces, 'its workspaces');
  const sidecars = listIn(spec.sidecars, 'its sidecars');
  listIn(volumes, 'its volumes');
  return {
    params: params.length > 0 ? paramsCode(params, at('inputs', 'params')) : undefined,
    inputs: sources.length > 0 ? resourcesCode(sources, at('inputs', 'resources')) : undefined,
    outputs: made.length > 0 ? resourcesCode(made, at('outputs', 'resources')) : undefined,
    results: results.length > 0 ? resultsCode(results) : undefined,
    workspaces:
      workspaces.length > 0
        ? workspacesCode(workspaces, ['description', 'mountPath', 'readOnly'], at('workspaces'))
        : undefined,
    stepTemplate: stepTemplate && scope.given((its) => asValue(containerCode(stepTemplate, its, imports))),
    steps: scope.given((its) =>
      list(steps.map((step, index) => item(containerCode(step, its, imports), at('steps')(index)))),
    ),
    sidecars:
      sidecars.length > 0
        ? scope.given((its) =>
            list(sidecars.map((it, index) => item(containerCode(it, its, imports), at('sidecars')(index)))),
          )
        : undefined,
    volumes: volumes && scope.given(() => kubernetesPart(volumes, imports)),
  };
}

/** Returns the props of a condition. */
export function conditionCode(
  spec: ConditionSpec,
  imports: Imports,
  comments: Comments,
): Record<string, Code | undefined> {
  onlyFields(spec, ['description', 'params', 'resources', 'check'], 'a condition');
  const { params, resources, check } = spec;
  if (!check) throw new NotExpressible('it has no check');
  const declared = listIn(params, 'its params');
  const looked = listIn(resources, 'its resources');
  const scope = new Scope(conditionSignature(spec), [], { params: 'params.', inputs: 'resources.', as: 'resources' });
  return {
    description: spec.description === undefined ? undefined : text(spec.description),
    params: declared.length > 0 ? paramsCode(declared, comments('params')) : undefined,
    resources: looked.length > 0 ? resourcesCode(looked, comments('resources')) : undefined,
    check: scope.given((its) => asValue(containerCode(check, its, imports))),
  };
}

const item = (code: Code, comment: readonly string[] | undefined): Item => ({ code, ...(comment && { comment }) });

/** Wraps an object literal that is the body of an arrow function. */
const asValue = (code: Block): Code => ['(', code, ')'];

const resultsCode = (results: NonNullable<TaskSpec['results']>): Code =>
  fields(
    Object.fromEntries(
      byName(results, 'the results').map(([name, { name: _, ...it }]) => {
        onlyFields(it, ['description'], `the result "${name}"`);
        return [name, fields(record(it, literal))];
      }),
    ),
  );

/** The prefixes of variables in a task's text, and the name of the corresponding function parameter. */
interface Spelling {
  readonly params: string;
  readonly inputs: string;
  readonly as: string;
}

/** The declarations that a function in a task's props may refer to; the function takes only those that it uses. */
class Scope {
  readonly #signature: SignatureModel;
  readonly #results: readonly { readonly name: string }[];
  readonly #spelling: Spelling;

  constructor(
    signature: SignatureModel,
    results: readonly { readonly name: string }[],
    spelling: Spelling = { params: 'inputs.params.', inputs: 'inputs.resources.', as: 'inputs' },
  ) {
    this.#signature = signature;
    this.#results = results;
    this.#spelling = spelling;
  }

  /** `({ params }) => …` */
  given(make: (its: Mentions) => Code): Code {
    const mentioned = new Set<string>();
    const body = make((path) => this.#mention(path, mentioned));
    const names = ['params', this.#spelling.as, 'outputs', 'results', 'workspaces'].filter((name) =>
      mentioned.has(name),
    );
    return [names.length > 0 ? `({ ${names.join(', ')} }) => ` : '() => ', body];
  }

  #mention(path: string, mentioned: Set<string>): Mention | undefined {
    const { params, inputs, as } = this.#spelling;
    const mention = (of: string, code: string, type: Mention['type'] = 'string'): Mention => ({
      use: () => {
        mentioned.add(of);
        return code;
      },
      type,
    });
    if (path.startsWith(params)) {
      const name = path.slice(params.length);
      const declared = this.#signature.params.get(name);
      return declared && mention('params', member('params', name), declared.type);
    }
    const result = this.#results.find(({ name }) => path === `results.${name}.path`);
    if (result) return mention('results', `${member('results', result.name)}.path`);
    for (const name of this.#signature.workspaces) {
      const variable = (['path', 'volume'] as const).find((it) => path === `workspaces.${name}.${it}`);
      if (variable) return mention('workspaces', `${member('workspaces', name)}.${variable}`);
    }
    return (
      this.#variable(path, inputs, as, this.#signature.inputs, mention) ??
      this.#variable(path, 'outputs.resources.', 'outputs', this.#signature.outputs, mention)
    );
  }

  #variable(
    path: string,
    prefix: string,
    as: string,
    declared: SignatureModel['inputs'],
    mention: (of: string, code: string) => Mention,
  ): Mention | undefined {
    if (!path.startsWith(prefix)) return undefined;
    const [name = '', variable = '', ...more] = path.slice(prefix.length).split('.');
    const resource = declared.get(name);
    if (!resource || more.length > 0 || !resourceVariableNames(resource.type).includes(variable)) return undefined;
    return mention(as, member(member(as, name), variable));
  }
}

/** Fields in which constructs accept references. */
const TEXTS = new Set(['name', 'image', 'workingDir', 'script']);
const LISTS = new Set(['command', 'args']);

function containerCode(container: Step, its: Mentions, imports: Imports): Block {
  return fields(
    record(container, (value, key) => {
      if (TEXTS.has(key) && typeof value === 'string') return textWith(value, its);
      if (LISTS.has(key) && Array.isArray(value))
        return list(
          value.map((it: unknown) => {
            if (typeof it !== 'string') throw new NotExpressible(`${key} has something that is not a string`);
            return textWith(it, its, true);
          }),
        );
      if (key === 'env' && Array.isArray(value)) return envCode(value, its, imports);
      if (key === 'volumeMounts' && Array.isArray(value))
        return list(
          value.map((it: object) =>
            fields(record(it, (field) => (typeof field === 'string' ? textWith(field, its) : literal(field)))),
          ),
        );
      if (key === 'resources') return literal(value);
      return kubernetesPart(value, imports);
    }),
  );
}

interface Variable {
  readonly name: string;
  readonly value?: unknown;
}

/** Returns environment variables as a record if all have distinct names and literal values, and as a list otherwise. */
function envCode(env: readonly Variable[], its: Mentions, imports: Imports): Code {
  const simple = env.every(
    (it) => typeof it.value === 'string' && Object.keys(it).length === 2 && !/^\d+$/.test(it.name),
  );
  const value = (it: unknown): Code => (typeof it === 'string' ? textWith(it, its) : literal(it));
  if (simple && env.length > 0 && new Set(env.map(({ name }) => name)).size === env.length) {
    return fields(Object.fromEntries(env.map((it) => [it.name, value(it.value)])));
  }
  return list(
    env.map((it) =>
      fields(record(it, (field, key) => (key === 'value' ? value(field) : kubernetesPart(field, imports)))),
    ),
  );
}
