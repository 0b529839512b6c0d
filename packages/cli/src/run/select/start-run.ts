/**
 * Makes the run for `--pipeline NAME` or `--task NAME`, as `tkn pipeline start` does. Pure.
 *
 * What the Pipeline or Task declares is matched with the command line: params with `-p`, resources with `--resource` or a
 * PipelineResource of the same name and type, workspaces with `--workspace` or an emptyDir. All that is missing is found at once.
 */

import { closestMatch } from '@pipewright/tekton';
import type { Finding, Place } from '../../diagnostics/finding.js';
import { isObject, listAt, textAt, type Json, type JsonObject } from '../../json.js';
import type { Path } from '../../yaml/locate.js';
import type { Manifest } from '../../manifests/load.js';
import { UsageError } from '../../diagnostics/usage-error.js';
import { type PlannedRun } from './select.js';
import { isTekton, namespaceOf } from '../../manifests/identity.js';

/** What the command line says of the run. */
export interface StartOptions {
  /** Run this Pipeline. */
  readonly pipeline?: string | undefined;
  /** Run this Task or ClusterTask. */
  readonly task?: string | undefined;
  readonly param: ReadonlyMap<string, string>;
  /** PipelineResources by the names under which they are declared. */
  readonly resource?: ReadonlyMap<string, string>;
  /** PersistentVolumeClaims by workspace. */
  readonly workspace?: ReadonlyMap<string, string>;
  readonly serviceAccount?: string | undefined;
}

/** A run that can be created once there are no findings. */
export interface MadeRun {
  readonly run: PlannedRun;
  readonly findings: readonly Finding[];
  /** Params of the command line that nothing declares; findings name them. */
  readonly unknownParams: readonly string[];
}

/** Codes that are found here, at the place that a user can change, and not once more in the run. */
export const FOUND_AT_START: ReadonlySet<string> = new Set([
  'PARAM_MISSING',
  'PARAM_EXTRA',
  'BINDING_MISSING',
  'BINDING_EXTRA',
  'RESOURCE_UNKNOWN',
  'WORKSPACE_EXTRA',
]);

/** A Pipeline or Task that is to run. */
interface Started {
  readonly kind: 'Pipeline' | 'Task' | 'ClusterTask';
  readonly name: string;
  readonly manifest: Manifest;
  readonly options: StartOptions;
  readonly manifests: readonly Manifest[];
}

/** Returns undefined unless a Pipeline or Task is named. Throws a UsageError if there is none of that name. */
export function startRun(
  options: StartOptions,
  manifests: readonly Manifest[],
  paths: readonly string[],
): MadeRun | undefined {
  const { pipeline, task } = options;
  const found =
    pipeline !== undefined
      ? findStarted(['Pipeline'], pipeline, manifests, paths)
      : task !== undefined
        ? findStarted(['Task', 'ClusterTask'], task, manifests, paths)
        : undefined;
  if (found === undefined) {
    const { resource, workspace, serviceAccount } = options;
    const flag = resource?.size ? '--resource' : workspace?.size ? '--workspace' : '--service-account';
    if (flag !== '--service-account' || serviceAccount !== undefined)
      throw new UsageError(
        `${flag} is for a run that --pipeline or --task makes`,
        'write it in the manifest of the run',
      );
    return undefined;
  }
  const started: Started = { ...found, options, manifests };
  const resources = bindings(started);
  const findings = [...paramFindings(started), ...resources.findings, ...workspaceFindings(started)];
  const declared = new Set(declaredAt(started, PARAMS[shapeOf(started.kind)]).map(({ name }) => name));
  const unknownParams = [...options.param.keys()].filter((name) => !declared.has(name));
  return { run: plannedRun(started, resources.bound), findings, unknownParams };
}

function findStarted(
  kinds: readonly Started['kind'][],
  name: string,
  manifests: readonly Manifest[],
  paths: readonly string[],
): Pick<Started, 'kind' | 'name' | 'manifest'> {
  const all = kinds.flatMap((kind) =>
    manifests
      .filter(({ object }) => isTekton(object) && textAt(object, 'kind') === kind)
      .map((manifest) => ({ kind, name: textAt(manifest.object, 'metadata', 'name') ?? '', manifest })),
  );
  const found = all.filter((each) => each.name === name);
  const [first] = found;
  const what = kinds[0] ?? '';
  if (first === undefined) {
    const names = [...new Set(all.map((each) => each.name))];
    const guess = closestMatch(name, names);
    const list = names.length === 0 ? `name the files that have one` : `the ${what}s are: ${names.join(', ')}`;
    throw new UsageError(
      `there is no ${what} called '${name}' in ${paths.join(', ')}`,
      guess === undefined ? list : `did you mean '${guess}'? ${list}`,
    );
  }
  const namespaces = found
    .filter(({ kind }) => kind === first.kind)
    .map(({ manifest }) => namespaceOf(manifest.object));
  if (new Set(namespaces).size > 1)
    throw new UsageError(
      `the ${what} '${name}' is in several namespaces: ${namespaces.join(', ')}`,
      'name only the files of one of them',
    );
  return first;
}

