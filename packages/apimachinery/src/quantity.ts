/**
 * Quantities (`1Gi`, `250m`, `0.5`) in Kubernetes' canonical form: no fraction, the largest suffix that fits.
 *
 * Pure; exact to the nano, to which Kubernetes rounds too.
 */

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO = 9;

/** The parts of a quantity. */
interface Parts {
  readonly isNegative: boolean;
  /** All digits, without the point. */
  readonly digits: bigint;
  readonly fractionDigits: number;
  readonly suffix: string;
}

function parse(text: string): Parts | undefined {
  const [, sign = '', whole = '', fraction = '', suffix = ''] = FORM.exec(text) ?? [];
  if (whole === '' && fraction === '') return undefined;
  return { isNegative: sign === '-', digits: BigInt(whole + fraction), fractionDigits: fraction.length, suffix };
}

const isBinary = ({ suffix }: Parts): boolean => suffix !== '' && BINARY.includes(suffix);

const isExponent = ({ suffix }: Parts): boolean => /^[eE][+-]?\d/.test(suffix);

/** Returns the digits of a quantity with a binary suffix, multiplied. */
const binaryDigits = ({ digits, suffix }: Parts): bigint => digits * 1024n ** BigInt(BINARY.indexOf(suffix));

/** Returns the absolute value in nanos, rounded up. */
function absoluteNanos(parts: Parts): bigint {
  if (isBinary(parts)) return scaled(binaryDigits(parts), NANO - parts.fractionDigits);
  const { digits, fractionDigits, suffix } = parts;
  const exponent = isExponent(parts) ? Number(suffix.slice(1)) : (DECIMAL.indexOf(suffix) - 3) * 3;
  return scaled(digits, exponent - fractionDigits + NANO);
}

/** Returns the canonical form of a quantity; undefined if the text is not a quantity. */
export function canonicalQuantity(text: string): string | undefined {
  const parts = parse(text);
  if (!parts) return undefined;
  const minus = parts.isNegative && parts.digits !== 0n ? '-' : '';
  if (isBinary(parts)) return minus + inBinary(binaryDigits(parts), parts.fractionDigits);
  const nanos = absoluteNanos(parts);
  return minus + (isExponent(parts) ? inExponents(nanos) : inDecimal(nanos));
}

/** Returns the value of a quantity in nanos; 0n if the text is not a quantity. */
export function nanosOf(text: string): bigint {
  const parts = parse(text);
  if (!parts) return 0n;
  return parts.isNegative ? -absoluteNanos(parts) : absoluteNanos(parts);
}

/** Whether a text is a quantity. */
export const isQuantity = (text: string): boolean => canonicalQuantity(text) !== undefined;

/** Returns a quantity as a number; an invalid one counts as zero, since the API server rejects it. */
export const parseQuantity = (text: string | number): number =>
  typeof text === 'number' ? text : Number(nanosOf(text.trim())) / 10 ** NANO;

/** Formats nanos with a suffix of the same kind, decimal or binary, as the quantity `formatLike`. */
export function formatQuantity(nanos: bigint, formatLike: string): string {
  const whole = nanos % 10n ** BigInt(NANO) === 0n;
  return whole && /i$/.test(formatLike) ? inBinary(nanos / 10n ** BigInt(NANO), 0) : inDecimal(nanos);
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
