/** The kinds of tekton.dev/v1beta1: the schemas of tekton.dev/v1 with the differences undone, and the kinds that only v1beta1 has. */

import type { KindDefinition } from '../schema/kind-definition.js';
import { passThrough, string, type ObjectSchema, type Schema } from '../schema/schema.js';
import { BETA_KINDS, KINDS as V1_KINDS } from '../v1/kinds.js';
import { DIFFERENCES, type Move, type TypeName } from './differences.js';

/** Returns the schema of a type in v1beta1. */
function betaSchema(type: TypeName, schema: Schema): Schema {
  if (schema.kind === 'list') return { ...schema, of: betaSchema(type, schema.of) };
  if (schema.kind === 'open') return schema.of ? betaOpen(type, schema, schema.of) : schema;
  return schema.kind === 'object' ? betaObject(type, schema) : schema;
}

/** A pipeline in a pipeline contains its own schema, so it is converted when it is used. */
const betaOpen = (type: TypeName, schema: Schema & { readonly kind: 'open' }, of: Schema): Schema => ({
  ...schema,
  get of() {
    return betaSchema(type, of);
  },
});

function betaObject(type: TypeName, schema: ObjectSchema): ObjectSchema {
  const { moves, below, dropped = [], bundleKind } = DIFFERENCES[type];
  const converted = Object.entries(schema.fields).map(([name, field]): [string, Schema] => {
    const inner = below[name];
    return [name, inner === undefined ? field : betaSchema(inner, field)];
  });
  const fields = moves.reduce(
    withoutMove,
    Object.fromEntries([
      ...converted,
      ...dropped.map((name): [string, Schema] => [name, passThrough('Ignored by Tekton.')]),
      ...(bundleKind
        ? [['bundle', string('OCI image with the definition; replaced by the resolver bundles.')] as const]
        : []),
      ...(type === 'PipelineRun'
        ? [['timeout', string('How long it may take; replaced by timeouts.pipeline.')] as const]
        : []),
    ]),
  );
  const hints = Object.entries(schema.misplacedHints).map(([name, hint]) => [
    name,
    hint.replaceAll('tekton.dev/v1 ', 'tekton.dev/v1beta1 '),
  ]);
  return {
    ...schema,
    fields,
    misplacedHints: { ...Object.fromEntries(hints), ...Object.fromEntries(moves.map(({ to, hint }) => [to[0], hint])) },
  };
}

/** Gives the field of v1 its name of v1beta1. */
function withoutMove(fields: Readonly<Record<string, Schema>>, { from, to }: Move): Readonly<Record<string, Schema>> {
  const [name = '', inner] = to;
  const { [name]: moved, ...others } = fields;
  const [beta = ''] = from;
  if (!moved) return fields;
  if (inner === undefined) return { ...others, [beta]: moved };
  const field = moved.kind === 'object' ? moved.fields[inner] : undefined;
  if (!field || moved.kind !== 'object') return fields;
  const { [inner]: _moved, ...left } = moved.fields;
  const rest = Object.keys(left).length === 0 ? {} : { [name]: { ...moved, fields: left } };
  return { ...others, ...rest, [beta]: field };
}

const betaKind = (kind: 'Task' | 'Pipeline' | 'TaskRun' | 'PipelineRun'): KindDefinition => ({
  ...V1_KINDS[kind],
  spec: betaObject(kind, V1_KINDS[kind].spec),
});

/** The kinds of tekton.dev/v1beta1, by name. */
export const KINDS: Readonly<Record<string, KindDefinition>> = {
  Task: betaKind('Task'),
  Pipeline: betaKind('Pipeline'),
  TaskRun: betaKind('TaskRun'),
  PipelineRun: betaKind('PipelineRun'),
  ...BETA_KINDS,
};
