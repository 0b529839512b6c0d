/**
 * Keeps a mask true to the Secrets of a cluster: steps may create some, and `up` starts with none.
 *
 * Separate from the mask, which knows no cluster. Values that cannot be masked are reported by the names of Secret and key, never by what they are.
 */

import { Informer, SECRETS, type KubeClient } from '@pipewright/kube';
import type { JsonObject } from '../json.js';
import type { Mask, UnmaskedValue } from './mask.js';

/** Begins to watch; resolves when the Secrets that exist are masked. @returns what ends it */
export async function watchSecrets(
  client: KubeClient,
  mask: Mask,
  report: (line: string) => void,
): Promise<() => Promise<void>> {
  const reported = new Set<string>();
  let synced = false;
  const reportNew = (): void => {
    const unmasked = mask.unmasked.filter(({ name }) => !reported.has(name));
    for (const { name } of unmasked) reported.add(name);
    describeUnmasked(unmasked).forEach(report);
  };
  const secrets = new Informer(client, SECRETS, {
    onChange: (_key, { after }) => {
      if (after) mask.add([after as unknown as JsonObject]); // objects of the API are JSON objects
      if (synced) reportNew();
    },
  }).start();
  await secrets.synced;
  synced = true;
  reportNew();
  return () => secrets.stop();
}

/** A line for each reason why values are not masked. */
export function describeUnmasked(values: readonly UnmaskedValue[]): readonly string[] {
  const reasons = [...new Set(values.map(({ why }) => why))];
  return reasons.map((reason) => {
    const names = values.filter(({ why }) => why === reason).map(({ name }) => name);
    return `${reason} to be masked, so shown wherever they are printed: ${names.join(', ')}`;
  });
}
