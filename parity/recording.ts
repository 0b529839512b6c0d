/**
 * What a recorded case holds, and how it is read from its folder: `NAME/input.yaml`, `NAME/outcome.json`.
 *
 * What is played here is written down in the same shape (`play.ts`), so that both are looked at by the same eyes.
 */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isObject, type Json, type JsonObject } from './json.js';

/** What became of one object that was created. */
export interface Applied {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** HTTP status of the create. */
  readonly code: number;
  /** The Status answered to a refusal. */
  readonly status?: JsonObject;
  /** The spec as admission left it; a recording has it only where that is not what was given. */
  readonly defaulted?: Json;
}

/** Something done while the case ran, or waited for. */
export interface Action {
  /** Seconds after the start. */
  readonly t: number;
  readonly wait?: string;
  readonly op?: string;
  readonly seconds?: number;
  readonly kind?: string;
  readonly name?: string;
  readonly body?: Json;
  readonly code?: number;
}

/** What was seen of a case. */
export interface Outcome {
  readonly note: string;
  readonly namespace: string;
  /** Whether every run reached its end. */
  readonly finished: boolean;
  readonly seconds: number;
  readonly applied: readonly Applied[];
  readonly actions: readonly Action[];
  readonly taskruns: readonly JsonObject[];
  readonly pipelineruns: readonly JsonObject[];
  readonly pods: readonly JsonObject[];
  readonly pvcs: readonly JsonObject[];
  /** Objects that were gone by the end, as last seen. */
  readonly deleted: readonly { readonly kind: string; readonly name: string; readonly object: JsonObject }[];
  /** Pod to container to text, each line with its time. */
  readonly logs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly events: readonly JsonObject[];
}

/** One case. */
export interface Recording {
  readonly name: string;
  /** The text of its manifests, with LAB_HOST and LAB_REGISTRY in it. */
  readonly input: string;
  readonly outcome: Outcome;
}

/** A folder that holds no cases. */
export class NoCasesError extends Error {}

/**
 * Reads the cases below a folder: the folder of the cases itself, one above it, or that of a single case.
 *
 * @param only names of the cases wanted; by default all
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
  if (cases.length === 0) throw new NoCasesError(`${place} holds no cases: no NAME/outcome.json`);
  return only.length === 0 ? cases : cases.filter(({ name }) => only.includes(name));
}

function placeOf(folder: string): string {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new NoCasesError(`there is no folder ${folder}`);
  const inside = join(folder, 'cases');
  return existsSync(inside) ? inside : folder;
}

function readCase(folder: string): Recording {
  const input = readFileSync(join(folder, 'input.yaml'), 'utf8');
  const outcome = JSON.parse(readFileSync(join(folder, 'outcome.json'), 'utf8')) as Partial<Outcome>; // as the recorder writes it
  return {
    name: resolve(folder).split('/').at(-1) ?? folder,
    input,
    outcome: {
      note: outcome.note ?? '',
      namespace: outcome.namespace ?? '',
      finished: outcome.finished ?? false,
      seconds: outcome.seconds ?? 0,
      applied: withSpecs(outcome.applied ?? [], objectsOf(input, {})),
      actions: outcome.actions ?? [],
      taskruns: outcome.taskruns ?? [],
      pipelineruns: outcome.pipelineruns ?? [],
      pods: outcome.pods ?? [],
      pvcs: outcome.pvcs ?? [],
      deleted: outcome.deleted ?? [],
      logs: outcome.logs ?? {},
      events: outcome.events ?? [],
    },
  };
}

/** Where admission changed nothing, the spec is the one given. */
const withSpecs = (applied: readonly Applied[], given: readonly JsonObject[]): readonly Applied[] =>
  applied.map((one, index) => {
    const spec = given[index]?.['spec'];
    return one.defaulted !== undefined || spec === undefined ? one : { ...one, defaulted: spec };
  });

/** The objects of a case's manifests, with the names of the place it is played at put in. */
export function objectsOf(input: string, names: Readonly<Record<string, string>>): readonly JsonObject[] {
  const text = Object.entries(names).reduce((so, [name, value]) => so.replaceAll(name, value), input);

  return parseAllDocuments(text)
    .map((document): unknown => document.toJS())
    .filter(isObject);
}
