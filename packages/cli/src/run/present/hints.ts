/** Hints for failures with a common cause. Pure. Other failures get no hint. */

import type { TaskTally } from './tally.js';

interface Row {
  readonly when: (task: TaskTally, text: string) => boolean;
  readonly hint: string;
}

const matches =
  (pattern: RegExp): Row['when'] =>
  (_, text) =>
    pattern.test(text);

const ROWS: readonly Row[] = [
  {
    when: matches(
      /could not resolve host|connection refused|failed to connect|network is unreachable|connection timed out/i,
    ),
    hint: 'the host is unreachable from this machine; use a directory for a git resource: --source RESOURCE=DIR',
  },
  {
    when: matches(/authentication failed|could not read username|401 unauthorized|invalid username or password/i),
    hint: 'the Secrets of the ServiceAccount were rejected; a Secret needs the annotation tekton.dev/git-0 or tekton.dev/docker-0 with the address',
  },
  {
    when: matches(
      /couldn't find remote ref|could not find remote (?:ref|branch)|unknown revision|pathspec .* did not match/i,
    ),
    hint: 'check the revision of the git PipelineResource: it must be a branch, tag or commit of that repository',
  },
  {
    when: matches(
      /repository .*(?:not found|does not exist)|does not appear to be a git repository|not a git repository/i,
    ),
    hint: 'check the url of the git PipelineResource, or give it a directory: --source RESOURCE=DIR',
  },
  {
    when: matches(/ErrImagePull|ImagePullBackOff|cannot be pulled|nothing stands in/i),
    hint: 'define a stand-in for the image: --image NAME=host, or in pipewright.yaml',
  },
  {
    when: matches(/didn't match Pod's node affinity|Insufficient \S|that the pod didn't tolerate/),
    hint: 'define labels and resources of the node in pipewright.yaml: `node: { labels: {...}, resources: {...} }`',
  },
  {
    when: matches(/CreateContainerConfigError|secret .* not found|configmap .* not found/i),
    hint: 'add a manifest with the missing object to the command',
  },
  {
    when: matches(/argument list too long/i),
    hint: 'an argument may have at most 128 KiB; write the value to a file of a workspace or ConfigMap, and read it in the step',
  },
  {
    when: ({ exitCode }, text) =>
      exitCode === 127 ||
      /StartError|executable file not found|fork\/exec \S+: no such file|the script's first line asks for/i.test(text),
    hint: 'the command is not in the image; on this machine, the step sees the files of the stand-in',
  },
  {
    when: ({ exitCode }, text) => exitCode === 126 || /fork\/exec \S+: permission denied/.test(text),
    hint: 'the file is not executable: chmod +x, and check its first line',
  },
  {
    when: ({ exitCode }) => exitCode === 137,
    hint: 'the step was killed: it used too much memory, or was stopped',
  },
];

/** Returns the hint for a failed task, or none. */
export function hintFor(task: TaskTally): readonly string[] {
  const text = `${task.reason} ${task.stepReason ?? ''} ${task.message} ${task.lastLines.join(' ')}`;
  const row = ROWS.find(({ when }) => when(task, text));
  return row ? [row.hint] : [];
}
