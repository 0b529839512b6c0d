/** Findings at positions of manifests, and the manifests of referenced objects. Pure. */

import type { Finding } from '../diagnostics/finding.js';
import { textAt } from '../json.js';
import type { Path } from '../yaml/locate.js';
import { namespaceOf } from './identity.js';
import type { Manifest } from './load.js';

/** Returns an error at the value of a path. The line is quoted unless it may contain a value of a Secret. */
export function errorAt(manifest: Manifest, path: Path, code: string, message: string, hint: string): Finding {
  const place = manifest.locate(path).value;
  const quote = manifest.quotable(place);
  return { severity: 'error', code, place, message, hint, ...(quote !== undefined && { quote }) };
}

/** Returns the manifest of an object. */
export const tryFindManifest = (
  manifests: readonly Manifest[],
  kind: string,
  namespace: string,
  name: string,
): Manifest | undefined =>
  manifests.find(
    ({ object }) =>
      textAt(object, 'kind') === kind &&
      textAt(object, 'metadata', 'name') === name &&
      namespaceOf(object) === namespace,
  );
