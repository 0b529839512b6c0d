import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { imageDigest } from '../../src/scripts/images/image-digest.js';
import { scripts } from '../support/scripts.js';
import { expandArgument, runProcess, type ProcessResult } from '../support/shells.js';

const base = mkdtempSync(join(tmpdir(), 'image-digest-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const digest = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const manifest = (content: string): object => ({
  annotations: { digest: 'not this one', a: ['}', { digest: 'nor this' }] },
  size: 314,
  digest: digest(content),
});

let directories = 0;
function layout(index?: string): string {
  const directory = join(base, String(directories++));
  mkdirSync(directory);
  if (index !== undefined) writeFileSync(join(directory, 'index.json'), index);
  return directory;
}

async function exportDigests(
  outputs: readonly (readonly [string, string])[],
): Promise<ProcessResult & { readonly message: string }> {
  const message = join(base, `message-${String(directories++)}`);
  const commandLine = imageDigest(
    scripts,
    outputs.map(([resource, directory]) => ({ resource, directory })),
    message,
  );
  const result = await runProcess(commandLine.map(expandArgument));
  return { ...result, message: existsSync(message) ? readFileSync(message, 'utf8') : '' };
}

const entries = (name: string, value: string): string =>
  `{"name":"${name}","digest":"${value}","key":"","value":"","resourceRef":{}},` +
  `{"name":"","digest":"","key":"digest","value":"${value}","resourceRef":{"name":"${name}"}}`;

describe('the digest exporter', () => {
  test('reports the digest of the only manifest', async () => {
    const index = JSON.stringify({ schemaVersion: 2, other: [{ digest: 'no' }], manifests: [manifest('a')] });
    const { code, message } = await exportDigests([['nginx', layout(index)]]);
    expect([code, message]).toEqual([0, `[${entries('nginx', digest('a'))}]`]);
  });

  test('reads an index with white space', async () => {
    const index = JSON.stringify({ schemaVersion: 2, manifests: [manifest('a')] }, undefined, 2);
    expect((await exportDigests([['nginx', layout(index)]])).message).toBe(`[${entries('nginx', digest('a'))}]`);
  });

  test('reports the digest of the index when it lists several manifests', async () => {
    const index = JSON.stringify({ manifests: [manifest('a'), manifest('b')] });
    expect((await exportDigests([['nginx', layout(index)]])).message).toBe(`[${entries('nginx', digest(index))}]`);
  });

  test('reports which image has no index, and the digests of the others', async () => {
    const index = JSON.stringify({ manifests: [manifest('a')] });
    const { code, stdout, message } = await exportDigests([
      ['pushed', layout()],
      ['kept', layout(index)],
    ]);
    expect([code, message]).toEqual([0, `[${entries('kept', digest('a'))}]`]);
    expect(stdout).toMatch(/"level":"info".*"msg":"No index.json found for: pushed"/);
  });

  test('reports nothing without an index', async () => {
    const { code, message } = await exportDigests([['pushed', layout()]]);
    expect([code, message]).toEqual([0, '']);
  });

  test.each([
    ['lists no manifests', '{"manifests":[]}', 'lists no manifests, so the digest of nginx is unknown'],
    ['is not JSON', 'hello', 'lists no manifests, so the digest of nginx is unknown'],
    ['has an invalid digest', '{"manifests":[{"digest":"\\"; rm -rf /"}]}', 'holds no sha256 digest for nginx'],
  ])('fails if the index %s', async (_what, index, expected) => {
    const { code, stdout, message } = await exportDigests([['nginx', layout(index)]]);
    expect([code, message, stdout]).toEqual([1, '', expect.stringContaining(expected)]);
  });
});
