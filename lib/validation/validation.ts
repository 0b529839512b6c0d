/**
 * Validation of a whole app at synth, by the functions that also check YAML and runs.
 *
 * cdk8s validates the app before writing, and again for every chart; objects depend on each other, so all are checked together and
 * the result is kept until an object changes. Declared external objects take part in the checks and are never emitted.
 */

import { checkObjects, constructProblem, CONSTRUCT_PROBLEMS, PROBLEMS, type Problem } from '@pipewright/tekton';
import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { ConstructError, suggestName } from '../diagnostics/construct-error.js';
import { roundTripProblems, type Writer } from './string-round-trip.js';
import { cdk8sFileName, gitopsProblems } from '../gitops/gitops.js';
import { manifestOf, PlainObject } from '../manifests/plain-object.js';
import { captureStack, excerptAt, userLocation } from '../diagnostics/source-location.js';

/** The manifest of an object defined outside the app; its namespace is that of the construct that refers to it. */
export interface ExternalObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  /** @default - the kind has none */
  readonly spec?: object;
}

/** A warning about a construct. */
interface Warning {
  readonly at: IConstruct;
  readonly line: string;
}

/** The validation of one app. */
class AppValidation {
  readonly #root: IConstruct;
  readonly #externals = new Map<string, { readonly at: Construct; readonly manifest: ExternalObject }>();
  readonly #reportAt = new Map<IConstruct, IConstruct>();
  readonly #stacks = new WeakMap<IConstruct, Error>();
  #problems: ReadonlyMap<IConstruct, readonly Problem[]> | undefined;
  /** The writer of the files; `pipewright` for a tree without an App. */
  writer: Writer;
  #state = '';
  #failed = false;

