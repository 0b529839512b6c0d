/**
 * Explanations of problems of this machine: in serving a source, storing a cluster's data and running steps.
 *
 * Separate from `file-problems.ts`, since these are not problems of manifests. The types require an entry for each code
 * that the packages below can throw.
 */

import type { ClusterErrorCode, RuntimeProblem } from '@pipewright/cluster';
import type { SourceCode } from '../git-server/source-error.js';
import { commands } from './example.js';
import type { Explanation } from './explanation.js';

const SOURCES: Readonly<Record<SourceCode, Explanation>> = {
  GIT_MISSING: {
    severity: 'error',
    title: 'git is not installed',
    why: 'Pipewright uses git to serve a directory that replaces a repository.',
    fix: 'Install git, or correct PATH.',
    example: commands('PATH=/opt/tools pipewright run --source app=.', 'pipewright run --source app=.'),
  },
  SOURCE_MISSING: {
    severity: 'error',
    title: 'The directory of a source does not exist',
    why: 'The directory replaces a Git repository; without it no files can be checked out.',
    fix: 'Pass a directory that exists.',
    example: commands('pipewright run --source app=../ap', 'pipewright run --source app=../app'),
  },
  SOURCE_NOT_A_DIRECTORY: {
    severity: 'error',
    title: 'The directory of a source is a file',
    why: 'Only a directory can replace a Git repository.',
    fix: 'Pass the directory that contains the file.',
    example: commands('pipewright run --source app=../app/main.go', 'pipewright run --source app=../app'),
  },
  SOURCE_UNREADABLE: {
    severity: 'error',
    title: 'git cannot read the directory of a source',
    why: 'The repository is damaged or empty, or the user may not read its files.',
    fix: 'Run `git status` there. An empty repository needs a first commit.',
    example: commands(
      'git init ../app; pipewright run --source app=../app',
      'git init ../app; git -C ../app commit --allow-empty -m First; pipewright run --source app=../app',
    ),
  },
  REVISION_INVALID: {
    severity: 'error',
    title: 'A revision is not a valid Git revision',
    why: 'Names of branches and tags do not contain spaces or `..`, and do not begin with a dash.',
    fix: 'Use a branch, a tag or a commit id.',
    example: {
      wrong: 'params:\n- name: revision\n  value: feature/../main\n',
      right: 'params:\n- name: revision\n  value: main\n',
    },
  },
  REVISION_UNKNOWN: {
    severity: 'error',
    title: 'A source has no such revision',
    why: 'The directory that replaces the repository has no branch, tag or commit of that name.',
    fix: 'Use a revision that the hint lists, or fetch the missing one: `git fetch origin NAME:NAME`.',
    example: {
      wrong: 'params:\n- name: revision\n  value: v1.O\n',
      right: 'params:\n- name: revision\n  value: v1.0\n',
    },
  },
};

