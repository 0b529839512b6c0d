import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pullRequest } from '../../src/scripts/pull-request/pull-request.js';
import { runInProcess } from '../support/node-programs.js';
import { scripts } from '../support/scripts.js';
import type { ProcessResult } from '../support/shells.js';

const SHA = 'b3b3df63cfc27929f503fefefa3ffa334568c515';
const PROJECT = '/api/v4/projects/team%2Fsub%2Fshop';

/** A fake GitLab with one merge request, with the documented REST API below /api/v4 and its own token header. */
let server: Server;
let changes: string[] = [];
let dir = '';

const RESPONSES: Readonly<Record<string, unknown>> = {
  [`GET ${PROJECT}/merge_requests/7`]: {
    iid: 7,
    title: 'Sell more',
    state: 'opened',
    labels: ['bug', 'late'],
    sha: SHA,
    source_branch: 'more',
    target_branch: 'main',
    source_project_id: 3,
    target_project_id: 3,
    merge_status: 'can_be_merged',
    diff_refs: { base_sha: '1e80c83e', head_sha: SHA },
    author: { id: 1, username: 'ann' },
  },
  [`GET ${PROJECT}/merge_requests/7/notes`]: [
    { id: 1, body: 'well', system: false, author: { id: 1, username: 'ann' } },
    { id: 2, body: 'added a commit', system: true, author: { id: 1, username: 'ann' } },
  ],
  [`GET ${PROJECT}/repository/commits/${SHA}/statuses`]: [
    { status: 'failed', name: 'ci/test', description: null, target_url: null },
  ],
};

beforeEach(async () => {
  changes = [];
  dir = mkdtempSync(join(tmpdir(), 'merge-request-'));
  server = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request;
    const path = url.split('?')[0] ?? '';
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.headers['private-token'] !== 'sesame-7')
        return response.writeHead(401).end('{"message":"401 Unauthorized"}');
      if (method !== 'GET')
        changes.push(`${method} ${path.replace(PROJECT, '')} ${Buffer.concat(chunks).toString()}`.trim());
      const body = method === 'GET' ? RESPONSES[`GET ${path}`] : {};
      return response
        .writeHead(body ? 200 : 404, { 'content-type': 'application/json' })
        .end(JSON.stringify(body ?? {}));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(dir, { recursive: true });
});

function runStep(mode: 'download' | 'upload'): Promise<ProcessResult> {
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/team/sub/shop/-/merge_requests/7`;
  return runInProcess(pullRequest(scripts, { mode, url, path: dir, provider: 'gitlab', skipTlsVerify: false }), {
    AUTH_TOKEN: 'sesame-7',
  });
}
const json = (file: string): unknown => JSON.parse(readFileSync(join(dir, file), 'utf8'));

test('a merge request of GitLab has the same files as a pull request', async () => {
  expect(await runStep('download')).toMatchObject({ code: 0 });
  expect(readdirSync(join(dir, 'labels')).sort()).toEqual(['.MANIFEST', 'bug', 'late']);
  expect(readdirSync(join(dir, 'comments')).sort()).toEqual(['.MANIFEST', '1.json']);
  expect(json('status/ci%2Ftest.json')).toEqual({ State: 'failure', Label: 'ci/test', Desc: '', Target: '' });
  expect(json('head.json')).toMatchObject({ Ref: 'more', Sha: SHA });
  expect(json('pr.json')).toMatchObject({ Number: 7, State: 'open', Mergeable: true, Author: { Login: 'ann' } });
});

test('changes of a merge request by steps are sent with the API of GitLab', async () => {
  await runStep('download');
  rmSync(join(dir, 'labels/bug'));
  writeFileSync(join(dir, 'labels/ready'), '');
  rmSync(join(dir, 'comments/1.json'));
  writeFileSync(join(dir, 'comments/new'), 'done');
  writeFileSync(join(dir, 'status/lint.json'), JSON.stringify({ Label: 'lint', State: 'success' }));
  expect(await runStep('upload')).toMatchObject({ code: 0 });
  expect(changes).toEqual([
    'PUT /merge_requests/7 {"add_labels":"ready"}',
    'PUT /merge_requests/7 {"remove_labels":"bug"}',
    `POST /statuses/${SHA} {"state":"success","name":"lint","description":""}`,
    'DELETE /merge_requests/7/notes/1',
    'POST /merge_requests/7/notes {"body":"done"}',
  ]);
});