  constructor(root: IConstruct) {
    this.#root = root;
    this.writer = root instanceof App ? 'cdk8s' : 'pipewright';
    root.node.addValidation({ validate: () => this.#checkAgain() });
  }

  add(object: ApiObject, reportAt: Construct): void {
    this.#reportAt.set(object, reportAt);
    this.#stacks.set(reportAt, captureStack());
    this.#problems = undefined;
    reportAt.node.addValidation({ validate: () => this.#errors(object) });
  }

  addExternal(at: Construct, manifest: ExternalObject): void {
    this.#externals.set(`${at.node.addr} ${manifest.kind} ${manifest.metadata.name}`, { at, manifest });
  }

  /** Returns where the program creates a construct: the location, and the source line with a caret if it is readable. */
  locationLines(construct: IConstruct): readonly string[] {
    const stack = this.#stacks.get(construct);
    const location = stack && userLocation(stack);
    return location ? excerptAt(location) : [];
  }

  /** Returns the warnings that are not acknowledged, each with its construct. */
  warnings(): readonly Warning[] {
    const warnings: Warning[] = [];
    for (const [object, problems] of this.#currentProblems()) {
      const at = this.#reportAt.get(object) ?? object;
      for (const problem of problems) {
        if (problem.severity === 'warning' && !isAcknowledged(at, problem.code)) {
          warnings.push({ at, line: `[${at.node.path}] ${formatProblem(problem)}` });
        }
      }
    }
    return warnings;
  }

  /** Checks again and adds validations for plain ApiObjects. cdk8s visits the root first, so this runs before other validations. */
  #checkAgain(): string[] {
    for (const object of this.#currentProblems().keys()) {
      if (this.#reportAt.has(object)) continue;
      this.#reportAt.set(object, object);
      object.node.addValidation({ validate: () => this.#errors(object) });
    }
    return [];
  }

  /** Returns the errors of an object. cdk8s's own App prints only these, so there the last one ends with the location. */
  #errors(object: IConstruct): string[] {
    const lines = (this.#problems?.get(object) ?? []).filter(({ severity }) => severity === 'error').map(formatProblem);
    const last = lines.pop();
    if (last === undefined) return [];
    const place = this.writer === 'cdk8s' ? this.locationLines(this.#reportAt.get(object) ?? object) : [];
    return [...lines, withLocation(last, place)];
  }

  /** Returns the problems by object; checks again if an object may have changed. */
  #currentProblems(): ReadonlyMap<IConstruct, readonly Problem[]> {
    const objects = this.#root.node.findAll().filter((it): it is ApiObject => ApiObject.isApiObject(it));
    const state = `${String(objects.length)} objects, ${String(PlainObject.patches)} patches`;
    if (this.#problems === undefined || this.#state !== state || this.#failed) {
      this.#state = state;
      this.#problems = this.#check(objects);
      this.#failed = [...this.#problems.values()].flat().some(({ severity }) => severity === 'error');
      queueMicrotask(() => (this.#problems = undefined)); // a synth is synchronous; a later one may see other objects
    }
    return this.#problems;
  }

  #check(objects: readonly ApiObject[]): ReadonlyMap<IConstruct, readonly Problem[]> {
    const manifests = objects.map(manifestOf);
    const found = new Map<IConstruct, Problem[]>();
    const add = (at: IConstruct, problem: Problem): void => {
      const known = found.get(at);
      if (known) known.push(problem);
      else found.set(at, [problem]);
    };
    for (const problem of checkObjects([...manifests, ...this.#externalManifests(manifests)])) {
      const at = objects[problem.object?.index ?? -1]; // undefined for an external object
      if (at) add(at, this.#withOther(problem, objects));
    }
    objects.forEach((object, index) => {
      const manifest = manifests[index] ?? {};
      for (const it of [...gitopsProblems(manifest), ...roundTripProblems(manifest, this.writer)]) add(object, it);
    });
    for (const object of this.#overwritingObjects(objects, manifests)) add(object, OVERWRITES);
    return found;
  }

  /** Adds the construct of the other conflicting object to the hint. */
  #withOther(problem: Problem, objects: readonly ApiObject[]): Problem {
    const other = objects[problem.otherObjectIndex ?? -1];
    const at = other && (this.#reportAt.get(other) ?? other).node.path;
    return at === undefined ? problem : { ...problem, hint: `${problem.hint}; the other is [${at}]` };
  }

  /** Returns the objects whose file cdk8s's App would overwrite another object's file with. */
  #overwritingObjects(objects: readonly ApiObject[], manifests: readonly object[]): ApiObject[] {
    const type = this.#root instanceof App ? this.#root.yamlOutputType : undefined;
    const folders = type === YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE;
    if (type !== YamlOutputType.FILE_PER_RESOURCE && !folders) return [];
    const written = new Set<string>();
    return objects.filter((object, index) => {
      const file = `${folders ? Chart.of(object).node.path : ''} ${cdk8sFileName(manifests[index] ?? {})}`;
      return written.size === written.add(file).size;
    });
  }

  /** Returns the external objects without duplicates and without those that the app defines itself. */
  #externalManifests(manifests: readonly object[]): object[] {
    const known = new Set(manifests.map(objectKey));
    const externals: object[] = [];
    for (const { at, manifest } of this.#externals.values()) {
      const { namespace } = ApiObject.of(at).metadata;
      const clusterScoped = manifest.kind === 'ClusterTask' || namespace === undefined;
      const external = { ...manifest, metadata: { ...manifest.metadata, ...(!clusterScoped && { namespace }) } };
      if (known.has(objectKey(external))) continue;
      known.add(objectKey(external));
      externals.push(external);
    }
    return externals;
  }
}

/** cdk8s derives the file name from kind and name alone. */
const OVERWRITES: Problem = { ...constructProblem('FILE_TWICE', {}), path: ['metadata', 'name'] };

function objectKey(manifest: object): string {
  const { kind, metadata } = manifest as { kind?: string; metadata?: { name?: string; namespace?: string } }; // any manifest
  return `${kind ?? ''} ${metadata?.namespace ?? ''} ${metadata?.name ?? ''}`;
}

const VALIDATIONS = new WeakMap<IConstruct, AppValidation>();

function validationOf(construct: IConstruct): AppValidation {
  const { root } = construct.node;
  const checks = VALIDATIONS.get(root) ?? new AppValidation(root);
  VALIDATIONS.set(root, checks);
  return checks;
}

/** Registers `object` for validation with its app; errors are reported at the construct `reportAt`. */
export function checkAtSynth(object: ApiObject, reportAt: Construct): void {
  validationOf(object).add(object, reportAt);
}

/** Registers an app for validation with this library's writer, even if it holds only plain ApiObjects. */
export function checkAll(root: Construct): void {
  validationOf(root).writer = 'pipewright';
}

/** Declares an external object that `at` refers to, so that validation treats it as present. */
export function declareExternal(at: Construct, manifest: ExternalObject | undefined): void {
  if (manifest) validationOf(at).addExternal(at, manifest);
}

/** Whether a code can be a warning: the missing object may be external, or Tekton accepts the object. */
const canBeWarning = (code: string, row: { readonly severity: string; readonly whereRefused?: true }): boolean =>
  row.severity === 'warning' || row.whereRefused === true || WARNINGS_AT_SYNTH.includes(code);

/** Codes that are errors for a complete set of manifests and warnings at synth, where the missing object may be external. */
const WARNINGS_AT_SYNTH: readonly string[] = ['SERVICE_ACCOUNT_MISSING', 'SECRET_MISSING', 'TASK_UNKNOWN'];

/** The type of the construct metadata that holds acknowledged codes. */
const ACKNOWLEDGED = 'pipewright/acknowledged';

/**
 * Acknowledges a warning at a construct and everything below it. Throws if the code is unknown or that of an error, which cannot be
 * acknowledged.
 *
 * @param code the warning's code, printed in brackets at its end
 * @param reason why it is accepted, for readers of the program
 * @example
 *
 *   acknowledge(chart, 'IMAGE_UNPINNED', 'these images are ours and are rebuilt every night');
 */
export function acknowledge(construct: IConstruct, code: string, reason: string): void {
  const row = Object.entries(PROBLEMS).find(([name]) => name === code)?.[1];
  if (!row || !canBeWarning(code, row)) {
    const warnings = Object.entries(PROBLEMS).filter(([name, one]) => canBeWarning(name, one));
    const guess = suggestName(
      code,
      warnings.map(([name]) => name),
    );
    const isError = row !== undefined || code in CONSTRUCT_PROBLEMS;
    throw new ConstructError(construct, constructProblem('NOT_A_WARNING', { code, isError, guess }));
  }
  construct.node.addMetadata(ACKNOWLEDGED, { code, reason });
}

const isAcknowledged = (construct: IConstruct, code: string): boolean =>
  construct.node.scopes.some(
    (scope) =>
      scope.node.metadata.some(({ type, data }) => type === ACKNOWLEDGED && (data as { code: string }).code === code), // by `acknowledge`
  );

/** Returns the location in the program that creates a construct, as lines of a message; empty if unknown. */
export const madeAt = (construct: IConstruct): readonly string[] =>
  VALIDATIONS.get(construct.node.root)?.locationLines(construct) ?? [];

/** Returns the warnings of the app that holds `construct`, without acknowledged ones, each with its construct's path. */
export const warningsOf = (construct: IConstruct): readonly string[] =>
  (VALIDATIONS.get(construct.node.root)?.warnings() ?? []).map(({ line }) => line);

/** Returns the warnings with source locations: the last one of each construct is followed by the line that creates it. */
export function locatedWarningsOf(construct: IConstruct): readonly string[] {
  const warnings = VALIDATIONS.get(construct.node.root)?.warnings() ?? [];
  return warnings.map(({ at, line }, index) =>
    warnings[index + 1]?.at === at ? line : withLocation(line, madeAt(at)),
  );
}

/** Appends a location (`locationLines`) to a message. */
export const withLocation = (message: string, place: readonly string[]): string =>
  [message, ...place.map((line) => `    ${line}`)].join('\n');

/** Returns the first line of a message, without its location. */
export const withoutLocation = (message: string): string => message.split('\n', 1)[0] ?? '';

/** Formats a problem as one line: field path, message, hint and code. */
export function formatProblem({ path, message, hint, code }: Problem): string {
  return `${formatPath(path)}${message} — ${hint} [${code}]`;
}

function formatPath(path: Problem['path']): string {
  let text = '';
  for (const part of path) text += typeof part === 'number' ? `[${String(part)}]` : `${text && '.'}${part}`;
  return text && `${text}: `;
}
