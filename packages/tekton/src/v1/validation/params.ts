/** Checks declared params and values of params. */

import type { FieldPath } from '../../model/field-path.js';
import { DECLARED_TYPES, typeOfParam } from '../param-types.js';
import type { Param, ParamSpec } from '../types.js';
import { checkDuplicates, child, fail, type CheckContext } from './check-context.js';

/**
 * Checks types, defaults, enums and duplicates of declared params. `context` is the object with `params`.
 *
 * @param tektonFields where Tekton reports them: it checks the params of a pipeline once for `tasks` and once for `finally`
 */
export function checkParamSpecs(
  params: readonly ParamSpec[],
  context: CheckContext,
  tektonFields: readonly string[] = ['params'],
): void {
  const keyed = (name: string): string[] => tektonFields.map((field) => `${field}[${name}]`);
  params.forEach((param, index) => {
    const at = ['params', index];
    checkType(param, child(context, ...at), context, tektonFields);
    checkEnum(param, at, keyed(param.name), context);
  });
  checkDuplicates(params, context, {
    what: 'param',
    at: (index) => ['params', index, 'name'],
    webhook: (name) => ({ message: 'parameter appears more than once', fields: keyed(name) }),
  });
}

function checkType(param: ParamSpec, at: CheckContext, context: CheckContext, tektonFields: readonly string[]): void {
  const type = typeOfParam(param);
  const base = context.path.length;
  const fields = (suffix: string): string[] => tektonFields.map((field) => `${field}.${param.name}.${suffix}`);
  const path = at.path.slice(base);
  if (!DECLARED_TYPES.includes(type)) {
    const webhook = { message: `invalid value: ${type}`, fields: fields('type') };
    fail(context, 'VALUE_UNKNOWN', context.report.unknownName(type, DECLARED_TYPES), {
      at: [...path, 'type'],
      value: type,
      webhook,
    });
    return;
  }
  const got = typeOfParam({ ...(param.default !== undefined && { default: param.default }) });
  if (param.default !== undefined && got !== type) {
    const message = `"${type}" type does not match default value's type: "${got}"`;
    const webhook = { message, fields: [...fields('type'), ...fields('default.type')] };
    const details = { name: param.name, type, got: `of type ${got}` };
    fail(context, 'PARAM_DEFAULT_TYPE', details, { at: [...path, 'default'], webhook });
    return;
  }
  const wrong = Object.entries(param.properties ?? {}).filter(([, { type: own = 'string' }]) => own !== 'string');
  if (wrong.length === 0) return;
  const names = wrong.map(([key]) => key).toSorted();
  const message = `The value type specified for these keys [${names.join(' ')}] is invalid`;
  fail(
    context,
    'VALUE_UNKNOWN',
    { name: wrong[0]?.[1].type ?? '', known: ['string'] },
    {
      at: [...path, 'properties', names[0] ?? '', 'type'],
      webhook: { message, fields: fields('properties') },
    },
  );
}

function checkEnum(
  { name, enum: allowed = [], default: fallback, ...rest }: ParamSpec,
  at: readonly (string | number)[],
  fields: readonly string[],
  context: CheckContext,
): void {
  if (allowed.length === 0) return;
  const report = (reason: string, message: string): void => {
    fail(context, 'ENUM_INVALID', { name, reason }, { at: [...at, 'enum'], webhook: { message, fields } });
  };
  if (!context.config.enableParamEnum) {
    const message = 'feature flag `enable-param-enum` should be set to true to use Enum';
    const details = { feature: 'enum', flag: 'enable-param-enum', needed: 'true' };
    fail(context, 'FEATURE_DISABLED', details, { at: [...at, 'enum'], webhook: { message, fields } });
  }
  if (typeOfParam({ ...rest, ...(fallback !== undefined && { default: fallback }) }) !== 'string')
    report('is only allowed for string params', 'enum can only be set with string type param');
  const values = new Set<string>();
  const duplicates = new Set(allowed.filter((value) => values.size === values.add(value).size));
  for (const value of duplicates)
    report(`has the value '${value}' twice`, `parameter enum value ${value} appears more than once`);
  if (typeof fallback === 'string' && fallback !== '' && !values.has(fallback))
    report(`does not have the default '${fallback}'`, `param default value ${fallback} not in the enum list`);
}

