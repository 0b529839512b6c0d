/** The order of API versions in discovery: stable ones first, then beta, then alpha, the newest of each first; then all others. */

const KUBERNETES_VERSION = /^v(?<major>[1-9]\d*)(?:(?<stability>alpha|beta)(?<minor>[1-9]\d*))?$/;

/** Compares two versions; the preferred one comes first. */
export function byStability(one: string, other: string): number {
  const [left, right] = [ranks(one), ranks(other)];
  if (!left || !right) return left ? -1 : right ? 1 : one < other ? -1 : 1;
  const index = left.findIndex((rank, at) => rank !== right[at]);
  return index < 0 ? 0 : (right[index] ?? 0) - (left[index] ?? 0);
}

/** Returns stability, major and minor version; undefined for other names. */
function ranks(version: string): readonly number[] | undefined {
  const { major, stability, minor } = KUBERNETES_VERSION.exec(version)?.groups ?? {};
  if (major === undefined) return undefined;
  return [stability === undefined ? 2 : stability === 'beta' ? 1 : 0, Number(major), Number(minor ?? 0)];
}
