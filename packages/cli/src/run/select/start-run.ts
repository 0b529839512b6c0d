/**
 * Creates the run for `--pipeline NAME` or `--task NAME`, like `tkn pipeline start`. Pure.
 *
 * Matches the declarations of the Pipeline or Task with the command line: params with `-p`, resources with `--resource`
 * or a PipelineResource of the same name and type, workspaces with `-w` or an emptyDir. Reports all missing
 * values at once.
 */

import { closestMatch, type NewBinding, type ParamModel } from '@pipewright/tekton';
import type { Finding, SourcePosition } from '../../diagnostics/finding.js';
import type { JsonObject } from '../../json.js';
import type { Path } from '../../yaml/locate.js';
import type { Manifest } from '../../manifests/load.js';
import type { TektonObject, TektonObjects } from '../../manifests/tekton-objects.js';
import { errorAt } from '../../manifests/manifest-finding.js';
import { UsageError } from '../../diagnostics/usage-error.js';
import { PARAM_VALUE_FORMS } from './param-value.js';
import type { PlannedRun } from './planned-run.js';
import {
  directoryClaimName,
  parseWorkspaceSource,
  workspaceBinding,
  type WorkspaceDirectory,
} from './workspace-source.js';

/** Options of the run to create. */
export interface StartOptions {
  /** The name of the Pipeline to run. */
  readonly pipeline?: string | undefined;
  /** The name of the Task or ClusterTask to run. */
  readonly task?: string | undefined;
  readonly param: ReadonlyMap<string, string>;
  /** PipelineResources by the declared name. */
  readonly resource?: ReadonlyMap<string, string>;
  /** Sources by workspace, as `parseWorkspaceSource` reads them. */
  readonly workspace?: ReadonlyMap<string, string>;
  readonly serviceAccount?: string | undefined;
}

/** A run to create if there are no findings. */
export interface CreatedRun {
  readonly run: PlannedRun;
  readonly findings: readonly Finding[];
  /** Params of the command line that are not declared; findings report them. */
  readonly unknownParams: readonly string[];
  /** The directories of the machine that are workspaces of the run. */
  readonly directories: readonly WorkspaceDirectory[];
}

/** Codes that are reported here, at positions that a user can change, and not again for the run. */
export const CHECKED_AT_START: ReadonlySet<string> = new Set([
  'PARAM_MISSING',
  'PARAM_EXTRA',
  'BINDING_MISSING',
  'BINDING_EXTRA',
  'RESOURCE_UNKNOWN',
  'WORKSPACE_EXTRA',
]);

/** A Pipeline or Task to run. */
interface RunTarget {
  readonly kind: 'Pipeline' | 'Task' | 'ClusterTask';
  readonly object: TektonObject<'Pipeline' | 'Task' | 'ClusterTask'>;
  readonly options: StartOptions;
  readonly objects: TektonObjects;
}

/** Returns undefined unless the options specify a Pipeline or Task. Throws a UsageError if the name is unknown. */
export function startRun(
  options: StartOptions,
  objects: TektonObjects,
  paths: readonly string[],
): CreatedRun | undefined {
  const { pipeline, task } = options;
  const found =
    pipeline !== undefined
      ? findTarget(['Pipeline'], pipeline, objects, paths)
      : task !== undefined
        ? findTarget(['Task', 'ClusterTask'], task, objects, paths)
        : undefined;
  if (found === undefined) {
    const { resource, workspace, serviceAccount } = options;
    const flag = resource?.size ? '--resource' : workspace?.size ? '--workspace' : '--service-account';
    if (flag !== '--service-account' || serviceAccount !== undefined)
      throw new UsageError(`${flag} requires --pipeline or --task`, 'or set it in the manifest of the run');
    return undefined;
  }
  const started: RunTarget = { kind: found.model.kind, object: found, options, objects };
  const resources = bindResources(started);
  const findings = [...paramFindings(started), ...resources.findings, ...workspaceFindings(started)];
  const declared = new Set(declaredParams(started).map(({ item }) => item.name));
  const unknownParams = [...options.param.keys()].filter((name) => !declared.has(name));
  const run = plannedRunOf(started, resources.bound);
  return { run, findings, unknownParams, directories: directoriesOf(started, run.namespace) };
}

