/**
 * MD5 and SHA-256 of short texts, for names that must equal those that Tekton computes.
 *
 * Written out because this package imports nothing of Node. Not for security: use `node:crypto` there.
 */

const rotateLeft = (word: number, count: number): number => (word << count) | (word >>> (32 - count));
const rotateRight = (word: number, count: number): number => (word >>> count) | (word << (32 - count));

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

const swapBytes = (word: number): number =>
  ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);

/** Returns the padded blocks of a text as words. */
function blocksOf(text: string, littleEndian: boolean): number[][] {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array((Math.floor((bytes.length + 8) / 64) + 1) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  const bits = bytes.length * 8;
  view.setUint32(padded.length - (littleEndian ? 8 : 4), bits >>> 0, littleEndian);
  view.setUint32(padded.length - (littleEndian ? 4 : 8), Math.floor(bits / 2 ** 32), littleEndian);
  return Array.from({ length: padded.length / 64 }, (_, block) =>
    Array.from({ length: 16 }, (_word, word) => view.getUint32(block * 64 + word * 4, littleEndian)),
  );
}

const MD5_SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const MD5_CONSTANTS = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/** Returns the MD5 of a text in hex digits. */
export function md5Hex(text: string): string {
  let state: readonly [number, number, number, number] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (const words of blocksOf(text, true)) {
    let [a, b, c, d] = state;
    for (let i = 0; i < 64; i++) {
      const [mixed, index] = md5Round(i, b, c, d);
      const sum = (a + mixed + (MD5_CONSTANTS[i] ?? 0) + (words[index] ?? 0)) | 0;
      [a, d, c, b] = [d, c, b, (b + rotateLeft(sum, MD5_SHIFTS[(i >> 4) * 4 + (i & 3)] ?? 0)) | 0];
    }
    state = [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
  }
  return state.map((word) => hex(swapBytes(word))).join('');
}

function md5Round(i: number, b: number, c: number, d: number): readonly [number, number] {
  if (i < 16) return [(b & c) | (~b & d), i];
  if (i < 32) return [(d & b) | (~d & c), (5 * i + 1) & 15];
  if (i < 48) return [b ^ c ^ d, (3 * i + 5) & 15];
  return [c ^ (b | ~d), (7 * i) & 15];
}

/** The first 64 primes. */
const PRIMES = Array.from({ length: 312 }, (_, i) => i).filter(
  (n) => n > 1 && !Array.from({ length: n }, (_, i) => i).some((d) => d > 1 && n % d === 0),
);

const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;

const SHA256_CONSTANTS = PRIMES.map((prime) => fraction(Math.cbrt(prime)));

/** Returns the SHA-256 of a text in hex digits. */
export function sha256Hex(text: string): string {
  const state = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  for (const words of blocksOf(text, false)) {
    const after = sha256Block(state, words);
    for (const [i, word] of after.entries()) state[i] = ((state[i] ?? 0) + word) | 0;
  }
  return state.map(hex).join('');
}

function sha256Block(state: readonly number[], block: readonly number[]): readonly number[] {
  const words = [...block];
  const word = (i: number): number => words[i] ?? 0;
  for (let i = 16; i < 64; i++) {
    const [x, y] = [word(i - 15), word(i - 2)];
    const first = rotateRight(x, 7) ^ rotateRight(x, 18) ^ (x >>> 3);
    const second = rotateRight(y, 17) ^ rotateRight(y, 19) ^ (y >>> 10);
    words.push((word(i - 16) + first + word(i - 7) + second) | 0);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const one = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
    const added = (h + one + ((e & f) ^ (~e & g)) + (SHA256_CONSTANTS[i] ?? 0) + word(i)) | 0;
    const two = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
    const mixed = (two + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + added) | 0, c, b, a, (added + mixed) | 0];
  }
  return [a, b, c, d, e, f, g, h];
}
