/** Checks the matrix of a pipeline task. */

import type { Matrix, ParamSpec, PipelineTask } from '../types.js';
import { child, fail, requireStability, type CheckContext } from './check-context.js';
import { checkUniqueParams } from './params.js';

const isMatrixed = ({ params = [], include = [] }: Matrix): boolean => params.length + include.length > 0;

/** Whether a pipeline task runs once per combination. */
export const hasMatrix = (task: PipelineTask): boolean => task.matrix !== undefined && isMatrixed(task.matrix);

/** Returns the params that each combination of a matrix sets, all strings. */
export const matrixParams = ({ matrix: { params = [], include = [] } = {} }: PipelineTask): ParamSpec[] =>
  [...params, ...include.flatMap((one) => one.params ?? [])].map(({ name }) => ({ name, type: 'string' }));

/** Checks a matrix. `context` is the pipeline task. */
export function checkMatrix(task: PipelineTask, context: CheckContext): void {
  const { matrix, params = [] } = task;
  if (!matrix || !isMatrixed(matrix)) return;
  requireStability(context, 'matrix', 'beta', ['matrix']);
  const count = combinations(matrix);
  const limit = context.config.maxMatrixCombinations;
  if (count > limit) {
    const webhook = { message: `expected 0 <= ${String(count)} <= ${String(limit)}`, fields: ['matrix'] };
    fail(context, 'MATRIX_TOO_LARGE', { count, limit }, { at: ['matrix'], webhook });
  }
  const lists = [
    { list: matrix.params ?? [], at: ['matrix', 'params'], field: 'matrix.params' },
    ...(matrix.include ?? []).map(({ params: list = [] }, index) => ({
      list,
      at: ['matrix', 'include', index, 'params'],
      field: `matrix.include[${String(index)}].params`,
    })),
  ];
  for (const { list, at, field } of lists) checkUniquePipelineParams(list, context, at, field);
  const given = new Map(params.map(({ name }, index) => [name, index]));
  for (const name of new Set(lists.flatMap(({ list }) => list.map((param) => param.name)))) {
    const index = given.get(name);
    if (index === undefined) continue;
    const webhook = { message: 'expected exactly one, got both', fields: [`matrix[${name}]`, `params[${name}]`] };
    const details = { field: `params[${name}]`, other: `matrix[${name}]` };
    fail(child(context), 'FIELD_NOT_ALLOWED', details, { at: ['params', index, 'name'], value: name, webhook });
  }
}

/** Reports duplicate params of a pipeline task or matrix, as Tekton does in pipelines. */
export function checkUniquePipelineParams(
  list: NonNullable<PipelineTask['params']>,
  context: CheckContext,
  at: readonly (string | number)[],
  field: string,
): void {
  checkUniqueParams(list, context, {
    at,
    message: (name) => `parameter names must be unique, the parameter ${JSON.stringify(name)} is also defined at`,
    field: (_name, index) => `${field}[${String(index)}].name`,
  });
}

/** Counts the combinations that are known before the run; params that come from variables count as none. */
function combinations({ params = [], include = [] }: Matrix): number {
  const product =
    params.length === 0 ? 0 : params.reduce((total, { value }) => total * (Array.isArray(value) ? value.length : 0), 1);
  const elements = new Map<string, ReadonlySet<unknown>>(
    params.map(({ name, value }) => [name, new Set(Array.isArray(value) ? value : [])]),
  );
  const added = include.filter(({ params: own = [] }) => {
    if (params.length === 0) return true;
    return own.some(({ name, value }) => elements.get(name)?.has(value) === false);
  });
  return product + added.length;
}