function findTarget(
  kinds: readonly RunTarget['kind'][],
  name: string,
  objects: TektonObjects,
  paths: readonly string[],
): RunTarget['object'] {
  const all = kinds.flatMap((kind) => objects.ofKind(kind));
  const found = all.filter((each) => each.name === name);
  const [first] = found;
  const what = kinds[0] ?? '';
  if (first === undefined) {
    const names = [...new Set(all.map((each) => each.name))];
    const guess = closestMatch(name, names);
    const list = names.length === 0 ? `add the files that contain one` : `the ${what}s are: ${names.join(', ')}`;
    throw new UsageError(
      `no ${what} called '${name}' in ${paths.join(', ')}`,
      guess === undefined ? list : `did you mean '${guess}'? ${list}`,
    );
  }
  const namespaces = found.filter(({ model }) => model.kind === first.model.kind).map(({ namespace }) => namespace);
  if (new Set(namespaces).size > 1)
    throw new UsageError(
      `the ${what} '${name}' is in several namespaces: ${namespaces.join(', ')}`,
      'name only the files of one of them',
    );
  return first;
}

/** A declared param, resource or workspace, and the position of its name. */
interface DeclaredItem<T> {
  readonly item: T;
  readonly path: Path;
}

const withPaths = <T>(items: readonly T[], list: Path): readonly DeclaredItem<T>[] =>
  items.map((item, index) => ({ item, path: ['spec', ...list, index, 'name'] }));

function declaredParams({ object: { model, paths } }: RunTarget): readonly DeclaredItem<ParamModel>[] {
  return model.kind === 'Pipeline'
    ? withPaths(model.pipeline.params, paths.pipeline.params)
    : withPaths(model.task.params, paths.task.params);
}

/** The list of the run in which a resource is bound. */
type BindingList = 'resources' | 'inputs' | 'outputs';

interface DeclaredResource {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly list: BindingList;
}

function declaredResources({ object: { model, paths } }: RunTarget): readonly DeclaredItem<DeclaredResource>[] {
  const of = (list: BindingList, items: readonly Omit<DeclaredResource, 'list'>[], path: Path) =>
    withPaths(
      items.map((item) => ({ ...item, list })),
      path,
    );
  return model.kind === 'Pipeline'
    ? of('resources', model.pipeline.resources, paths.pipeline.resources)
    : [...of('inputs', model.task.inputs, paths.task.inputs), ...of('outputs', model.task.outputs, paths.task.outputs)];
}

const workspaceNames = ({ object: { model } }: RunTarget): readonly string[] =>
  model.kind === 'Pipeline' ? model.pipeline.workspaces : model.task.workspaces.map(({ name }) => name);

function paramFindings(started: RunTarget): readonly Finding[] {
  const { options, object } = started;
  const declared = declaredParams(started);
  const missing = declared
    .filter(({ item }) => item.default === undefined && !options.param.has(item.name))
    .map(({ item: { name, type }, path }) => {
      const value = PARAM_VALUE_FORMS[type];
      const message = `${titleOf(started)} needs the param '${name}', which has no default`;
      return errorAt(object.manifest, path, 'PARAM_MISSING', message, `set it: -p ${name}=${value}`);
    });
  const names = declared.map(({ item }) => item.name);
  const extra = undeclaredFindings(started, options.param, names, '-p', 'PARAM_EXTRA', 'param');
  return [...missing, ...extra];
}

interface RunBinding extends NewBinding {
  readonly list: BindingList;
}

function bindResources(started: RunTarget): {
  readonly bound: readonly RunBinding[];
  readonly findings: readonly Finding[];
} {
  const { options, object, objects } = started;
  const resourceOptions = options.resource ?? new Map<string, string>();
  const existing = objects
    .ofKind('PipelineResource')
    .filter(({ namespace }) => started.kind === 'ClusterTask' || namespace === object.namespace)
    .map(({ name, model }) => ({ name, type: model.resource.type as string }));
  const declared = declaredResources(started);
  const bound: RunBinding[] = [];
  const findings: Finding[] = [];
  for (const { item, path } of declared) {
    const { name, type, isOptional, list } = item;
    const flag = resourceOptions.get(name);
    const resource = flag ?? existing.find((each) => each.name === name && each.type === type)?.name;
    if (resource !== undefined) bound.push({ list, name, resource });
    if (flag !== undefined && !existing.some((each) => each.name === flag)) {
      const names = existing.map((each) => each.name);
      const hint = nameHint(flag, names, 'PipelineResources');
      findings.push(
        errorAtOption('RESOURCE_UNKNOWN', `--resource ${name}=${flag}`, `unknown PipelineResource '${flag}'`, hint),
      );
    }
    if (resource !== undefined || isOptional) continue;
    const candidates = existing.filter((each) => each.type === type).map((each) => each.name);
    const hint = `--resource ${name}=${candidates[0] ?? 'NAME'}`;
    const otherCandidates = candidates.length > 1 ? ` (of type ${type}: ${candidates.join(', ')})` : '';
    const addHint = `add a PipelineResource '${name}' of type ${type} to the manifests, or name another: ${hint}`;
    const message = `${titleOf(started)} needs the resource '${name}' of type ${type}, but no PipelineResource has that name and type`;
    const bindingHint = candidates.length === 0 ? addHint : `name one: ${hint}${otherCandidates}`;
    findings.push(errorAt(object.manifest, path, 'BINDING_MISSING', message, bindingHint));
  }
  const names = declared.map(({ item }) => item.name);
  const extra = undeclaredFindings(started, resourceOptions, names, '--resource', 'BINDING_EXTRA', 'resource');
  return { bound, findings: [...findings, ...extra] };
}

