/**
 * CustomResourceDefinitions (apiextensions.k8s.io/v1) of Tekton's kinds, with Tekton's printer columns, short names and
 * categories.
 *
 * Schemas include the defaults of Tekton's webhook except those inside lists: GitOps tools compare lists as a whole and
 * would report these defaults as drift.
 */

import { TEKTON_GROUP } from '../model/tekton-group.js';
import { STATUS_SCHEMA, type KindDefinition } from '../schema/kind-definition.js';
import { openApi } from '../schema/open-api.js';
import { KINDS } from '../v1alpha1/kinds.js';

/** A CustomResourceDefinition as plain JSON. */
export interface Crd {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Options of the definitions. */
export interface CrdOptions {
  /**
   * Preserves unknown fields, as Tekton's own definitions did, so that an admission webhook can check them.
   *
   * @default false - the API server prunes them
   */
  readonly preserveUnknownFields?: boolean;
}

/** Returns the definitions of all seven kinds. The result is deterministic. */
export function crds({ preserveUnknownFields = false }: CrdOptions = {}): Crd[] {
  const definitions = Object.values(KINDS).map(crd);
  return preserveUnknownFields ? definitions.map(preservingUnknownFields) : definitions;
}

/** Sets `x-kubernetes-preserve-unknown-fields` on every object schema of a definition. */
function preservingUnknownFields<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => preservingUnknownFields(item)) as T; // same shape
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, unknown]) => [name, preservingUnknownFields(item)]),
  );
  return { ...copy, ...('properties' in value && { 'x-kubernetes-preserve-unknown-fields': true }) } as T; // adds a field
}

const condition = (field: string): string => `.status.conditions[?(@.type=="Succeeded")].${field}`;

const COLUMNS = [
  { name: 'Succeeded', type: 'string', jsonPath: condition('status') },
  { name: 'Reason', type: 'string', jsonPath: condition('reason') },
  { name: 'StartTime', type: 'date', jsonPath: '.status.startTime' },
  { name: 'CompletionTime', type: 'date', jsonPath: '.status.completionTime' },
];

function crd(shape: KindDefinition): Crd {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${shape.plural}.${TEKTON_GROUP}` },
    spec: {
      group: TEKTON_GROUP,
      scope: shape.isNamespaced ? 'Namespaced' : 'Cluster',
      preserveUnknownFields: false,
      names: {
        kind: shape.kind,
        listKind: `${shape.kind}List`,
        plural: shape.plural,
        singular: shape.kind.toLowerCase(),
        ...(shape.shortNames.length > 0 && { shortNames: shape.shortNames }),
        categories: ['all', 'tekton-pipelines'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          ...(shape.isRun && { additionalPrinterColumns: COLUMNS }),
          schema: { openAPIV3Schema: rootSchema(shape) },
        },
      ],
    },
  };
}

function rootSchema(shape: KindDefinition): object {
  return {
    type: 'object',
    description: shape.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: openApi(shape.spec),
      status: openApi(STATUS_SCHEMA),
    },
  };
}
