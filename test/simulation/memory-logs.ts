/** Container logs of a simulated node, kept in memory. */

import type { ContainerLog, ContainerLogs } from '@pipewright/cluster';

/** Creates an empty log storage. */
export function memoryLogs(): ContainerLogs {
  const logs = new Map<string, string[]>();
  const encoder = new TextEncoder();
  return {
    begin: ({ uid }, container): ContainerLog => {
      const chunks: string[] = [];
      logs.set(`${uid}/${container}`, chunks);
      return {
        write: (chunk) => void chunks.push(Buffer.from(chunk).toString()),
        end: () => undefined,
        tail: (_lines, bytes) => Promise.resolve(chunks.join('').slice(-bytes)),
      };
    },
    open: ({ uid }, container) => {
      const chunks = logs.get(`${uid}/${container}`);
      if (!chunks) return undefined;
      return new ReadableStream({
        start: (controller) => {
          controller.enqueue(encoder.encode(chunks.join('')));
          controller.close();
        },
      });
    },
    remove: ({ uid }) => {
      for (const key of [...logs.keys()]) if (key.startsWith(`${uid}/`)) logs.delete(key);
      return Promise.resolve();
    },
    retain: (isThere) => {
      for (const key of [...logs.keys()]) if (!isThere(key.slice(0, key.indexOf('/')))) logs.delete(key);
      return Promise.resolve();
    },
  };
}