/** Places of what is declared: of a Pipeline, or of a Task in either spelling. */
const PARAMS = {
  Pipeline: [['spec', 'params']],
  Task: [
    ['spec', 'inputs', 'params'],
    ['spec', 'params'],
  ],
};
const RESOURCES = {
  Pipeline: [['spec', 'resources']],
  Task: [
    ['spec', 'inputs', 'resources'],
    ['spec', 'outputs', 'resources'],
  ],
};

const shapeOf = (kind: Started['kind']): 'Pipeline' | 'Task' => (kind === 'Pipeline' ? 'Pipeline' : 'Task');

interface Declared {
  readonly name: string;
  readonly spec: JsonObject;
  readonly list: readonly string[];
  readonly path: Path;
}

const declaredAt = ({ manifest: { object } }: Started, lists: readonly (readonly string[])[]): readonly Declared[] =>
  lists.flatMap((list) =>
    listAt(object, ...list).flatMap((each, index) => {
      const name = textAt(each, 'name');
      return name === undefined || !isObject(each) ? [] : [{ name, spec: each, list, path: [...list, index, 'name'] }];
    }),
  );

function paramFindings(started: Started): readonly Finding[] {
  const { options, manifest } = started;
  const declared = declaredAt(started, PARAMS[shapeOf(started.kind)]);
  const missing = declared
    .filter(({ name, spec }) => spec['default'] === undefined && !options.param.has(name))
    .map(({ name, spec, path }) => {
      const value = textAt(spec, 'type') === 'array' ? 'ITEM,ITEM' : 'VALUE';
      const message = `${titleOf(started)} needs the param '${name}', which has no default`;
      return errorAt(manifest, path, 'PARAM_MISSING', message, `give it a value: -p ${name}=${value}`);
    });
  const names = declared.map(({ name }) => name);
  const extra = unknownOf(started, options.param, names, '-p', 'PARAM_EXTRA', 'param');
  return [...missing, ...extra];
}

interface Bound {
  readonly list: readonly string[];
  readonly name: string;
  readonly resource: string;
}

function bindings(started: Started): { readonly bound: readonly Bound[]; readonly findings: readonly Finding[] } {
  const { options, manifest, manifests } = started;
  const given = options.resource ?? new Map<string, string>();
  const namespace = namespaceOf(manifest.object);
  const existing = manifests
    .filter(({ object }) => textAt(object, 'kind') === 'PipelineResource' && isTekton(object))
    .filter(({ object }) => started.kind === 'ClusterTask' || namespaceOf(object) === namespace)
    .map(({ object }) => ({ name: textAt(object, 'metadata', 'name') ?? '', type: textAt(object, 'spec', 'type') }));
  const declared = declaredAt(started, RESOURCES[shapeOf(started.kind)]);
  const bound: Bound[] = [];
  const findings: Finding[] = [];
  for (const { name, spec, list, path } of declared) {
    const type = textAt(spec, 'type') ?? '';
    const flag = given.get(name);
    const resource = flag ?? existing.find((each) => each.name === name && each.type === type)?.name;
    if (resource !== undefined) bound.push({ list, name, resource });
    if (flag !== undefined && !existing.some((each) => each.name === flag)) {
      const place = optionPlace(`--resource ${name}=${flag}`);
      const names = existing.map((each) => each.name);
      findings.push(
        error(
          'RESOURCE_UNKNOWN',
          place,
          `there is no PipelineResource '${flag}'`,
          guessOf(flag, names, 'PipelineResources'),
        ),
      );
    }
    if (resource !== undefined || spec['optional'] === true) continue;
    const fitting = existing.filter((each) => each.type === type).map((each) => each.name);
    const hint = `--resource ${name}=${fitting[0] ?? 'NAME'}`;
    const rest = fitting.length > 1 ? ` (of type ${type}: ${fitting.join(', ')})` : '';
    const none = `add a PipelineResource '${name}' of type ${type} to the manifests, or name another: ${hint}`;
    const message = `${titleOf(started)} needs the resource '${name}' of type ${type}, and no PipelineResource has that name and type`;
    findings.push(
      errorAt(manifest, path, 'BINDING_MISSING', message, fitting.length === 0 ? none : `name one: ${hint}${rest}`),
    );
  }
  const names = declared.map(({ name }) => name);
  return {
    bound,
    findings: [...findings, ...unknownOf(started, given, names, '--resource', 'BINDING_EXTRA', 'resource')],
  };
}

