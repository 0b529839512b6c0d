/**
 * Quantities (`1Gi`, `250m`, `0.5`) in Kubernetes' canonical form: no fraction, the largest suffix that fits.
 *
 * Pure; exact to the nano, to which Kubernetes rounds too.
 */

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO = 9;

/** Returns the canonical form of a quantity; undefined if the text is not a quantity. */
export function canonicalQuantity(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', suffix = ''] = FORM.exec(text) ?? [];
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const minus = sign === '-' && digits !== 0n ? '-' : '';
  const binary = BINARY.indexOf(suffix);
  if (suffix !== '' && binary > 0) return minus + inBinary(digits * 1024n ** BigInt(binary), fraction.length);
  const exponent = /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL.indexOf(suffix) - 3) * 3;
  const nanos = scaled(digits, exponent - fraction.length + NANO);
  return minus + (/^[eE][+-]?\d/.test(suffix) ? inExponents(nanos) : inDecimal(nanos));
}

/** Returns the value of a quantity in nanos; 0n if the text is not a quantity. */
export function nanosOf(text: string): bigint {
  const [, sign = '', whole = '', fraction = '', suffix = ''] = FORM.exec(text) ?? [];
  const digits = BigInt(`${whole}${fraction}` || '0') * (sign === '-' ? -1n : 1n);
  const binary = BINARY.indexOf(suffix);
  if (suffix !== '' && binary > 0) return scaled(digits * 1024n ** BigInt(binary), NANO - fraction.length);
  const exponent = /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL.indexOf(suffix) - 3) * 3;
  return scaled(digits, exponent - fraction.length + NANO);
}

/** Whether a text is a quantity. */
export const isQuantity = (text: string): boolean => canonicalQuantity(text) !== undefined;

/** Returns a quantity as a number; an invalid one counts as zero, since the API server rejects it. */
export const parseQuantity = (text: string | number): number =>
  typeof text === 'number' ? text : Number(nanosOf(text.trim())) / 10 ** NANO;

/** Formats nanos with a suffix of the same kind, decimal or binary, as the quantity `format`. */
export function formatQuantity(nanos: bigint, format: string): string {
  const whole = nanos % 10n ** BigInt(NANO) === 0n;
  return whole && /i$/.test(format) ? inBinary(nanos / 10n ** BigInt(NANO), 0) : inDecimal(nanos);
}

/** Returns `digits` times ten to the power of `exponent`, rounded up. */
function scaled(digits: bigint, exponent: number): bigint {
  if (exponent >= 0) return digits * 10n ** BigInt(Math.min(exponent, 60));
  const divisor = 10n ** BigInt(Math.min(-exponent, 60));
  return (digits + divisor - 1n) / divisor;
}

function inBinary(digits: bigint, fractionDigits: number): string {
  const divisor = 10n ** BigInt(fractionDigits);
  if (digits % divisor !== 0n) return inDecimal(scaled(digits, NANO - fractionDigits));
  let value = digits / divisor;
  let step = 0;
  while (value !== 0n && value % 1024n === 0n && step < BINARY.length - 1) {
    value /= 1024n;
    step += 1;
  }
  return `${value}${BINARY[step] ?? ''}`;
}

function inDecimal(nanos: bigint): string {
  const [value, step] = largest(nanos, DECIMAL.length - 1);
  return `${value}${nanos === 0n ? '' : (DECIMAL[step] ?? '')}`;
}

function inExponents(nanos: bigint): string {
  const [value, step] = largest(nanos, 30);
  const exponent = step * 3 - NANO;
  return nanos === 0n || exponent === 0 ? `${value}` : `${value}e${exponent}`;
}

/** Returns the value in the largest power of a thousand without a fraction, and that power. */
function largest(nanos: bigint, most: number): [bigint, number] {
  let value = nanos;
  let step = 0;
  while (value !== 0n && value % 1000n === 0n && step < most) {
    value /= 1000n;
    step += 1;
  }
  return [value, step];
}
