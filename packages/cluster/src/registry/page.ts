/** Pagination: `n` is the page size, `last` the last entry of the page before; a Link header refers to the next page. */

import { RegistryError } from './registry-error.js';

/** @param all the sorted entries; @param about further fields of the body */
export function pageOf(
  url: URL,
  field: string,
  all: readonly string[],
  about: Readonly<Record<string, string>>,
): Response {
  const last = url.searchParams.get('last');
  const n = url.searchParams.get('n');
  if (n !== null && !/^\d+$/.test(n))
    throw new RegistryError('RANGE_INVALID', `n must be a number, not ${JSON.stringify(n)}`);
  const after = last === null ? all : all.filter((name) => name > last);
  const page = n === null ? after : after.slice(0, Number(n));
  const end = page.at(-1);
  const more = end !== undefined && page.length < after.length;
  const next = new URLSearchParams({ n: n ?? '', last: end ?? '' });
  return Response.json(
    { ...about, [field]: page },
    { headers: more ? { link: `<${url.pathname}?${next}>; rel="next"` } : {} },
  );
}
