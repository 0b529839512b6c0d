/**
 * The format of a recorded case, and its reader: `NAME/input.yaml`, `NAME/outcome.json`.
 *
 * Replays (`replay.ts`) have the same format, so that both are compared by the same code.
 */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isObject, type Json, type JsonObject } from './json.js';

/** The result of creating one object. */
export interface Applied {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** HTTP status of the create. */
  readonly code: number;
  /** The Status in the response, if it was rejected. */
  readonly status?: JsonObject;
  /** The spec after admission; a recording has it only if admission changed it. */
  readonly defaulted?: Json;
}

/** An action or a wait while the case ran. */
export interface Action {
  /** Seconds after the start. */
  readonly t: number;
  readonly wait?: string;
  readonly op?: 'patch' | 'patch status' | 'delete' | 'create' | 'sleep';
  readonly seconds?: number;
  readonly kind?: string;
  readonly name?: string;
  readonly body?: Json;
  /** HTTP status of the answer. */
  readonly code?: number;
  /** The answer's message, if the action was rejected. */
  readonly message?: string | null;
}

/** The outcome of a case. */
export interface Outcome {
  readonly note: string;
  readonly namespace: string;
  /** Whether all runs have ended. */
  readonly finished: boolean;
  readonly seconds: number;
  readonly applied: readonly Applied[];
  readonly actions: readonly Action[];
  readonly taskruns: readonly JsonObject[];
  readonly pipelineruns: readonly JsonObject[];
  /** Runs of custom tasks, which v0.9.2 does not have. */
  readonly customruns: readonly JsonObject[];
  readonly pods: readonly JsonObject[];
  readonly pvcs: readonly JsonObject[];
  /** Deleted objects, as last observed. */
  readonly deleted: readonly { readonly kind: string; readonly name: string; readonly object: JsonObject }[];
  /** Logs by pod and container, each line with its timestamp. */
  readonly logs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly events: readonly JsonObject[];
}

/** A recorded version of Tekton. */
export type Release = 'v0.9.2' | 'v1.15';

/** One case. */
export interface Recording {
  readonly name: string;
  /** The version of Tekton that was recorded. */
  readonly release: Release;
  /** The text of its manifests, with the placeholders LAB_HOST and LAB_REGISTRY. */
  readonly input: string;
  /** Settings that differ from the defaults of the version's ConfigMaps, by name. */
  readonly config: Readonly<Record<string, string>>;
  readonly outcome: Outcome;
}

/** A folder without cases. */
export class NoCasesError extends Error {}

/**
 * Reads the cases of a folder: the folder of the cases, its parent, or the folder of a single case.
 *
 * @param only names of the requested cases; all by default
 */
export function readRecordings(folder: string, only: readonly string[] = []): readonly Recording[] {
  const place = placeOf(resolve(folder));
  const names = existsSync(join(place, 'outcome.json'))
    ? ['.']
    : readdirSync(place)
        .filter((name) => existsSync(join(place, name, 'outcome.json')))
        .sort();
  const cases = names.map((name) => readCase(join(place, name)));
  const unknown = only.filter((name) => !cases.some((one) => one.name === name));
  if (unknown.length > 0) throw new NoCasesError(`${place} has no case ${unknown.join(', ')}`);
  if (cases.length === 0) throw new NoCasesError(`${place} contains no cases: no NAME/outcome.json`);
  return only.length === 0 ? cases : cases.filter(({ name }) => only.includes(name));
}

function placeOf(folder: string): string {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new NoCasesError(`folder ${folder} does not exist`);
  const inside = join(folder, 'cases');
  return existsSync(inside) ? inside : folder;
}

/** Settings of the ConfigMaps that each version ships which are not the defaults of absent settings. */
const SHIPPED_SETTINGS: Readonly<Record<Release, Readonly<Record<string, string>>>> = {
  'v0.9.2': {},
  'v1.15': { 'send-cloudevents-for-runs': 'true' },
};

function readCase(folder: string): Recording {
  const input = readFileSync(join(folder, 'input.yaml'), 'utf8');
  const outcome = JSON.parse(readFileSync(join(folder, 'outcome.json'), 'utf8')) as Partial<Outcome> & {
    readonly config?: Readonly<Record<string, string>>;
  }; // the recorder's format
  const release = outcome.customruns ? 'v1.15' : 'v0.9.2';
  return {
    name: resolve(folder).split('/').at(-1) ?? folder,
    release,
    input,
    config: { ...SHIPPED_SETTINGS[release], ...outcome.config },
    outcome: {
      note: outcome.note ?? '',
      namespace: outcome.namespace ?? '',
      finished: outcome.finished ?? false,
      seconds: outcome.seconds ?? 0,
      applied: withSpecs(outcome.applied ?? [], objectsOf(input, {})),
      actions: outcome.actions ?? [],
      taskruns: outcome.taskruns ?? [],
      pipelineruns: outcome.pipelineruns ?? [],
      customruns: outcome.customruns ?? [],
      pods: outcome.pods ?? [],
      pvcs: outcome.pvcs ?? [],
      deleted: outcome.deleted ?? [],
      logs: outcome.logs ?? {},
      events: outcome.events ?? [],
    },
  };
}

/** Sets the given spec where admission did not change it. */
const withSpecs = (applied: readonly Applied[], given: readonly JsonObject[]): readonly Applied[] =>
  applied.map((one, index) => {
    const spec = given[index]?.['spec'];
    return one.defaulted !== undefined || spec === undefined ? one : { ...one, defaulted: spec };
  });

/** Returns the objects of a case's manifests, with the values of placeholders. */
export function objectsOf(input: string, names: Readonly<Record<string, string>>): readonly JsonObject[] {
  const text = Object.entries(names).reduce((so, [name, value]) => so.replaceAll(name, value), input);

  return parseAllDocuments(text)
    .map((document): unknown => document.toJS())
    .filter(isObject);
}
