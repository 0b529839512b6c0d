/**
 * Checks ServiceAccounts and the Secrets that they list as credentials.
 *
 * Reads the types and annotations of Secrets, never their values.
 */

import { listedNames, type Catalog, type CheckedObject } from './catalog.js';
import { isRecord } from '../schema/conformance.js';
import type { ValidationContext } from './context.js';
import type { Externals, ReferenceScope } from './pipeline-references.js';

const NEEDS_ANNOTATION: readonly unknown[] = ['kubernetes.io/basic-auth', 'kubernetes.io/ssh-auth'];

/** Checks the `secrets` of every ServiceAccount. */
export function checkCredentials(catalog: Catalog, externals: Externals): void {
  const looked = new Set<CheckedObject>();
  for (const account of catalog.all('ServiceAccount')) {
    const { namespace, name } = account.id;
    listedNames(account.object ?? {}, 'secrets').forEach((secret, index) => {
      const found = catalog.tryFindAny('Secret', secret, namespace);
      if (!found) {
        const details = {
          owner: `the ServiceAccount '${name ?? ''}'`,
          ...account.report.unknownName(secret, catalog.names('Secret', namespace)),
        };
        account.report.add('SECRET_MISSING', ['secrets', index, 'name'], details, {
          value: secret,
          severity: externals === 'none' ? 'error' : 'warning',
        });
      } else if (!looked.has(found)) {
        looked.add(found);
        checkAnnotation(found);
      }
    });
  }
}

function checkAnnotation({ object, report, id }: CheckedObject): void {
  const type = object?.['type'];
  if (!NEEDS_ANNOTATION.includes(type)) return;
  const metadata = object?.['metadata'];
  const annotations =
    isRecord(metadata) && isRecord(metadata['annotations']) ? Object.keys(metadata['annotations']) : [];
  if (annotations.some((key) => /^tekton\.dev\/(git|docker)-/.test(key))) return;
  report.add('CREDENTIAL_UNANNOTATED', ['metadata', 'annotations'], { name: id.name ?? '', type: String(type) });
}

/** Reports a ServiceAccount that does not exist. `default` exists in every namespace. */
export function checkServiceAccount(
  name: string,
  { catalog, namespace, externals }: ReferenceScope,
  at: ValidationContext,
): void {
  if (name === '' || name === 'default' || catalog.tryFindAny('ServiceAccount', name, namespace)) return;
  const details = at.report.unknownName(name, catalog.names('ServiceAccount', namespace));
  at.report.add('SERVICE_ACCOUNT_MISSING', at.path, details, {
    value: name,
    severity: externals === 'none' ? 'error' : 'warning',
  });
}
