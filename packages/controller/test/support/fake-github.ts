/**
 * A fake GitHub with one pull request and the documented REST API: pulls, issue comments, labels, commit statuses.
 *
 * It responds like an enterprise server, below /api/v3, over plain HTTP on loopback. Lists are paginated with a Link
 * header, and requests without the token are rejected.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

/** The state of the pull request. */
export interface FakeRequest {
  labels: string[];
  comments: { id: number; body: string; user: { id: number; login: string } }[];
  statuses: { state: string; context: string; description?: string; target_url?: string }[];
}

/** A running server. */
export interface FakeGitHub {
  readonly state: FakeRequest;
  /** The URL of the pull request. */
  readonly url: string;
  /** `METHOD path` of each mutating request. */
  readonly mutations: string[];
  close(): Promise<void>;
}

const SHA = 'b3b3df63cfc27929f503fefefa3ffa334568c515';
const REPOSITORY = {
  id: 7,
  name: 'shop',
  full_name: 'corp/shop',
  owner: { login: 'corp' },
  private: false,
  default_branch: 'main',
  clone_url: 'https://github.corp/corp/shop.git',
  ssh_url: 'git@github.corp:corp/shop.git',
  html_url: 'https://github.corp/corp/shop',
  created_at: '2019-12-01T00:00:00Z',
  updated_at: '2019-12-02T00:00:00Z',
};

/** @param token the token that requests must contain; @param pageSize the number of entries per page */
export async function startFakeGitHub(state: FakeRequest, token: string, pageSize = 2): Promise<FakeGitHub> {
  const mutations: string[] = [];
  const server = createServer((request, response) => {
    void handle(request, response).catch((cause: unknown) => response.writeHead(500).end(String(cause)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? ''}`);
    const send = (status: number, body?: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    if (request.headers.authorization !== `Bearer ${token}`) return send(401, { message: 'Bad credentials' });
    if (!request.headers['user-agent']) return send(403, { message: 'Request forbidden by administrative rules' });
    const path = url.pathname.replace('/api/v3/repos/corp/shop', '');
    if (path === url.pathname) return send(404, { message: 'Not Found' });
    const { method = 'GET' } = request;
    if (method !== 'GET') mutations.push(`${method} ${decodeURIComponent(path)}`);
    const list = (entries: readonly unknown[]): void => {
      const page = Number(url.searchParams.get('page') ?? '1');
      const next = new URL(url);
      next.searchParams.set('page', String(page + 1));
      const hasMore = entries.length > page * pageSize;
      send(
        200,
        entries.slice((page - 1) * pageSize, page * pageSize),
        hasMore ? { link: `<${next.href}>; rel="next"` } : {},
      );
    };
    const labels = (): readonly unknown[] => state.labels.map((name) => ({ name, url: '', color: 'ededed' }));
    const body = async (): Promise<Record<string, unknown>> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    };
    switch (`${method} ${path}`) {
      case 'GET /pulls/1':
        return send(200, {
          number: 1,
          title: 'Sell more',
          body: null,
          state: 'open',
          labels: labels(),
          user: { id: 1, login: 'ann' },
          head: { ref: 'more', sha: SHA, repo: REPOSITORY },
          base: { ref: 'main', sha: '1e80c83ed01e187669b836096335d1c8a2c57182', repo: REPOSITORY },
          diff_url: 'https://github.corp/corp/shop/pull/1.diff',
        });
      case `GET /commits/${SHA}/status`:
        return send(200, { state: 'pending', sha: SHA, statuses: state.statuses });
      case 'GET /issues/1/comments':
        return list(state.comments);
      case 'GET /issues/1/labels':
        return list(labels());
      case 'POST /issues/1/labels':
        state.labels.push(...((await body())['labels'] as string[]));
        return send(200, labels());
      case 'POST /issues/1/comments':
        state.comments.push({
          id: 900 + state.comments.length,
          body: String((await body())['body']),
          user: { id: 2, login: 'bot' },
        });
        return send(201, state.comments.at(-1));
      case `POST /statuses/${SHA}`: {
        const status = (await body()) as unknown as FakeRequest['statuses'][number];
        if (!['error', 'failure', 'pending', 'success'].includes(status.state))
          return send(422, { message: 'Validation Failed' });
        state.statuses = [status, ...state.statuses.filter(({ context }) => context !== status.context)];
        return send(201, status);
      }
    }
    const [, resource = '', name = ''] = /^\/issues\/(1\/labels|comments)\/(.+)$/.exec(path) ?? [];
    if (method !== 'DELETE' || resource === '') return send(404, { message: 'Not Found' });
    if (resource === 'comments') state.comments = state.comments.filter(({ id }) => String(id) !== name);
    else state.labels = state.labels.filter((label) => label !== decodeURIComponent(name));
    return send(resource === 'comments' ? 204 : 200, resource === 'comments' ? undefined : labels());
  }

  return {
    state,
    url: `${origin}/corp/shop/pull/1`,
    mutations,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  };
}
