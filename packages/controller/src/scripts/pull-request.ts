/**
 * The pullRequest resource: a pull or merge request as files, and what was changed in them sent back.
 *
 *     pr.json  head.json  base.json            as they are; changes in them go nowhere
 *     labels/NAME                              empty files: one more is a label set, one less a label taken off
 *     comments/ID.json                         one less deletes the comment; any new file, JSON with a Body or plain text, is a new one
 *     status/NAME.json                         State, Label, Desc, Target of a commit status; a new or changed State is set
 *
 * Layout, names of fields and the rule that only what was there at the download is ever taken away (`.MANIFEST`) are Tekton's.
 * The server's address follows the request's: github.com is api.github.com, any other GitHub has its API below /api/v3, GitLab
 * below /api/v4. The token comes in the environment (AUTH_TOKEN) and goes into a header alone.
 */

import { nodeCommand } from './node-text.js';
import { compact } from './compact.js';

/** `github(url)` and `gitlab(url)`: one request, in the shapes that are written to files. */
const SERVERS = compact(String.raw`
  const token = (process.env.AUTH_TOKEN ?? '').trim()
  const headers = { 'user-agent': 'pipewright', 'content-type': 'application/json' }
  const redirect = () => (headers['private-token'] ? 'error' : 'follow')
  const send = (url, method, body) => ask(url, { method, headers, redirect: redirect(), ...(body && { body: JSON.stringify(body) }) })
  const read = async (url) => (await ask(url, { headers, redirect: redirect() })).json()
  async function pages(url, next) {
    const all = []
    for (let page = url; page; ) {
      const answer = await ask(page, { headers, redirect: redirect() })
      all.push(...(await answer.json()))
      const [, more] = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get('link') ?? '') ?? []
      page = more && new URL(more).origin === new URL(url).origin ? more : undefined
    }
    return all
  }
  const user = (it) => ({ ID: it?.id ?? 0, Login: it?.login ?? it?.username ?? '', Name: it?.name ?? '', Email: it?.email ?? '', Avatar: it?.avatar_url ?? '', Link: it?.html_url ?? it?.web_url ?? '' })
  const label = (it) => (typeof it === 'string' ? { Name: it } : { URL: it.url ?? '', Name: it.name, Description: it.description ?? '', Color: it.color ?? '' })
  const comment = (it) => ({ ID: it.id, Body: it.body, Author: user(it.user ?? it.author), Link: it.html_url ?? '', Created: it.created_at, Updated: it.updated_at })
  const repository = (it) => ({ ID: String(it?.id ?? ''), Namespace: it?.owner?.login ?? '', Name: it?.name ?? '', FullName: it?.full_name ?? '', Branch: it?.default_branch ?? '', Private: it?.private ?? false, Clone: it?.clone_url ?? '', CloneSSH: it?.ssh_url ?? '', Link: it?.html_url ?? '', Created: it?.created_at, Updated: it?.updated_at })
  const enc = encodeURIComponent

  function github(url) {
    const [, owner, repo, , number] = url.pathname.split('/')
    if (!/^\d+$/.test(number ?? '')) fail('the url ' + url + ' names no pull request; write https://HOST/OWNER/REPO/pull/NUMBER')
    const api = (url.host === 'github.com' ? url.protocol + '//api.github.com' : url.origin + '/api/v3') + '/repos/' + owner + '/' + repo
    const issue = api + '/issues/' + number
    headers.accept = 'application/vnd.github+json'
    if (token) headers.authorization = 'Bearer ' + token
    const branch = (it) => ({ Ref: it.ref, Sha: it.sha, Repo: repository(it.repo) })
    const states = { unknown: 'error', cancelled: 'error', expected: 'pending', running: 'pending' }
    return {
      async request() {
        const it = await read(api + '/pulls/' + number)
        return {
          Number: it.number, Title: it.title, Body: it.body ?? '', Labels: (it.labels ?? []).map(label), Sha: it.head.sha, Ref: 'refs/pull/' + it.number + '/head',
          Source: it.head.ref, Target: it.base.ref, Base: branch(it.base), Head: branch(it.head), Fork: it.head.repo?.full_name ?? '', State: it.state, Closed: it.state !== 'open',
          Draft: it.draft ?? false, Merged: it.merged ?? false, Mergeable: it.mergeable ?? false, Rebaseable: it.rebaseable ?? false, MergeableState: it.mergeable_state ?? '',
          MergeSha: it.merge_commit_sha ?? '', Author: user(it.user), Assignees: (it.assignees ?? []).map(user), Created: it.created_at, Updated: it.updated_at, Link: it.diff_url ?? '',
        }
      },
      statuses: async (sha) => (await read(api + '/commits/' + enc(sha) + '/status?per_page=100')).statuses.map((it) => ({ State: it.state, Label: it.context, Desc: it.description ?? '', Target: it.target_url ?? '' })),
      setStatus: (sha, it) => send(api + '/statuses/' + enc(sha), 'POST', { state: states[it.State] ?? it.State, context: it.Label, description: it.Desc ?? '', ...(it.Target && { target_url: it.Target }) }),
      same: (state) => states[state] ?? state,
      comments: async () => (await pages(issue + '/comments?per_page=100')).map(comment),
      addComment: (body) => send(issue + '/comments', 'POST', { body }),
      removeComment: (id) => send(api + '/issues/comments/' + id, 'DELETE'),
      labels: async () => (await pages(issue + '/labels?per_page=100')).map(label),
      addLabel: (name) => send(issue + '/labels', 'POST', { labels: [name] }),
      removeLabel: (name) => send(issue + '/labels/' + enc(name), 'DELETE'),
    }
  }

  function gitlab(url) {
    const [, project, number] = /^\/(.+?)(?:\/-)?\/merge_requests\/(\d+)\/?$/.exec(url.pathname) ?? fail('the url ' + url + ' names no merge request; write https://HOST/GROUP/PROJECT/merge_requests/NUMBER')
    const api = url.origin + '/api/v4/projects/' + enc(decodeURIComponent(project)), merge = api + '/merge_requests/' + number
    if (token) headers['private-token'] = token
    const to = { failure: 'failed', error: 'failed', cancelled: 'canceled', unknown: 'failed', expected: 'pending' }
    const from = { failed: 'failure', canceled: 'cancelled', created: 'pending' }
    return {
      async request() {
        const it = await read(merge), sha = it.sha || it.diff_refs?.head_sha || ''
        return {
          Number: it.iid, Title: it.title, Body: it.description ?? '', Labels: (it.labels ?? []).map(label), Sha: sha, Ref: 'refs/merge-requests/' + it.iid + '/head',
          Source: it.source_branch, Target: it.target_branch, Base: { Ref: it.target_branch, Sha: it.diff_refs?.base_sha ?? '', Repo: repository({ id: it.target_project_id }) },
          Head: { Ref: it.source_branch, Sha: sha, Repo: repository({ id: it.source_project_id }) }, Fork: '', State: it.state === 'opened' ? 'open' : it.state, Closed: it.state !== 'opened',
          Draft: it.draft ?? it.work_in_progress ?? false, Merged: it.state === 'merged', Mergeable: it.merge_status === 'can_be_merged', Rebaseable: false, MergeableState: it.merge_status ?? '',
          MergeSha: it.merge_commit_sha ?? '', Author: user(it.author), Assignees: (it.assignees ?? []).map(user), Created: it.created_at, Updated: it.updated_at, Link: it.web_url ?? '',
        }
      },
      statuses: async (sha) => (await pages(api + '/repository/commits/' + enc(sha) + '/statuses?per_page=100')).map((it) => ({ State: from[it.status] ?? it.status, Label: it.name, Desc: it.description ?? '', Target: it.target_url ?? '' })),
      setStatus: (sha, it) => send(api + '/statuses/' + enc(sha), 'POST', { state: to[it.State] ?? it.State, name: it.Label, description: it.Desc ?? '', ...(it.Target && { target_url: it.Target }) }),
      same: (state) => from[to[state] ?? state] ?? state,
      comments: async () => (await pages(merge + '/notes?per_page=100')).filter((it) => !it.system).map(comment),
      addComment: (body) => send(merge + '/notes', 'POST', { body }),
      removeComment: (id) => send(merge + '/notes/' + id, 'DELETE'),
      labels: async () => ((await read(merge)).labels ?? []).map(label),
      addLabel: (name) => send(merge, 'PUT', { add_labels: name }),
      removeLabel: (name) => send(merge, 'PUT', { remove_labels: name }),
    }
  }
`);

