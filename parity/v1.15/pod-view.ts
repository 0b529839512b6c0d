/**
 * A pod of tekton.dev/v1 from the perspective of its steps.
 *
 * Separate from v0.9.2's view because other mounts are hidden: a step that lists /tekton shows it in its log. Pure.
 */

import type { JsonObject } from '../json.js';
import type { Names } from '../names.js';
import { podView as viewOf, type HiddenParts } from '../pod-view.js';

const HIDDEN: HiddenParts = {
  mounts: /^\/tekton\/|^\/var\/run\/secrets\/kubernetes\.io\/serviceaccount$/,
  volumes: /^tekton-(?:internal|creds-init-home)-/,
};

/** Returns the view of a pod. */
export const podView = (pod: JsonObject, names: Names): JsonObject => viewOf(pod, names, HIDDEN);