const workspaceNames = (started: Started): readonly string[] =>
  declaredAt(started, [['spec', 'workspaces']]).map(({ name }) => name);

const workspaceFindings = (started: Started): readonly Finding[] =>
  unknownOf(
    started,
    started.options.workspace ?? new Map<string, string>(),
    workspaceNames(started),
    '--workspace',
    'WORKSPACE_EXTRA',
    'workspace',
  );

/** What the command line gives and nothing declares. */
function unknownOf(
  started: Started,
  given: ReadonlyMap<string, string>,
  declared: readonly string[],
  flag: string,
  code: string,
  what: string,
): readonly Finding[] {
  return [...given]
    .filter(([name]) => !declared.includes(name))
    .map(([name, value]) =>
      error(
        code,
        optionPlace(`${flag} ${name}=${value}`),
        `${titleOf(started)} has no ${what} '${name}'`,
        guessOf(name, declared, `${what}s`),
      ),
    );
}

function guessOf(name: string, known: readonly string[], what: string): string {
  const guess = closestMatch(name, known);
  if (guess !== undefined) return `did you mean '${guess}'?`;
  return known.length === 0 ? `leave it out: there are no ${what}` : `the ${what} are: ${known.join(', ')}`;
}

const titleOf = ({ kind, name }: Started): string => `${kind} ${name}`;

function plannedRun(started: Started, bound: readonly Bound[]): PlannedRun {
  const { kind, name, manifest: of, options } = started;
  const isPipeline = kind === 'Pipeline';
  const namespace = kind === 'ClusterTask' ? 'default' : namespaceOf(of.object);
  const bindingsOf = (list: readonly string[]): readonly Json[] =>
    bound
      .filter((each) => each.list === list)
      .map((each) => ({ name: each.name, resourceRef: { name: each.resource } }));
  const [first = [], second = []] = RESOURCES[shapeOf(kind)];
  const workspaces = workspaceNames(started).map((workspace): Json => {
    const claimName = options.workspace?.get(workspace);
    return {
      name: workspace,
      ...(claimName === undefined ? { emptyDir: {} } : { persistentVolumeClaim: { claimName } }),
    };
  });
  const resources: JsonObject = isPipeline
    ? { resources: bindingsOf(first) }
    : { inputs: { resources: bindingsOf(first) }, outputs: { resources: bindingsOf(second) } };
  const { serviceAccount } = options;
  const object: JsonObject = {
    apiVersion: textAt(of.object, 'apiVersion') ?? '',
    kind: isPipeline ? 'PipelineRun' : 'TaskRun',
    metadata: { generateName: `${name}-run-`, namespace },
    spec: {
      ...(isPipeline ? { pipelineRef: { name } } : { taskRef: { name, kind } }),
      ...(bound.length > 0 && resources),
      ...(workspaces.length > 0 && { workspaces }),
      ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
    },
  };
  const place = optionPlace(`${isPipeline ? '--pipeline' : '--task'} ${name}`);
  const manifest: Manifest = {
    object,
    file: place.file,
    faulty: false,
    locate: () => ({ key: place, value: place, found: true }),
    quote: () => '',
    quotable: () => undefined,
    written: () => undefined,
  };
  return { manifest, kind: isPipeline ? 'PipelineRun' : 'TaskRun', title: `${name}-run-`, namespace };
}

/** An option of the command line as the place of a finding. */
const optionPlace = (option: string): Place => ({ file: option, line: 0, column: 0 });

const error = (code: string, place: Place, message: string, hint: string): Finding => ({
  severity: 'error',
  code,
  place,
  message,
  hint,
});

/** An error at a place of a manifest. */
function errorAt(manifest: Manifest, path: Path, code: string, message: string, hint: string): Finding {
  const place = manifest.locate(path).value;
  const quote = manifest.quotable(place);
  return { ...error(code, place, message, hint), ...(quote !== undefined && { quote }) };
}