const FILES = compact(String.raw`
  const escaped = (name) => {
    const text = enc(name).replace(/%20/g, '+').replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase())
    return text.startsWith('.') ? '%2E' + text.slice(1) : text
  }
  const unescaped = (name) => { try { return decodeURIComponent(name.replace(/\+/g, ' ')) } catch { return name } }
  const filesIn = (dir) => (fs.existsSync(dir) ? fs.readdirSync(dir).filter((name) => name !== MANIFEST) : [])
  const MANIFEST = '.MANIFEST'
  const write = (file, content, mode = 0o600) => { fs.rmSync(file, { force: true }); fs.writeFileSync(file, content, { mode }) }
  const json = (file) => JSON.parse(fs.readFileSync(file, 'utf8'))
  const knownIn = (dir) => { try { return json(join(dir, MANIFEST)) } catch { return {} } }
  const manifest = (dir, names) => write(join(dir, MANIFEST), JSON.stringify(Object.fromEntries(names.map((name) => [name, true]))))

  async function download(server, path) {
    const say = (msg) => log('info', msg, facts)
    say('finding pr')
    const pr = await server.request()
    const [statuses, comments, labels] = await Promise.all([server.statuses(pr.Sha), server.comments(), server.labels()])
    const dirs = ['labels', 'comments', 'status'].map((name) => join(path, name))
    for (const dir of dirs) fs.mkdirSync(dir, { recursive: true })
    const [labelDir, commentDir, statusDir] = dirs
    write(join(path, 'pr.json'), JSON.stringify({ ...pr, Labels: labels }), 0o400)
    write(join(path, 'head.json'), JSON.stringify(pr.Head))
    write(join(path, 'base.json'), JSON.stringify(pr.Base))
    for (const it of comments) write(join(commentDir, it.ID + '.json'), JSON.stringify(it))
    manifest(commentDir, comments.map((it) => String(it.ID)))
    for (const it of labels) write(join(labelDir, escaped(it.Name)), '')
    manifest(labelDir, labels.map((it) => escaped(it.Name)))
    for (const it of statuses) write(join(statusDir, escaped(it.Label) + '.json'), JSON.stringify(it))
    say('found ' + comments.length + ' comments, ' + labels.length + ' labels, ' + statuses.length + ' statuses')
  }

  async function upload(server, path) {
    const faults = []
    const attempt = async (what, work) => { try { await work(); log('info', what, facts) } catch (cause) { faults.push(what + ': ' + cause.message) } }
    const gone = (work) => work.catch((cause) => { if (cause.status !== 404) throw cause })
    const labelDir = join(path, 'labels'), commentDir = join(path, 'comments'), statusDir = join(path, 'status')
    if (fs.existsSync(labelDir)) {
      const wanted = new Set(filesIn(labelDir).map(unescaped)), known = new Set(Object.keys(knownIn(labelDir)).map(unescaped))
      const current = new Set((await server.labels()).map((it) => it.Name))
      for (const name of wanted) if (!current.has(name)) await attempt('Creating label ' + name, () => server.addLabel(name))
      for (const name of current) if (!wanted.has(name) && known.has(name)) await attempt('Removing label ' + name, () => gone(server.removeLabel(name)))
    }
    const statuses = filesIn(statusDir).map((name) => { try { return json(join(statusDir, name)) } catch (cause) { fail('status/' + name + ' is no JSON: ' + cause.message) } })
    if (statuses.length > 0) {
      const head = [join(path, 'head.json'), join(path, 'pr.json')].filter((file) => fs.existsSync(file)).map((file) => json(file).Sha)[0]
      const sha = head || (await server.request()).Sha
      const current = new Map((await server.statuses(sha)).map((it) => [it.Label, it.State]))
      for (const it of statuses) {
        if (!it.Label) faults.push('a status has no Label')
        else if (current.get(it.Label) !== server.same(it.State)) await attempt('Creating status ' + it.Label + ' on ' + sha, () => server.setStatus(sha, it))
      }
    }
    if (fs.existsSync(commentDir)) {
      const files = filesIn(commentDir).map((name) => {
        const text = fs.readFileSync(join(commentDir, name), 'utf8')
        try { const it = JSON.parse(text); return it !== null && typeof it === 'object' && !Array.isArray(it) ? it : { Body: text } } catch { return { Body: text } }
      })
      const kept = new Set(files.map((it) => String(it.ID || ''))), known = knownIn(commentDir)
      const current = Object.keys(known).length > 0 ? await server.comments() : []
      for (const { ID } of current) if (!kept.has(String(ID)) && known[ID]) await attempt('Deleting comment ' + ID, () => gone(server.removeComment(ID)))
      for (const it of files) if (!it.ID) await attempt('Creating comment', () => server.addComment(it.Body ?? ''))
    }
    if (faults.length > 0) fail(faults.join('; '))
  }

  const [mode, address, path, provider, skipVerify] = words
  const facts = { resource_type: 'pullrequest', mode }
  if (skipVerify === 'true') process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  async function main() {
    if (!URL.canParse(address)) fail('the url ' + address + ' of the pull request cannot be read')
    const url = new URL(address)
    const kind = provider || ['github', 'gitlab'].find((name) => url.hostname.includes(name))
    const make = { github, gitlab }[kind] ?? fail(provider ? 'the provider ' + provider + ' is unknown; it is github or gitlab' : 'unable to guess scm provider from url: ' + address + '; add the param provider (github or gitlab)')
    log('info', 'RUNNING ' + mode.toUpperCase() + '!', facts)
    await (mode === 'download' ? download : upload)(make(url), path)
  }
  main().catch((cause) => fail(cause.message))
`);

/** Which request, and where its files are. */
export interface PullRequest {
  readonly mode: 'download' | 'upload';
  /** Address of the request's page. */
  readonly url: string;
  readonly path: string;
  /** `github` or `gitlab`; empty: guessed from the address. */
  readonly provider: string;
  readonly skipTlsVerify: boolean;
}

/** @returns command and arguments of the step */
export const pullRequest = ({ mode, url, path, provider, skipTlsVerify }: PullRequest): readonly string[] =>
  nodeCommand(`${SERVERS}\n${FILES}`, [mode, url, path, provider, String(skipTlsVerify)]);