const CLUSTER: Readonly<Record<ClusterErrorCode, Explanation>> = {
  PORT_TAKEN: {
    severity: 'error',
    title: 'A port is in use',
    why: 'Another process, for example another `pipewright up`, uses the port.',
    fix: 'Use another port; 0 selects a free one.',
    example: commands('pipewright up --port 6443', 'pipewright up --port 0'),
  },
  CANNOT_LISTEN: {
    severity: 'error',
    title: 'Cannot listen on the address',
    why: 'The address does not belong to this machine, or the user may not use the port.',
    fix: 'Use another host or port; ports below 1024 require root.',
    example: commands('pipewright up --port 443', 'pipewright up --port 6443'),
  },
  DATA_DIR_IN_USE: {
    severity: 'error',
    title: 'A data directory is in use',
    why: 'Two processes that write to one data directory would corrupt it.',
    fix: 'Stop the process that the message names, or use another directory.',
    example: commands(
      'pipewright up --data-dir data & pipewright up --data-dir data',
      'pipewright up --data-dir data & pipewright up --data-dir other',
    ),
  },
  DATA_DIR_DAMAGED: {
    severity: 'error',
    title: 'A file of a data directory is damaged',
    why: 'A checksum does not match, or a file is missing: the disk failed, or something else changed the file.',
    fix: 'Restore a copy of the whole directory, or start with an empty one.',
    example: commands(
      'cp backup/log data/; pipewright up --data-dir data',
      'cp -r backup data; pipewright up --data-dir data',
    ),
  },
  DATA_DIR_VERSION: {
    severity: 'error',
    title: 'A data directory has another format',
    why: 'Another version of Pipewright wrote it.',
    fix: 'Use the version that wrote it, or start with an empty directory.',
    example: commands('pipewright up --data-dir old', 'pipewright up --data-dir new'),
  },
  DATA_DIR_UNUSABLE: {
    severity: 'error',
    title: 'A data directory cannot be read or written',
    why: "The usual reasons are permissions, a full disk and a read-only file system; the message contains the system's error.",
    fix: 'Correct the cause in the message, or use another directory.',
    example: commands('pipewright up --data-dir /proc/data', 'pipewright up --data-dir ~/pipewright-data'),
  },
  DATA_DIR_TOO_LARGE: {
    severity: 'error',
    title: 'A data directory contains more than fits into memory',
    why: 'The embedded cluster keeps all objects in memory.',
    fix: 'Increase the memory limit of the process.',
    example: commands(
      'pipewright up --data-dir data',
      'NODE_OPTIONS=--max-old-space-size=8192 pipewright up --data-dir data',
    ),
  },
  DATA_DIR_NOT_SAVED: {
    severity: 'error',
    title: 'Not all changes could be saved',
    why: 'The disk is full, or failed while the cluster stopped. All acknowledged changes before that are saved.',
    fix: 'Free disk space, or replace the disk, and start again.',
    example: commands('pipewright up --data-dir /full/data', 'pipewright up --data-dir /other/data'),
  },
  DIRECTORY_NOT_PRIVATE: {
    severity: 'error',
    title: 'Another user could replace the files of a directory',
    why: 'Secrets, tokens and logs are kept there.',
    fix: 'Use a directory of your own.',
    example: commands('TMPDIR=/home/other/tmp pipewright run', 'TMPDIR=$HOME/tmp pipewright run'),
  },
  CRD_REFUSED: {
    severity: 'error',
    title: 'The cluster rejects a CustomResourceDefinition',
    why: 'A definition that the cluster loads at startup is invalid; the message names its fields.',
    fix: 'Correct the definition.',
    example: { wrong: 'spec:\n  scope: Namespace\n', right: 'spec:\n  scope: Namespaced\n' },
  },
};

const RUNTIME: Readonly<Record<RuntimeProblem['code'], Explanation>> = {
  SANDBOX_NOT_LINUX: {
    severity: 'error',
    title: 'The sandbox needs Linux',
    why: 'Steps run in Linux namespaces.',
    fix: 'Run inside a Linux virtual machine. `--runtime fake` shows the order of the tasks anywhere, without running steps.',
    example: commands('pipewright run', 'pipewright run --runtime fake'),
  },
  SANDBOX_NO_PROGRAM: {
    severity: 'error',
    title: 'A program that the sandbox needs is not installed',
    why: 'Namespaces are created with util-linux, or with bubblewrap if it is selected.',
    fix: 'Install the programs that the message names.',
    example: commands('pipewright run', 'apt-get install util-linux mount coreutils; pipewright run'),
  },
  SANDBOX_NO_NAMESPACES: {
    severity: 'error',
    title: 'The kernel does not allow namespaces',
    why: 'A kernel setting, AppArmor, or the container in which the command runs does not allow ordinary users to create them.',
    fix: 'Follow one of the hints, which depend on the detected restriction.',
    example: commands('docker run node:20 npx pipewright run', 'docker run --privileged node:20 npx pipewright run'),
  },
  SANDBOX_NO_PROCESSES: {
    severity: 'error',
    title: 'No more processes can be started',
    why: 'The limit of the user or of the container is reached.',
    fix: 'Raise the limit, or stop other processes of this user.',
    example: commands('ulimit -u 64; pipewright run', 'ulimit -u 4096; pipewright run'),
  },
};

/** Explanations by code. */
export const MACHINE_PROBLEMS: Readonly<Record<string, Explanation>> = { ...SOURCES, ...CLUSTER, ...RUNTIME };