const workspaceFindings = (started: RunTarget): readonly Finding[] =>
  undeclaredFindings(
    started,
    started.options.workspace ?? new Map<string, string>(),
    workspaceNames(started),
    '--workspace',
    'WORKSPACE_EXTRA',
    'workspace',
  );

const directoriesOf = (started: RunTarget, namespace: string): readonly WorkspaceDirectory[] =>
  workspaceNames(started).flatMap((workspace, index) => {
    const source = parseWorkspaceSource(started.options.workspace?.get(workspace));
    return source.kind === 'directory' ? [{ path: source.path, namespace, claim: directoryClaimName(index) }] : [];
  });

/** Returns findings for values on the command line that are not declared. */
function undeclaredFindings(
  started: RunTarget,
  options: ReadonlyMap<string, string>,
  declared: readonly string[],
  flag: string,
  code: string,
  what: string,
): readonly Finding[] {
  return [...options]
    .filter(([name]) => !declared.includes(name))
    .map(([name, value]) =>
      errorAtOption(
        code,
        `${flag} ${name}=${value}`,
        `${titleOf(started)} has no ${what} '${name}'`,
        nameHint(name, declared, `${what}s`),
      ),
    );
}

function nameHint(name: string, known: readonly string[], what: string): string {
  const guess = closestMatch(name, known);
  if (guess !== undefined) return `did you mean '${guess}'?`;
  return known.length === 0 ? `remove it: nothing declares ${what}` : `the ${what} are: ${known.join(', ')}`;
}

const titleOf = ({ kind, object }: RunTarget): string => `${kind} ${object.name}`;

function plannedRunOf(started: RunTarget, bound: readonly RunBinding[]): PlannedRun {
  const { kind, object: of, options } = started;
  const { name } = of;
  const namespace = kind === 'ClusterTask' ? 'default' : of.namespace;
  const generateName = `${name}-run-`;
  const boundIn = (list: BindingList): readonly NewBinding[] =>
    bound.filter((each) => each.list === list).map(({ name: declared, resource }) => ({ name: declared, resource }));
  const workspaces = workspaceNames(started).map((workspace, index) =>
    workspaceBinding(workspace, parseWorkspaceSource(options.workspace?.get(workspace)), index),
  );
  const shared = { name, generateName, namespace, workspaces, serviceAccount: options.serviceAccount };
  const object = of.writeRun(
    kind === 'Pipeline'
      ? { kind, ...shared, resources: boundIn('resources') }
      : { kind, ...shared, inputs: boundIn('inputs'), outputs: boundIn('outputs') },
  ) as JsonObject; // an API object
  const place = optionPosition(`${kind === 'Pipeline' ? '--pipeline' : '--task'} ${name}`);
  const manifest = optionManifest(object, place);
  return { manifest, kind: kind === 'Pipeline' ? 'PipelineRun' : 'TaskRun', title: generateName, namespace };
}

/** Returns the manifest of an object that an option of the command line creates. */
export const optionManifest = (object: JsonObject, place: SourcePosition): Manifest => ({
  object,
  file: place.file,
  isFaulty: false,
  locate: () => ({ key: place, value: place, isFound: true }),
  quote: () => '',
  quotable: () => undefined,
  written: () => undefined,
});

/** Returns the position of a command line option for a finding. */
export const optionPosition = (option: string): SourcePosition => ({ file: option, line: 0, column: 0 });

/** Returns an error at a command line option. */
const errorAtOption = (code: string, option: string, message: string, hint: string): Finding => ({
  severity: 'error',
  code,
  place: optionPosition(option),
  message,
  hint,
});
