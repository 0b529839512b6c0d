/**
 * Credentials that only the cluster can decrypt: manifests hold the output of `kubeseal`.
 *
 * For Sealed Secrets, `bitnami.com/v1alpha1`. A value that is not `kubeseal` output is rejected, because it is most likely a
 * plaintext password.
 */

import { constructProblem } from '@pipewright/tekton';
import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { ConstructError } from '../diagnostics/construct-error.js';
import { kubeObject, nameOf } from '../internal/kube-object.js';

/** Options of every SealedSecret. */
export interface SealedSecretOptions {
  /**
   * Name, namespace, labels and annotations of the SealedSecret. The Secret gets the same name. In the scope `strict` both
   * must be those the values were sealed for.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;

  /**
   * The scope of the sealed values, as passed to `kubeseal --scope`.
   *
   * @default 'strict'
   */
  readonly scope?: 'strict' | 'namespace-wide' | 'cluster-wide';
}

/** The Secret to create. */
export interface SealedTemplate {
  readonly type: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly encryptedData: Readonly<Record<string, string | undefined>>;
}

/** The shortest value sealed with a 2048-bit key has 366 characters. */
const SEALED = /^[A-Za-z0-9+/]{300,}={0,2}$/;

/** Creates a SealedSecret below `scope`. Returns the name of the Secret that the controller creates. */
export function sealedSecret(
  scope: Construct,
  id: string,
  { metadata, scope: sealedFor = 'strict' }: SealedSecretOptions,
  { type, annotations, encryptedData }: SealedTemplate,
): string {
  const construct = new Construct(scope, id);
  for (const [key, value] of Object.entries(encryptedData)) {
    if (value !== undefined && !SEALED.test(value)) throw notSealed(construct, key);
  }
  const wide = sealedFor === 'strict' ? {} : { [`sealedsecrets.bitnami.com/${sealedFor}`]: 'true' };
  const onSecret = { ...annotations, ...wide };
  const given = { ...metadata, ...(sealedFor !== 'strict' && { annotations: { ...metadata?.annotations, ...wide } }) };
  const template = {
    type,
    ...(Object.keys(onSecret).length > 0 && { metadata: { annotations: onSecret } }),
  };
  const body = { spec: { encryptedData: defined(encryptedData), template } };
  const apiVersion = 'bitnami.com/v1alpha1';
  return nameOf(kubeObject(construct, { apiVersion, kind: 'SealedSecret', metadata: given, body }));
}

const defined = (record: Readonly<Record<string, string | undefined>>): object =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

/** Does not show the value: it may be a password. */
const notSealed = (at: Construct, key: string): ConstructError =>
  new ConstructError(at, constructProblem('NOT_SEALED', { key }));
