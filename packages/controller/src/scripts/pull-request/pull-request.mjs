/**
 * What the two programs of a pullRequest share. Their arguments are MODE URL DIRECTORY PROVIDER SKIP_TLS_VERIFY.
 *
 *     pr.json  head.json  base.json            its state; changes in them are not sent
 *     labels/NAME                              empty files: a new one adds a label, a removed one removes it
 *     comments/ID.json                         a removed one deletes the comment; any new file, JSON with a Body or text, is a new comment
 *     status/NAME.json                         State, Label, Desc, Target of a commit status; a new or changed State is sent
 *
 * Layout, field names and the rule that only downloaded labels and comments are removed (`.MANIFEST`) are Tekton's. The token is in the
 * environment (AUTH_TOKEN) and is sent only in a header.
 */

import { github } from './github.mjs';
import { gitlab } from './gitlab.mjs';
import { fail, log } from '../library/http.mjs';

export const MANIFEST = '.MANIFEST';

const [mode, address, target, provider, skipTlsVerify] = process.argv.slice(1);

/** Fields of every log line. */
export const facts = { resource_type: 'pullrequest', mode };

function connect() {
  if (!URL.canParse(address)) fail(`the url ${address} of the pull request cannot be read`);
  const url = new URL(address);
  const name = provider || ['github', 'gitlab'].find((each) => url.hostname.includes(each));
  const host = { github, gitlab }[name];
  if (host) return host(url);
  if (provider) fail(`the provider ${provider} is unknown; it is github or gitlab`);
  return fail(`unable to guess scm provider from url: ${address}; add the param provider (github or gitlab)`);
}

/** Runs a program with the requests about the pull request, and the directory of its files. */
export async function run(work) {
  if (skipTlsVerify === 'true') process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    const server = connect();
    log('info', `RUNNING ${mode.toUpperCase()}!`, facts);
    await work(server, target);
  } catch (error) {
    fail(error.message);
  }
}
