/**
 * A process that writes to a cluster until it is killed. It prints `try put NAME N` or `try delete NAME N` before a
 * write, and the same with `done` after the acknowledgement.
 *
 * Arguments: the data directory and the first number to write.
 */

import { startClusterOn } from '../../src/cluster.js';
import { openStorage } from '../../src/storage/open.js';

const WRITERS = 8;
const CONFIG_MAPS = 'http://kubernetes/api/v1/namespaces/default/configmaps';

const [directory = '', firstNumber = '1'] = process.argv.slice(2);
const limits = { segmentBytes: 100_000, chunkBytes: 4096 };
const cluster = await startClusterOn(await openStorage(directory, { limits }), {});
let next = Number(firstNumber);

async function send(method: string, path: string, body?: object): Promise<number> {
  const init = body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {};
  const response = await cluster.send(new Request(`${CONFIG_MAPS}${path}`, { method, ...init }));
  await response.text();
  return response.status;
}

/** Writes to one object. Each writer has its own, so that its last write is known. */
async function write(name: string): Promise<void> {
  for (;;) {
    const number = next;
    next += 1;
    const object = { metadata: { name }, data: { n: String(number), padding: 'x'.repeat(number % 3000) } };
    const isDeletion = number % 7 === 0;
    const write = `${isDeletion ? 'delete' : 'put'} ${name} ${number}`;
    process.stdout.write(`try ${write}\n`);
    let status = await (isDeletion ? send('DELETE', `/${name}`) : send('PUT', `/${name}`, object));
    if (status === 404 && !isDeletion) status = await send('POST', '', object);
    if (status >= 300 && status !== 404) throw new Error(`${status} for ${name}`);
    process.stdout.write(`done ${write}\n`);
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, index) => write(`writer-${index}`)));
