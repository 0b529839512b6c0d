/** Creates reproducible tar archives: POSIX ustar, with pax headers for long and non-ASCII names. */

const TYPES = { file: '0', link: '2', directory: '5' };
const BLOCK = 512;

/** Returns an archive of the entries; the same entries yield the same bytes. */
export function tarArchive(entries) {
  const blocks = entries.flatMap(({ path, type, mode, owner, bytes = Buffer.alloc(0), target = '' }) => {
    const name = type === 'directory' ? `${path}/` : path;
    const fields = { name, type: TYPES[type], mode, owner, size: bytes.length, target };
    const long = [...(fits(name) ? [] : [['path', name]]), ...(fits(target) ? [] : [['linkpath', target]])];
    return [...(long.length > 0 ? pax(long) : []), header(fields), padded(bytes)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

const fits = (text) => /^[\x20-\x7e]{0,100}$/.test(text);

function pax(records) {
  const body = Buffer.from(records.map(([key, value]) => record(key, value)).join(''));
  const fields = { name: 'PaxHeaders/entry', type: 'x', mode: 0o644, owner: [0, 0], size: body.length, target: '' };
  return [header(fields), padded(body)];
}

/** Returns a pax record. It begins with its length, including the digits of the length. */
function record(key, value) {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

/** @param {{ name: string, type: string, mode: number, owner: number[], size: number, target: string }} fields */
function header({ name, type, mode, owner: [user, group], size, target }) {
  const block = Buffer.alloc(BLOCK);
  const octal = (value, at, width) => block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  block.write(name.slice(0, 100), 0, 100, 'utf8');
  octal(mode, 100, 8);
  octal(user, 108, 8);
  octal(group, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12); // a constant time, for reproducible archives
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write(target.slice(0, 100), 157, 100, 'utf8');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

const padded = (bytes) => Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
