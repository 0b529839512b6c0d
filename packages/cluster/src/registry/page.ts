/** Lists in pieces: `n` says how many, `last` after which one, and a Link header leads to what follows. */

import { RegistryError } from './registry-error.js';

/** @param all sorted; @param about what else the body says */
export function pageOf(
  url: URL,
  field: string,
  all: readonly string[],
  about: Readonly<Record<string, string>>,
): Response {
  const last = url.searchParams.get('last');
  const n = url.searchParams.get('n');
  if (n !== null && !/^\d+$/.test(n))
    throw new RegistryError('RANGE_INVALID', `n must be a count, not ${JSON.stringify(n)}`);
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
