/** What differs between the recorded versions of Tekton: how outcomes are normalized, and the accepted differences. Pure. */

import { ACCEPTED, type Accepted } from './accepted.js';
import type { JsonObject } from './json.js';
import { normalize, type NormalizeOptions } from './normalize.js';
import type { Outcome, Release } from './recording.js';
import { ACCEPTED as ACCEPTED_V1 } from './v1.15/accepted.js';
import { normalize as normalizeV1 } from './v1.15/normalize.js';

/** One version. */
export interface ReleaseRules {
  readonly normalize: (outcome: Outcome, options?: NormalizeOptions) => JsonObject;
  readonly accepted: readonly Accepted[];
}

export const RELEASES: Readonly<Record<Release, ReleaseRules>> = {
  'v0.9.2': { normalize, accepted: ACCEPTED },
  'v1.15': { normalize: normalizeV1, accepted: ACCEPTED_V1 },
};
