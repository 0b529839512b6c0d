/**
 * Rewrites the fields with variables that only tekton.dev/v1 has: those of steps, and those of volumes of other sources.
 *
 * Separate from the walk that all versions share, so that v1alpha1 keeps the fields that its Tekton substitutes.
 */

import type { AdditionalFields, Volume } from '../model/kubernetes.js';
import type { StepModel, WhenModel } from '../model/model.js';
import type { FieldRewriter } from './task-fields.js';

/** Rewrites the fields of a step or sidecar that its container does not have. */
export function rewriteStepFields<S extends StepModel>(step: S, rewriter: FieldRewriter): S {
  const text = (value: string): string => rewriter.text(value, []);
  const { imagePullPolicy, onError, stdoutPath, stderrPath, when, isolatedWorkspaces } = step;
  return {
    ...step,
    ...(typeof imagePullPolicy === 'string' && { imagePullPolicy: text(imagePullPolicy) }),
    ...(onError !== undefined && { onError: text(onError) }),
    ...(stdoutPath !== undefined && { stdoutPath: text(stdoutPath) }),
    ...(stderrPath !== undefined && { stderrPath: text(stderrPath) }),
    ...(when && { when: when.map((expression) => rewriteWhen(expression, rewriter)) }),
    ...(isolatedWorkspaces && {
      isolatedWorkspaces: isolatedWorkspaces.map((use) =>
        use.mountPath === undefined ? use : { ...use, mountPath: text(use.mountPath) },
      ),
    }),
  };
}

const rewriteWhen = (expression: WhenModel, { text, list }: FieldRewriter): WhenModel =>
  expression.kind === 'cel'
    ? { ...expression, expression: text(expression.expression, []) }
    : { ...expression, input: text(expression.input, []), values: list(expression.values, []) };

/** Rewrites the sources of a volume whose texts v1alpha1 takes literally. */
export const rewriteVolumeSources = (volume: Volume, rewriter: FieldRewriter): Volume => ({
  ...volume,
  ...rewriteAllTexts(
    Object.fromEntries(
      ['secret', 'projected', 'csi'].flatMap((key) => (volume[key] === undefined ? [] : [[key, volume[key]] as const])),
    ),
    rewriter,
  ),
});

/** Rewrites all texts in a value. */
export function rewriteAllTexts<T extends AdditionalFields>(value: T, rewriter: FieldRewriter): T {
  return rewritten(value, rewriter) as T; // texts stay texts
}

function rewritten(value: unknown, rewriter: FieldRewriter): unknown {
  if (typeof value === 'string') return rewriter.text(value, []);
  if (Array.isArray(value)) return value.map((item: unknown) => rewritten(item, rewriter));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [key, rewritten(item, rewriter)]),
  );
}
