/**
 * Names: of objects, and the DNS labels that names inside of them must be.
 */

import { isDnsLabel } from './names.js';
import type { ObjectMeta } from './kubernetes.js';
import type { Kind } from './types.js';
import type { Where } from './where.js';

/** A DNS label made from a name, if anything is left of it. */
export function suggestLabel(name: string): string | undefined {
  const plain = name
    .normalize('NFKD')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .split('-')
    .filter((part) => part !== '')
    .join('-');
  return isDnsLabel(plain) && plain !== name ? plain : undefined;
}

/** Reports a name that is no DNS label. */
export function checkLabel(what: string, name: string, where: Where, tektonMessage?: string): void {
  if (isDnsLabel(name)) return;
  const better = suggestLabel(name);
  where.report.add(
    'NAME_INVALID',
    where.path,
    { what, name, ...(better && { better }) },
    { value: name, tektonMessage },
  );
}

/** Checks name and generateName of an object. */
export function checkMetadata(kind: Kind, metadata: ObjectMeta | undefined, where: Where): void {
  const name = metadata?.name;
  if (name !== undefined && name !== '') {
    checkLabel(kind, name, { ...where, path: ['metadata', 'name'] }, refusal(name));
    return;
  }
  const generateName = metadata?.generateName;
  if (generateName === undefined || generateName === '') {
    where.report.add('NAME_MISSING', ['metadata', 'name'], { what: kind });
  } else if (!isDnsLabel(`${generateName.slice(0, 58)}x`)) {
    const better = suggestLabel(generateName);
    const facts = { what: `${kind}'s generateName`, name: generateName, ...(better && { better: `${better}-` }) };
    where.report.add('NAME_INVALID', ['metadata', 'generateName'], facts, { value: generateName });
  }
}

/** Tekton looks at dots and length; the rest the API server says. */
function refusal(name: string): string | undefined {
  if (name.includes('.')) return 'Invalid resource name: special character . must not be present: metadata.name';
  return name.length > 63
    ? 'Invalid resource name: length must be no more than 63 characters: metadata.name'
    : undefined;
}
