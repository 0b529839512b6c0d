/**
 * Calls node-login.sh, which adds the registry logins of a node to those of a task, in `$HOME/.docker/config.json`.
 *
 * A local cluster has a registry whose login is a file in every container, but tools read one file, the task's own.
 */

import { awkProgram, type Scripts } from '../scripts.js';
import { withArguments } from '../shell-text.js';

/**
 * Returns shell text for the entrypoint of the first step.
 *
 * @param file the node's docker config, as a path in the container
 */
export const nodeLoginScript = (scripts: Scripts, file: string): string =>
  withArguments(scripts['node-login.sh'], [awkProgram(scripts, 'json.awk', 'add-docker-logins.awk'), file]);
