/** Checks the name of an object. Tekton allows dots in it, and limits its length, because it is the value of a label. */

import { isDnsSubdomain } from '../../model/kubernetes-names.js';
import type { ObjectMeta } from '../../model/kubernetes.js';
import { fail, type CheckContext } from './check-context.js';

/** Checks `name` and `generateName`. `context` is the object. */
export function checkObjectMetadata(kind: string, metadata: ObjectMeta | undefined, context: CheckContext): void {
  const { name = '', generateName = '' } = metadata ?? {};
  if (name === '' && generateName === '') {
    fail(context, 'NAME_MISSING', { what: kind }, { at: ['metadata', 'name'] });
    return;
  }
  const at = ['metadata', name === '' ? 'generateName' : 'name'];
  const value = name === '' ? `${generateName.slice(0, 58)}x` : name;
  if (!isDnsSubdomain(value)) fail(context, 'OBJECT_NAME_INVALID', { kind, name: value }, { at, value });
  else if (value.length > 63) {
    const message = 'Invalid resource name: length must be no more than 63 characters';
    const webhook = { message, fields: ['metadata.name'] };
    fail(context, 'NAME_INVALID', { what: kind, name, longest: 63 }, { at, value: name, webhook });
  }
}
