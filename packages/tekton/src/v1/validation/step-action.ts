/** Checks a StepAction on its own. */

import type { ParamSpec, StepActionSpec } from '../types.js';
import { typeOfParam } from '../param-types.js';
import { fail, type CheckContext } from './check-context.js';
import { DeclaredParams } from './declared-params.js';
import { checkObjectProperties, checkParamNames, checkParamSpecs } from './params.js';
import { referencesWith } from './references.js';
import { checkResultSpecs } from './results.js';
import { checkScript, checkStepResultVariables } from './step.js';
import { textsOfStep } from './task-variables.js';
import { checkIsolatedArrays, checkKnown, checkNoArrays, checkObjectParams } from './variables.js';

/** Checks the spec of a StepAction. `context` is the spec. */
export function checkStepAction(spec: StepActionSpec, context: CheckContext): void {
  const { params = [], results = [], script = '' } = spec;
  if (!spec.image) {
    const webhook = { message: 'missing field(s)', fields: ['Image'] };
    fail(context, 'IMAGE_MISSING', { what: 'StepAction' }, { at: ['image'], webhook });
  }
  checkScript(script, spec.command ?? [], context, 'script');
  const [inScript] = referencesWith('params', script);
  if (inScript) {
    const webhook = { message: 'param substitution in scripts is not allowed.', fields: ['script'] };
    fail(context, 'STEP_ACTION_SCRIPT', { variable: inScript.variable }, { at: ['script'], webhook });
  }
  checkParamSpecs(params, context);
  checkParamNames(params, context);
  checkObjectProperties(params, context, ['params'], (name) => [`${name}.properties`]);
  checkVariables(spec, params, context);
  checkStepResultVariables(script, results, context);
  checkResultSpecs(results, context, 'step');
  checkMounts(spec, params, context);
}

function checkVariables(spec: StepActionSpec, params: readonly ParamSpec[], context: CheckContext): void {
  const declared = new DeclaredParams(params);
  for (const field of textsOfStep(spec, [], '')) {
    const kind = field.at[0];
    if (kind === 'script' || kind === 'volumeMounts') continue; // checked on their own
    checkKnown(context, field, 'params', declared);
    checkObjectParams(context, field, declared);
    if (field.isElement) checkIsolatedArrays(context, field, declared);
    else checkNoArrays(context, field, declared);
  }
}

function checkMounts({ volumeMounts = [] }: StepActionSpec, params: readonly ParamSpec[], context: CheckContext): void {
  const strings = new Set(params.filter((param) => typeOfParam(param) === 'string').map(({ name }) => name));
  volumeMounts.forEach(({ name }, index) => {
    const at = ['volumeMounts', index, 'name'];
    const mount = `volumeMounts[${String(index)}]`;
    const [first] = referencesWith('params', name);
    if (!first || name !== `$(${first.variable})`) {
      const details = 'expect the Name to be a single param reference';
      const webhook = { message: `invalid value: ${name}`, fields: [`${mount}.name`], details };
      fail(context, 'MOUNT_NOT_PARAM', { name }, { at, value: name, webhook });
    } else checkKnown(context, { text: name, at, tektonField: mount }, 'params', strings);
  });
}
