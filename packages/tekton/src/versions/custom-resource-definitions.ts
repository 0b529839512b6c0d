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
import type { ApiVersion } from '../validation/api-version.js';
import { VERSIONS } from './versions.js';

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

/** Returns one definition for each kind, with all its API versions. The result is deterministic. */
export function crds({ preserveUnknownFields = false }: CrdOptions = {}): Crd[] {
  const kinds = new Set(VERSIONS.flatMap((version) => Object.keys(version.kinds)));
  const definitions = [...kinds].flatMap((kind) => crd(servedVersions(kind)));
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

/** A kind as one API version defines it. */
interface ServedVersion {
  readonly apiVersion: string;
  readonly definition: KindDefinition;
}

/** Returns the definitions of a kind in the versions whose runs are executed, oldest version first. */
const servedVersions = (kind: string): readonly ServedVersion[] =>
  VERSIONS.flatMap(({ apiVersion, kinds, pipelineRunFormat }: ApiVersion) => {
    const definition = pipelineRunFormat && kinds[kind];
    return definition ? [{ apiVersion, definition }] : [];
  });

/** Returns the definition of a kind. Names and scope are those of the newest version, in which objects are stored. */
function crd(served: readonly ServedVersion[]): readonly Crd[] {
  const newest = served.at(-1);
  if (!newest) return [];
  const { kind, plural, isNamespaced, shortNames } = newest.definition;
  return [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${TEKTON_GROUP}` },
      spec: {
        group: TEKTON_GROUP,
        scope: isNamespaced ? 'Namespaced' : 'Cluster',
        preserveUnknownFields: false,
        names: {
          kind,
          listKind: `${kind}List`,
          plural,
          singular: kind.toLowerCase(),
          ...(shortNames.length > 0 && { shortNames }),
          categories: ['all', 'tekton-pipelines'],
        },
        versions: served.map(({ apiVersion, definition }) => ({
          name: apiVersion.slice(TEKTON_GROUP.length + 1),
          served: true,
          storage: definition === newest.definition,
          subresources: { status: {} },
          ...(definition.isRun && { additionalPrinterColumns: COLUMNS }),
          schema: { openAPIV3Schema: rootSchema(definition) },
        })),
      },
    },
  ];
}

function rootSchema({ description, spec }: KindDefinition): object {
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: openApi(spec),
      status: openApi(STATUS_SCHEMA),
    },
  };
}
