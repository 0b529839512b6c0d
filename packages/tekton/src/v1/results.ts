/** Values of results of tasks and steps: their types, and whether these are the declared ones. */

import type { RunFailure } from '../model/run-failure.js';
import { isArrayValue } from '../model/param.js';
import type { TaskRunResult } from './status.js';
import type { TaskResult, TaskSpec, Value } from './types.js';

/** The part of a declaration that determines the type. */
type Declaration = Pick<TaskResult, 'type' | 'properties'> | undefined;

const declaredType = (declared: Declaration): string =>
  declared?.type || (declared?.properties === undefined ? 'string' : 'object');

/** Returns a result with the value that its text stands for. A text that is not of the declared type stays a string. */
export function typedResult(name: string, text: string, declared: Declaration): TaskRunResult {
  const value = declaredType(declared) === 'string' ? text : parsedValue(text);
  return { name, type: typeOf(value), value };
}

function parsedValue(text: string): Value {
  try {
    const value: unknown = JSON.parse(text);
    if (isTexts(value)) return value;
    if (typeof value === 'object' && value !== null && isTexts(Object.values(value))) return value as Value; // of strings
  } catch {
    // the type of the result is checked after all steps have ended
  }
  return text;
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const typeOf = (value: Value): 'string' | 'array' | 'object' =>
  typeof value === 'string' ? 'string' : isArrayValue(value) ? 'array' : 'object';

/** Returns why the results do not match their declarations, if so: a value of another type, or an object without a key. */
export function resultsFailure(
  { results: declared = [] }: TaskSpec,
  results: readonly TaskRunResult[],
): RunFailure | undefined {
  const given = new Map(results.map(({ name, value }) => [name, value]));
  const mistyped = declared.flatMap((result) => {
    const [{ name }, wanted] = [result, declaredType(result)];
    const value = given.get(name);
    return value === undefined || typeOf(value) === wanted
      ? []
      : [
          ` "${name}": task result is expected to be "${wanted}" type but was initialized to a different type "${typeOf(value)}"`,
        ];
  });
  if (mistyped.length > 0)
    return invalid(
      `Provided results don't match declared results; may be invalid JSON or missing result declaration: ${mistyped.toSorted().join(',')}`,
    );
  const incomplete = declared.flatMap(({ name, properties = {} }) => {
    const value = given.get(name);
    const absent = Object.keys(properties).filter((key) => typeof value === 'object' && !(key in value));
    return absent.length > 0 ? [`${name}:[${absent.join(' ')}]`] : [];
  });
  if (incomplete.length === 0) return undefined;
  return invalid(
    `missing keys for these results which are required in TaskResult's properties map[${incomplete.toSorted().join(' ')}]`,
  );
}

const invalid = (message: string): RunFailure => ({
  reason: 'TaskRunValidationFailed',
  message: `[User error] ${message}`,
});
