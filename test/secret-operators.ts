/**
 * CRDs of the two secret operators, with the fields that this library writes and related ones.
 *
 * Written by hand: ExternalSecret `external-secrets.io/v1` as of v0.16 (v0.17 stopped serving v1beta1), SealedSecret
 * `bitnami.com/v1alpha1` as of its first schema. As strict as the operators: other fields are rejected.
 */

type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
const record = { type: 'object', additionalProperties: text };
const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});
const list = (items: Schema): Schema => ({ type: 'array', items });

const NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const name = { ...text, minLength: 1, maxLength: 253, pattern: NAME };
const key = { ...text, minLength: 1, maxLength: 253, pattern: '^[-._a-zA-Z0-9]+$' };

const externalSecret = object({
  refreshInterval: text,
  refreshPolicy: oneOf('CreatedOnce', 'Periodic', 'OnChange'),
  secretStoreRef: object({ name, kind: oneOf('SecretStore', 'ClusterSecretStore') }),
  target: object({
    name,
    creationPolicy: oneOf('Owner', 'Orphan', 'Merge', 'None'),
    deletionPolicy: oneOf('Delete', 'Merge', 'Retain'),
    immutable: { type: 'boolean' },
    template: object({
      type: text,
      engineVersion: oneOf('v2'),
      mergePolicy: oneOf('Replace', 'Merge'),
      metadata: object({ annotations: record, labels: record, finalizers: list(text) }),
      data: record,
    }),
  }),
  data: list(
    object({ secretKey: key, remoteRef: object({ key: text, property: text, version: text }, ['key']) }, [
      'secretKey',
      'remoteRef',
    ]),
  ),
});

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const sealedSecret = object(
  {
    encryptedData: { ...record, 'x-kubernetes-preserve-unknown-fields': true },
    template: object({ type: text, data: record, immutable: { type: 'boolean' }, metadata: open }),
  },
  ['encryptedData'],
);

const definition = (
  group: string,
  version: string,
  kind: string,
  spec: Schema,
  required: readonly string[],
): object => {
  const singular = kind.toLowerCase();
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural: `${singular}s`, singular },
      versions: [
        { name: version, served: true, storage: true, schema: { openAPIV3Schema: object({ spec }, required) } },
      ],
    },
  };
};

/** The CustomResourceDefinitions. */
export const SECRET_OPERATORS: readonly object[] = [
  definition('external-secrets.io', 'v1', 'ExternalSecret', externalSecret, []),
  definition('bitnami.com', 'v1alpha1', 'SealedSecret', sealedSecret, ['spec']),
];
