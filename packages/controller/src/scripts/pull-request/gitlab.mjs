/** The API of GitLab: below /api/v4 of the host. */

import { headers, read, readPages, send, toComment, toLabel, toRepository, toUser, token } from './code-host.mjs';
import { fail } from '../library/http.mjs';

/** The requests about one merge request, with its objects in Tekton's shapes. */
export function gitlab(url) {
  const [, project, number] =
    /^\/(.+?)(?:\/-)?\/merge_requests\/(\d+)\/?$/.exec(url.pathname) ??
    fail(`the url ${url} does not name a merge request; write https://HOST/GROUP/PROJECT/merge_requests/NUMBER`);
  const api = `${url.origin}/api/v4/projects/${encodeURIComponent(decodeURIComponent(project))}`;
  const merge = `${api}/merge_requests/${number}`;
  if (token) headers['private-token'] = token;
  const to = { failure: 'failed', error: 'failed', cancelled: 'canceled', unknown: 'failed', expected: 'pending' };
  const from = { failed: 'failure', canceled: 'cancelled', created: 'pending' };
  return {
    async request() {
      const it = await read(merge);
      const sha = it.sha || it.diff_refs?.head_sha || '';
      return {
        Number: it.iid,
        Title: it.title,
        Body: it.description ?? '',
        Labels: (it.labels ?? []).map(toLabel),
        Sha: sha,
        Ref: `refs/merge-requests/${it.iid}/head`,
        Source: it.source_branch,
        Target: it.target_branch,
        Base: {
          Ref: it.target_branch,
          Sha: it.diff_refs?.base_sha ?? '',
          Repo: toRepository({ id: it.target_project_id }),
        },
        Head: { Ref: it.source_branch, Sha: sha, Repo: toRepository({ id: it.source_project_id }) },
        Fork: '',
        State: it.state === 'opened' ? 'open' : it.state,
        Closed: it.state !== 'opened',
        Draft: it.draft ?? it.work_in_progress ?? false,
        Merged: it.state === 'merged',
        Mergeable: it.merge_status === 'can_be_merged',
        Rebaseable: false,
        MergeableState: it.merge_status ?? '',
        MergeSha: it.merge_commit_sha ?? '',
        Author: toUser(it.author),
        Assignees: (it.assignees ?? []).map(toUser),
        Created: it.created_at,
        Updated: it.updated_at,
        Link: it.web_url ?? '',
      };
    },
    statuses: async (sha) =>
      (await readPages(`${api}/repository/commits/${encodeURIComponent(sha)}/statuses?per_page=100`)).map((it) => ({
        State: from[it.status] ?? it.status,
        Label: it.name,
        Desc: it.description ?? '',
        Target: it.target_url ?? '',
      })),
    setStatus: (sha, it) =>
      send(`${api}/statuses/${encodeURIComponent(sha)}`, 'POST', {
        state: to[it.State] ?? it.State,
        name: it.Label,
        description: it.Desc ?? '',
        ...(it.Target && { target_url: it.Target }),
      }),
    same: (state) => from[to[state] ?? state] ?? state,
    comments: async () => (await readPages(`${merge}/notes?per_page=100`)).filter((it) => !it.system).map(toComment),
    addComment: (body) => send(`${merge}/notes`, 'POST', { body }),
    removeComment: (id) => send(`${merge}/notes/${id}`, 'DELETE'),
    labels: async () => ((await read(merge)).labels ?? []).map(toLabel),
    addLabel: (name) => send(merge, 'PUT', { add_labels: name }),
    removeLabel: (name) => send(merge, 'PUT', { remove_labels: name }),
  };
}
