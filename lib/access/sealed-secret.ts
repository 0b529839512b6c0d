/**
 * Credentials that only the cluster can decrypt: the manifests hold what `kubeseal` printed.
 *
 * For Sealed Secrets, `bitnami.com/v1alpha1`. A value that cannot have come from `kubeseal` is refused, because the likeliest
 * cause is a password in its place.
 */

import { constructProblem } from '@pipewright/tekton';
import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { ConstructError } from '../diagnostics/construct-error.js';
import { kubeObject, nameOf } from '../internal/kube-object.js';

/** What every SealedSecret is told. */
export interface SealedSecretOptions {
  /**
   * Name, namespace, labels and annotations of the SealedSecret. The Secret gets the same name. In the scope `strict` both
   * must be those the values were sealed for.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;

  /**
   * What the values were sealed for, as `kubeseal --scope` was told.
   *
   * @default 'strict'
   */
  readonly scope?: 'strict' | 'namespace-wide' | 'cluster-wide';
}

/** The Secret that is to be made. */
export interface SealedTemplate {
  readonly type: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly encryptedData: Readonly<Record<string, string | undefined>>;
}

/** The shortest thing that is sealed with a key of 2048 bits has 366 letters. */
const SEALED = /^[A-Za-z0-9+/]{300,}={0,2}$/;

/** Makes a SealedSecret below `scope`; returns the name of the Secret that will come of it. */
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
