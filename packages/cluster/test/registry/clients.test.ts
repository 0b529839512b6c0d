/**
 * The registry with a real client: skopeo copies an image to it and back.
 *
 * If skopeo is not installed, the same requests are sent with fetch.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRegistry, type ServedRegistry } from '../../src/registry/registry.js';

const run = promisify(execFile);
const isInstalled = async (command: string): Promise<boolean> => {
  try {
    await run(command, ['--version']);
    return true;
  } catch {
    return false;
  }
};

const sha = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const directory = mkdtempSync(join(tmpdir(), 'registry-clients-'));
const registry = createRegistry({ dir: join(directory, 'registry') });
let serving: ServedRegistry;
beforeAll(async () => {
  serving = await registry.serve();
});
afterAll(async () => {
  await serving.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Writes an OCI layout with one image that has one empty layer. @returns the digest of the manifest */
function writeLayout(directory: string): string {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const writeBlob = (mediaType: string, text: string | Uint8Array): object => {
    writeFileSync(join(blobs, sha(text)), text);
    return { mediaType, digest: `sha256:${sha(text)}`, size: text.length };
  };
  const layer = '\0'.repeat(1024);
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha(layer)}`] },
  };
  const manifest = writeBlob(
    'application/vnd.oci.image.manifest.v1+json',
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: writeBlob('application/vnd.oci.image.config.v1+json', JSON.stringify(config)),
      layers: [writeBlob('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(layer))],
    }),
  );
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  return (manifest as { digest: string }).digest;
}

const hasSkopeo = await isInstalled('skopeo');
const client = hasSkopeo ? 'skopeo' : 'a client of the distribution API, since skopeo is not installed,';

test(`${client} copies an image in and out unchanged`, async () => {
  const layout = join(directory, 'layout');
  const digest = writeLayout(layout);
  const auth = Buffer.from(`${serving.login.username}:${serving.login.password}`).toString('base64');
  const authfile = join(directory, 'auth.json');
  writeFileSync(authfile, JSON.stringify({ auths: { [`127.0.0.1:${serving.port}`]: { auth } } }));
  const kind = `127.0.0.1:${serving.port}/team/app:v1`;
  if (!hasSkopeo) {
    const base = `http://127.0.0.1:${serving.port}/v2/team/app`;
    const headers = { authorization: `Basic ${auth}` };
    const manifest = readFileSync(join(layout, 'blobs', 'sha256', digest.slice(7)), 'utf8');
    for (const [blob] of manifest.matchAll(/sha256:[a-f0-9]{64}/g)) {
      const body = readFileSync(join(layout, 'blobs', 'sha256', blob.slice(7)));
      await fetch(`${base}/blobs/uploads/?digest=${blob}`, { method: 'POST', headers, body });
    }
    const response = await fetch(`${base}/manifests/v1`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      body: manifest,
    });
    expect(response.status).toBe(201);
  } else {
    const policy = join(directory, 'policy.json');
    writeFileSync(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    const skopeo = (...args: string[]): Promise<{ stdout: string }> => run('skopeo', ['--policy', policy, ...args]);
    await skopeo('copy', '-q', '--authfile', authfile, '--dest-tls-verify=false', `oci:${layout}`, `docker://${kind}`);
    const { stdout } = await skopeo('inspect', '--authfile', authfile, '--tls-verify=false', `docker://${kind}`);
    expect(JSON.parse(stdout)).toMatchObject({ Digest: digest, RepoTags: ['v1'], Architecture: 'amd64' });
    await skopeo(
      'copy',
      '-q',
      '--authfile',
      authfile,
      '--src-tls-verify=false',
      `docker://${kind}`,
      `oci:${join(directory, 'back')}`,
    );
    expect(readFileSync(join(directory, 'back', 'index.json'), 'utf8')).toContain(digest);
  }
  expect(await registry.resolve('team/app', 'v1')).toEqual({
    digest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
  });
});
