/** Checks at synth: everything of an app at once, by the same functions that check YAML and runs. */

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';

/** Has `object` checked together with the rest of its app; `speaker` is the construct that errors are shown at. */
export function checkAtSynth(object: ApiObject, speaker: Construct): void {
  void [object, speaker];
}
