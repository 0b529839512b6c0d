/** Checks declared results of Tasks, steps and StepActions. */

import { isDnsLabel } from '../../model/kubernetes-names.js';
import { DECLARED_TYPES } from '../param-types.js';
import type { TaskResult } from '../types.js';
import { checkDuplicates, fail, type CheckContext } from './check-context.js';

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const NAME_DETAILS =
  "Name must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my-name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')";

/** Checks names, types and values. `context` is the object with `results`. */
export function checkResultSpecs(results: readonly TaskResult[], context: CheckContext, owner: 'Task' | 'step'): void {
  checkDuplicates(results, context, { what: 'result', at: (index) => ['results', index, 'name'] });
  results.forEach((result, index) => {
    const { name, type = '' } = result;
    const at = ['results', index];
    const field = `results[${String(index)}]`;
    if (!NAME.test(name)) {
      const webhook = {
        message: `invalid key name ${JSON.stringify(name)}`,
        fields: [`${field}.name`],
        details: NAME_DETAILS,
      };
      const rule = "use letters, digits, '-', '_' and '.', beginning and ending with a letter or digit";
      fail(context, 'NAME_FORMAT', { what: 'result', name, rule }, { at: [...at, 'name'], value: name, webhook });
      return;
    }
    if (type !== '' && !DECLARED_TYPES.includes(type)) {
      const details = owner === 'step' ? `invalid type ${type}` : 'type must be string';
      const webhook = { message: `invalid value: ${type}`, fields: [`${field}.type`], details };
      fail(context, 'VALUE_UNKNOWN', context.report.unknownName(type, DECLARED_TYPES), {
        at: [...at, 'type'],
        value: type,
        webhook,
      });
    }
    if (type === 'object') checkProperties(result, index, context);
    if (result.value !== undefined) checkValue(result, index, context);
  });
}

function checkProperties({ name, properties }: TaskResult, index: number, context: CheckContext): void {
  const field = `results[${String(index)}].${name}.properties`;
  const at = ['results', index, 'properties'];
  if (properties === undefined) {
    fail(
      context,
      'FIELD_MISSING',
      { name: 'properties' },
      { at, webhook: { message: 'missing field(s)', fields: [field] } },
    );
    return;
  }
  const wrong = Object.entries(properties).filter(([, { type = 'string' }]) => type !== 'string');
  if (wrong.length === 0) return;
  const keys = wrong.map(([key]) => key).toSorted();
  const message = `The value type specified for these keys [${keys.join(' ')}] is invalid, the type must be string`;
  fail(
    context,
    'VALUE_UNKNOWN',
    { name: wrong[0]?.[1].type ?? '', known: ['string'] },
    {
      at: [...at, keys[0] ?? '', 'type'],
      webhook: { message, fields: [field] },
    },
  );
}

function checkValue({ name, value = '' }: TaskResult, index: number, context: CheckContext): void {
  const at = ['results', index, 'value'];
  const tektonName = `results[${String(index)}].${name}`;
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const report = (message: string, field: string, details?: string): void => {
    const webhook = { message, fields: [`${tektonName}.${field}`], ...(details !== undefined && { details }) };
    fail(context, 'STEP_RESULT_INVALID', { value: shown }, { at, value: shown, webhook });
  };
  if (typeof value !== 'string') {
    report(`Invalid Type. Wanted string but got: "${Array.isArray(value) ? 'array' : 'object'}"`, 'type');
    return;
  }
  if (value === '') return;
  const [, step, result = ''] = /^\$\(steps\.([^.()\s]*)\.results\.([^()\s]*)\)$/.exec(value) ?? [];
  if (step === undefined) {
    report(
      `Could not extract step name and result name. Expected value to look like $(steps.<stepName>.results.<resultName>) but got "${value}"`,
      'value',
    );
  } else if (!isDnsLabel(step)) {
    report(
      `invalid extracted step name ${JSON.stringify(step)}`,
      'value',
      'stepName in $(steps.<stepName>.results.<resultName>) must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    );
  } else if (!NAME.test(result)) {
    report(`invalid extracted result name ${JSON.stringify(result)}`, 'value', NAME_DETAILS);
  }
}
