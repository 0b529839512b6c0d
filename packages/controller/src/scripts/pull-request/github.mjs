/** The API of GitHub: api.github.com, or below /api/v3 of any other host. */

import { headers, read, readPages, send, toComment, toLabel, toRepository, toUser, token } from './code-host.mjs';
import { fail } from '../library/http.mjs';

/** The requests about one pull request, with its objects in Tekton's shapes. */
export function github(url) {
  const [, owner, repo, , number] = url.pathname.split('/');
  if (!/^\d+$/.test(number ?? ''))
    fail(`the url ${url} does not name a pull request; write https://HOST/OWNER/REPO/pull/NUMBER`);
  const base = url.host === 'github.com' ? `${url.protocol}//api.github.com` : `${url.origin}/api/v3`;
  const api = `${base}/repos/${owner}/${repo}`;
  const issue = `${api}/issues/${number}`;
  headers.accept = 'application/vnd.github+json';
  if (token) headers.authorization = `Bearer ${token}`;
  const branch = (it) => ({ Ref: it.ref, Sha: it.sha, Repo: toRepository(it.repo) });
  const states = { unknown: 'error', cancelled: 'error', expected: 'pending', running: 'pending' };
  return {
    async request() {
      const it = await read(`${api}/pulls/${number}`);
      return {
        Number: it.number,
        Title: it.title,
        Body: it.body ?? '',
        Labels: (it.labels ?? []).map(toLabel),
        Sha: it.head.sha,
        Ref: `refs/pull/${it.number}/head`,
        Source: it.head.ref,
        Target: it.base.ref,
        Base: branch(it.base),
        Head: branch(it.head),
        Fork: it.head.repo?.full_name ?? '',
        State: it.state,
        Closed: it.state !== 'open',
        Draft: it.draft ?? false,
        Merged: it.merged ?? false,
        Mergeable: it.mergeable ?? false,
        Rebaseable: it.rebaseable ?? false,
        MergeableState: it.mergeable_state ?? '',
        MergeSha: it.merge_commit_sha ?? '',
        Author: toUser(it.user),
        Assignees: (it.assignees ?? []).map(toUser),
        Created: it.created_at,
        Updated: it.updated_at,
        Link: it.diff_url ?? '',
      };
    },
    statuses: async (sha) =>
      (await read(`${api}/commits/${encodeURIComponent(sha)}/status?per_page=100`)).statuses.map((it) => ({
        State: it.state,
        Label: it.context,
        Desc: it.description ?? '',
        Target: it.target_url ?? '',
      })),
    setStatus: (sha, it) =>
      send(`${api}/statuses/${encodeURIComponent(sha)}`, 'POST', {
        state: states[it.State] ?? it.State,
        context: it.Label,
        description: it.Desc ?? '',
        ...(it.Target && { target_url: it.Target }),
      }),
    same: (state) => states[state] ?? state,
    comments: async () => (await readPages(`${issue}/comments?per_page=100`)).map(toComment),
    addComment: (body) => send(`${issue}/comments`, 'POST', { body }),
    removeComment: (id) => send(`${api}/issues/comments/${id}`, 'DELETE'),
    labels: async () => (await readPages(`${issue}/labels?per_page=100`)).map(toLabel),
    addLabel: (name) => send(`${issue}/labels`, 'POST', { labels: [name] }),
    removeLabel: (name) => send(`${issue}/labels/${encodeURIComponent(name)}`, 'DELETE'),
  };
}
