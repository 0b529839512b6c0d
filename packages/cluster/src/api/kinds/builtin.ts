/**
 * The built-in resources, made from the rows of `builtin-rows.ts`.
 *
 * Kinds without rules are stored and served, but no controller acts on them (README.md lists them). Rules are in `builtin-rules.ts`.
 */

import { ROWS, type BuiltInRow } from './builtin-rows.js';
import { COLUMNS } from '../printing/builtin-columns.js';
import { DEFAULT_COLUMNS, AGE, NAME } from '../printing/columns.js';
import { schemaOfKind } from './builtin-schemas.js';
import { ALL_VERBS, type ResourceType } from './resource-type.js';
import { RULES } from './builtin-rules.js';

const listed = (text: string | undefined): readonly string[] => (text === undefined ? [] : text.split(','));

function typeOf(row: BuiltInRow): ResourceType {
  const schema = schemaOfKind(row.kind);
  const [version = '', group = ''] = row.at.split('/').reverse();
  const groupResource = `${group}/${row.plural}`;
  return {
    group,
    version,
    plural: row.plural,
    singular: row.kind.toLowerCase(),
    kind: row.kind,
    namespaced: row.wide !== true,
    shortNames: listed(row.shortName),
    categories: row.all === true ? ['all'] : [],
    verbs: row.only ? [row.only] : ALL_VERBS,
    subresources: listed(row.subresources),
    columns: COLUMNS[groupResource] ?? (group === '' ? DEFAULT_COLUMNS : [NAME, AGE]),
    rules: RULES[groupResource] ?? {},
    ...(schema && { schema }),
    custom: false,
  };
}

/** Every built-in resource, core first. */
export const BUILT_IN: readonly ResourceType[] = ROWS.map(typeOf);