const STRING_NAME = /^[_a-zA-Z][_a-zA-Z0-9.-]*$/;
const OBJECT_NAME = /^[_a-zA-Z][_a-zA-Z0-9-]*$/;

/** Checks the names of the params of a Task or StepAction, and of the keys of its objects. `context`: as above. */
export function checkParamNames(params: readonly ParamSpec[], context: CheckContext): void {
  const isObject = (param: ParamSpec): boolean => typeOfParam(param) === 'object';
  const invalid = new Set(params.filter((param) => !isObject(param) && !STRING_NAME.test(param.name)));
  const names = [...new Set([...invalid].map(({ name }) => name))].toSorted();
  const stringError = {
    message: `The format of following array and string variable names is invalid: [${names.join(' ')}]`,
    fields: ['params'],
    details:
      'String/Array Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_), and dots (.)\nMust begin with a letter or an underscore (_)',
  };
  const objects = params
    .filter(isObject)
    .map(({ name, properties = {} }) => ({
      name,
      keys: Object.keys(properties)
        .filter((key) => !OBJECT_NAME.test(key))
        .toSorted(),
    }))
    .filter(({ name, keys }) => keys.length > 0 || !OBJECT_NAME.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const objectError = {
    message: `Object param name and key name format is invalid: map[${objects.map(({ name, keys }) => `${name}:[${keys.join(' ')}]`).join(' ')}]`,
    fields: ['params'],
    details:
      'Object Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_) \nMust begin with a letter or an underscore (_)',
  };
  const invalidObjects = new Map(objects.map((object) => [object.name, object]));
  params.forEach((param, index) => {
    const { name } = param;
    const at = ['params', index, 'name'];
    if (invalid.has(param)) {
      const rule = "begin with a letter or '_', and go on with letters, digits, '_', '-' and '.'";
      fail(context, 'NAME_FORMAT', { what: 'param', name, rule }, { at, value: name, webhook: stringError });
    }
    const object = isObject(param) ? invalidObjects.get(name) : undefined;
    if (!object) return;
    const rule = "begin with a letter or '_', and go on with letters, digits, '_' and '-'";
    const [what, wrong] = object.keys[0] === undefined ? ['object param', name] : ['key', object.keys[0]];
    fail(context, 'NAME_FORMAT', { what, name: wrong, rule }, { at, value: wrong, webhook: objectError });
  });
}

/**
 * Reports object params without `properties`.
 *
 * @param at the list of params, relative to the context
 * @param fields returns where Tekton reports it, relative to the context; empty if it does not
 */
export function checkObjectProperties(
  params: readonly ParamSpec[],
  context: CheckContext,
  at: FieldPath,
  fields: (name: string) => readonly string[],
): void {
  params.forEach((param, index) => {
    if (typeOfParam(param) !== 'object' || param.properties !== undefined) return;
    const named = fields(param.name);
    const webhook = { message: 'missing field(s)', fields: named };
    fail(
      context,
      'FIELD_MISSING',
      { name: 'properties' },
      {
        at: [...at, index, 'properties'],
        ...(named.length > 0 && { webhook }),
      },
    );
  });
}

/** Reports values for the same param. `tektonField` returns where Tekton reports it, relative to the context. */
export function checkUniqueParams(
  params: readonly Param[],
  context: CheckContext,
  options: {
    readonly at: readonly (string | number)[];
    readonly message: (name: string) => string;
    readonly field: (name: string, index: number) => string;
  },
): void {
  checkDuplicates(params, context, {
    what: 'param',
    at: (index) => [...options.at, index, 'name'],
    webhook: (name, index) => ({ message: options.message(name), fields: [options.field(name, index)] }),
  });
}

/** Reports values for the same param of a run or resolver. `keyPrefix`: `params` for runs, empty for resolvers. */
export const checkRunParams = (params: readonly Param[], context: CheckContext, keyPrefix: string): void => {
  checkUniqueParams(params, context, {
    at: ['params'],
    message: () => 'expected exactly one, got both',
    field: (name) => `${keyPrefix}[${name}].name`,
  });
};
