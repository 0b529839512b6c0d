/**
 * Keeps a mask up to date with the Secrets of a cluster: steps may create some, and `up` starts without any.
 *
 * Values that cannot be masked are reported by the name of the Secret and the key, never by their content.
 */

import { Informer, SECRETS, type KubeClient } from '@pipewright/kube';
import type { JsonObject } from '../json.js';
import type { Mask, UnmaskedValue } from './mask.js';

/** Starts watching; resolves once the existing Secrets are masked. @returns a function that stops watching */
export async function watchSecrets(
  client: KubeClient,
  mask: Mask,
  report: (line: string) => void,
): Promise<() => Promise<void>> {
  const reported = new Set<string>();
  let isSynced = false;
  const reportNew = (): void => {
    const unmasked = mask.unmasked.filter(({ name }) => !reported.has(name));
    for (const { name } of unmasked) reported.add(name);
    describeUnmasked(unmasked).forEach(report);
  };
  const secrets = new Informer(client, SECRETS, {
    onChange: (_key, { after }) => {
      if (after) mask.add([after as unknown as JsonObject]); // API objects are JSON objects
      if (isSynced) reportNew();
    },
  }).start();
  await secrets.synced;
  isSynced = true;
  reportNew();
  return () => secrets.stop();
}

/** Returns a line for each reason why values are not masked. */
export function describeUnmasked(values: readonly UnmaskedValue[]): readonly string[] {
  const reasons = [...new Set(values.map(({ why }) => why))];
  return reasons.map((reason) => {
    const names = values.filter(({ why }) => why === reason).map(({ name }) => name);
    return `${reason} to be masked, so printed in clear text: ${names.join(', ')}`;
  });
}
