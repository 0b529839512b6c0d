/**
 * The accepted differences from Tekton v1.15, with their reasons.
 *
 * A row is a rule about a kind of path, not about a case, unless only one case can have it. `docs/parity.md` shows the
 * reasons; a row that matches no difference any more is reported as stale.
 */

import type { Accepted } from '../accepted.js';

export const ACCEPTED: readonly Accepted[] = [
  {
    id: 'no init containers, no deadline of the pod',
    path: /\.pods\.\d+\.activeDeadlineSeconds$/,
    got: /^nothing$/,
    reason:
      'Tekton sets a deadline of 1.5 times the timeout on pods, in case its controller does not stop them. Here the timeout of the TaskRun alone ends a pod.',
  },
  {
    id: 'the version of Tekton is not claimed',
    path: /\.annotations\.\[pipeline\.tekton\.dev\/release\]$/,
    got: /^nothing$/,
    reason: 'Tekton annotates runs and pods with its own commit. Another controller must not claim to be that release.',
  },
];
