/** Errors of data directories. They name the damaged file and record, and the remedy. */

import { types } from 'node:util';
import { ClusterError, systemCode } from '../../platform/cluster-error.js';
import type { ReadResult } from './record.js';

const RESTORE = 'restore the whole directory from a copy, or start with an empty directory';

/** The version of the file format. */
export const FORMAT_VERSION = 1;

/** Returns the error for a damaged file. */
export const damaged = (path: string, reason: string): ClusterError =>
  new ClusterError('DATA_DIR_DAMAGED', `${path} is damaged: ${reason}`, RESTORE);

/** Returns the error for a damaged record. */
export const damagedRecord = (path: string, { cursor, kind }: ReadResult): ClusterError => {
  const reason = {
    end: 'is missing: the file ends before it',
    incomplete: 'is incomplete',
    checksum: 'has a wrong checksum',
    size: 'is larger than any record',
  }[kind];
  return damaged(path, `record ${cursor.number + 1} at byte ${cursor.offset} ${reason}`);
};

/** Returns the error for a missing file. */
export const missing = (path: string, needs: string): ClusterError =>
  new ClusterError('DATA_DIR_DAMAGED', `${path} is missing: ${needs}`, RESTORE);

/** Returns the error for a file with an unknown format version. */
export const unknownVersion = (path: string, version: unknown): ClusterError =>
  new ClusterError(
    'DATA_DIR_VERSION',
    `${path} has format version ${JSON.stringify(version)}; this version of Pipewright reads version ${FORMAT_VERSION}`,
    'use the version of Pipewright that wrote the directory, or start with an empty directory',
  );

/** Returns the error for a directory that is unusable for a reason other than damage. */
export function unusable(directory: string, cause: unknown): unknown {
  if (cause instanceof ClusterError || systemCode(cause) === '') return cause;
  const message = `cannot use the data directory ${directory}: ${reasonOf(cause)}`;
  return new ClusterError('DATA_DIR_UNUSABLE', message, remedyOf(cause), { cause });
}

/** Describes a disk failure, with the system's message. */
export function reasonOf(cause: unknown): string {
  const message = types.isNativeError(cause) ? cause.message : String(cause); // errors may come from another realm
  switch (systemCode(cause)) {
    case 'ENOSPC':
      return `the disk is full (${message})`;
    case 'EDQUOT':
      return `the disk quota is used up (${message})`;
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return `it is not writable (${message})`;
    default:
      return message;
  }
}

/** Returns the remedy for a disk failure. */
export function remedyOf(cause: unknown): string {
  switch (systemCode(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'free space on the disk';
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return 'make the directory writable for this user, or name another directory';
    case 'EEXIST':
    case 'ENOENT':
    case 'ENOTDIR':
      return 'name a directory that exists, and do not remove it while it is in use';
    default:
      return 'check the disk';
  }
}

/** Returns the error for a directory written before format 1, which no release did. */
export const unsupportedFiles = (directory: string, names: readonly string[]): ClusterError =>
  new ClusterError(
    'DATA_DIR_VERSION',
    `${directory} holds ${names.join(' and ')}, the format of a development version, which this version does not read`,
    'export the objects with the version that wrote the directory, or start with an empty directory',
  );
