/** Requests to the API of GitHub or GitLab, and their objects in the shapes that Tekton writes to files. */

import { request } from '../library/http.mjs';

export const token = (process.env.AUTH_TOKEN ?? '').trim();

/** Sent with every request; each code host adds its own. */
export const headers = { 'user-agent': 'pipewright', 'content-type': 'application/json' };

/** fetch drops `authorization` at a redirect to another host, but no other header. */
const redirect = () => (headers['private-token'] ? 'error' : 'follow');

export const send = (url, method, body) =>
  request(url, { method, headers, redirect: redirect(), ...(body && { body: JSON.stringify(body) }) });

const get = (url) => request(url, { headers, redirect: redirect() });

/** @returns {Promise<any>} the body, whose shape is the API's */
export const read = async (url) => (await get(url)).json();

/** Reads a list to its last page. A page on another host is not followed: the request would send the token there. */
export async function readPages(url) {
  /** @type {any[]} */
  const all = [];
  for (let page = url; page;) {
    const response = await get(page);
    all.push(.../** @type {any[]} */ (await response.json()));
    const [, next] = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '') ?? [];
    page = next && new URL(next).origin === new URL(url).origin ? next : '';
  }
  return all;
}

export const toUser = (it) => ({
  ID: it?.id ?? 0,
  Login: it?.login ?? it?.username ?? '',
  Name: it?.name ?? '',
  Email: it?.email ?? '',
  Avatar: it?.avatar_url ?? '',
  Link: it?.html_url ?? it?.web_url ?? '',
});

export const toLabel = (it) =>
  typeof it === 'string'
    ? { Name: it }
    : { URL: it.url ?? '', Name: it.name, Description: it.description ?? '', Color: it.color ?? '' };

export const toComment = (it) => ({
  ID: it.id,
  Body: it.body,
  Author: toUser(it.user ?? it.author),
  Link: it.html_url ?? '',
  Created: it.created_at,
  Updated: it.updated_at,
});

export const toRepository = (it) => ({
  ID: String(it?.id ?? ''),
  Namespace: it?.owner?.login ?? '',
  Name: it?.name ?? '',
  FullName: it?.full_name ?? '',
  Branch: it?.default_branch ?? '',
  Private: it?.private ?? false,
  Clone: it?.clone_url ?? '',
  CloneSSH: it?.ssh_url ?? '',
  Link: it?.html_url ?? '',
  Created: it?.created_at,
  Updated: it?.updated_at,
});
