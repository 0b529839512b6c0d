/** The texts of pipeline tasks that can contain variables, with their field paths. */

import type { FieldPath } from '../../model/field-path.js';
import { textsOfParamValue } from '../../model/param.js';
import type { Param, PipelineTask, Value, WhenExpression } from '../types.js';
import { expressionsIn } from './variables.js';

/** A text of a pipeline task. */
export interface PipelineText {
  readonly text: string;
  /** Relative to the pipeline task. */
  readonly at: FieldPath;
  readonly origin:
    | {
        readonly kind: 'param';
        readonly name: string;
        readonly part: 'string' | 'element' | 'key';
        readonly index?: number | string;
      }
    | { readonly kind: 'matrix'; readonly name: string; readonly part: 'string' | 'element'; readonly index?: number }
    | { readonly kind: 'include'; readonly include: number; readonly index: number }
    | { readonly kind: 'when'; readonly index: number; readonly part: 'input' | 'values' | 'cel' }
    | { readonly kind: 'other' };
}

/** Returns the texts with variables of a value. */
export function textsOfValue(value: Value, at: FieldPath): { text: string; at: FieldPath; key?: number | string }[] {
  return textsOfParamValue(value)
    .filter(({ text }) => text.includes('$('))
    .map(({ text, key }) => (key === undefined ? { text, at } : { text, at: [...at, key], key }));
}

function* paramTexts(params: readonly Param[], at: FieldPath): Generator<PipelineText> {
  for (const [index, { name, value }] of params.entries()) {
    for (const { text, at: path, key } of textsOfValue(value, [...at, index, 'value'])) {
      const part = key === undefined ? 'string' : typeof key === 'number' ? 'element' : 'key';
      yield { text, at: path, origin: { kind: 'param', name, part, ...(key !== undefined && { index: key }) } };
    }
  }
}

function* matrixTexts({ matrix }: PipelineTask): Generator<PipelineText> {
  for (const [index, { name, value }] of (matrix?.params ?? []).entries()) {
    for (const { text, at, key } of textsOfValue(value, ['matrix', 'params', index, 'value'])) {
      const origin =
        typeof key === 'number' ? ({ part: 'element', index: key } as const) : ({ part: 'string' } as const);
      yield { text, at, origin: { kind: 'matrix', name, ...origin } };
    }
  }
  for (const [include, { params = [] }] of (matrix?.include ?? []).entries()) {
    for (const [index, { value }] of params.entries()) {
      for (const { text, at } of textsOfValue(value, ['matrix', 'include', include, 'params', index, 'value']))
        yield { text, at, origin: { kind: 'include', include, index } };
    }
  }
}

function* whenTexts(expressions: readonly WhenExpression[]): Generator<PipelineText> {
  for (const [index, { input = '', values = [], cel = '' }] of expressions.entries()) {
    const at = ['when', index];
    if (input.includes('$('))
      yield { text: input, at: [...at, 'input'], origin: { kind: 'when', index, part: 'input' } };
    for (const [position, text] of values.entries())
      if (text.includes('$('))
        yield { text, at: [...at, 'values', position], origin: { kind: 'when', index, part: 'values' } };
    if (cel.includes('$(')) yield { text: cel, at: [...at, 'cel'], origin: { kind: 'when', index, part: 'cel' } };
  }
}

/** Returns the texts of a pipeline task, outside an embedded taskSpec. */
export function textsOfPipelineTask(task: PipelineTask): PipelineText[] {
  return [
    ...paramTexts(task.params ?? [], ['params']),
    ...matrixTexts(task),
    ...whenTexts(task.when ?? []),
    ...otherTexts(task),
  ];
}

function* otherTexts(task: PipelineTask): Generator<PipelineText> {
  const origin = { kind: 'other' } as const;
  for (const field of ['displayName', 'onError'] as const)
    if (task[field]?.includes('$(')) yield { text: task[field], at: [field], origin };
  for (const [index, { subPath = '' }] of (task.workspaces ?? []).entries())
    if (subPath.includes('$(')) yield { text: subPath, at: ['workspaces', index, 'subPath'], origin };
  for (const field of ['taskRef', 'pipelineRef'] as const)
    for (const [index, { value }] of (task[field]?.params ?? []).entries())
      for (const { text, at } of textsOfValue(value, [field, 'params', index, 'value'])) yield { text, at, origin };
}

/** A reference to the result of a task: `tasks.TASK.results.RESULT`, with an index or key. */
export interface ResultReference {
  readonly variable: string;
  readonly kind: 'tasks' | 'finally';
  readonly task: string;
  readonly result: string;
  /** `*` or a number. */
  readonly index?: string;
}

/** Parses an expression as a result reference; undefined if it is not one. */
export function parseResultReference(variable: string): ResultReference | undefined {
  const [, kind, task, result, index] =
    /^(tasks|finally)\.([^.]+)\.results\.([^.[\]]+)(?:\[(\d+|\*)\])?(?:\.[^.]+)?$/.exec(variable) ?? [];
  if ((kind !== 'tasks' && kind !== 'finally') || task === undefined || result === undefined) return undefined;
  return { variable, kind, task, result, ...(index !== undefined && { index }) };
}

/** Returns the result references of a text. */
export const resultReferencesIn = (text: string): ResultReference[] =>
  expressionsIn(text).flatMap((variable) => parseResultReference(variable) ?? []);
