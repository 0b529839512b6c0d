/** Quantities of Kubernetes: numbers with a unit, for example `500m` or `1Gi`. */

const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Reports whether a text is a quantity. */
export const isQuantity = (text: string): boolean =>
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(text);

/** Returns a quantity as a number; an invalid one counts as zero, since the API server rejects it. */
export function parseQuantity(text: string | number): number {
  if (typeof text === 'number') return text;
  const [, digits = '', unit = ''] = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(text.trim()) ?? [];
  const value = Number(digits) * (UNITS[unit] ?? 0);
  return digits === '' || !Number.isFinite(value) ? 0 : value;
}
