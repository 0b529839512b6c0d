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
import { isRecord } from '../schema/conformance.js';
import { extendOpenApi } from '../schema/merged-open-api.js';
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
  /** The API versions that are served. @default - all */
  readonly apiVersions?: readonly string[];
}

/**
 * Returns one definition for each kind, with all its API versions. The schema of each version has the fields of all versions: an
 * API server without conversion prunes the objects of the others. The result is deterministic.
 */
export function crds({ preserveUnknownFields = false, apiVersions }: CrdOptions = {}): Crd[] {
  const versions = VERSIONS.filter(({ apiVersion }) => apiVersions?.includes(apiVersion) ?? true);
  const kinds = new Set(versions.flatMap((version) => Object.keys(version.kinds)));
  const toSchema = preserveUnknownFields ? preserving : (schema: object): unknown => schema;
  return [...kinds].flatMap((kind) => crd(servedVersions(kind, versions), toSchema));
}

/** Sets `x-kubernetes-preserve-unknown-fields` on a schema of an object and on all such schemas in it. */
function preserving(schema: unknown): unknown {
  if (!isRecord(schema)) return schema;
  const { properties, items, additionalProperties } = schema;
  return {
    ...schema,
    ...(items !== undefined && { items: preserving(items) }),
    ...(additionalProperties !== undefined && { additionalProperties: preserving(additionalProperties) }),
    ...(isRecord(properties) && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, preserving(field)])),
      'x-kubernetes-preserve-unknown-fields': true,
    }),
  };
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

/** Returns the definitions of a kind, oldest version first. */
const servedVersions = (kind: string, versions: readonly ApiVersion[]): readonly ServedVersion[] =>
  versions.flatMap(({ apiVersion, kinds }) => {
    const definition = kinds[kind];
    return definition ? [{ apiVersion, definition }] : [];
  });

/** Returns the definition of a kind. Names and scope are those of the newest version, in which objects are stored. */
function crd(served: readonly ServedVersion[], toSchema: (schema: object) => unknown): readonly Crd[] {
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
          schema: { openAPIV3Schema: toSchema(rootSchema(definition, served)) },
        })),
      },
    },
  ];
}

function rootSchema({ description, spec }: KindDefinition, served: readonly ServedVersion[]): object {
  const others = served.map(({ definition }) => definition.spec).filter((other) => other !== spec);
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: others.map(openApi).reduce(extendOpenApi, openApi(spec)),
      status: openApi(STATUS_SCHEMA),
    },
  };
}
