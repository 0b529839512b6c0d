/** Kinds as each API version defines them: names, scope and the schema of their spec. */

import { metadata } from './kubernetes.js';
import { kubernetesObject, passThrough, string, type ObjectSchema, type Schema } from './schema.js';

/** A kind: its names, its scope and the schema of its spec. */
export interface KindDefinition {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly isNamespaced: boolean;
  readonly description: string;
  readonly spec: ObjectSchema;
  /** Whether its objects are runs, whose status has conditions and times. */
  readonly isRun: boolean;
}

/** Schema of `status`, which only controllers write. */
export const STATUS_SCHEMA: Schema = passThrough('Observed state; written by the controller.');

/** The schema of a whole object of a kind. */
export const objectSchemaOf = ({ spec, kind }: KindDefinition): ObjectSchema =>
  kubernetesObject(kind, { apiVersion: string(''), kind: string(''), metadata, spec, status: STATUS_SCHEMA });
