/** Calls the two programs of a pullRequest resource, which exchange a pull or merge request with files. */

import { nodeCommand } from '../node-command.js';
import type { Scripts } from '../scripts.js';

/** A pull or merge request, and the directory of its files. */
export interface PullRequest {
  readonly mode: 'download' | 'upload';
  /** The address of the request's page. */
  readonly url: string;
  readonly path: string;
  /** `github` or `gitlab`; empty to derive it from the address. */
  readonly provider: string;
  readonly skipTlsVerify: boolean;
}

/** Returns the command and arguments of the step. */
export const pullRequest = (
  scripts: Scripts,
  { mode, url, path, provider, skipTlsVerify }: PullRequest,
): readonly string[] =>
  nodeCommand(scripts, `${mode}-pull-request.mjs`, [mode, url, path, provider, String(skipTlsVerify)]);
