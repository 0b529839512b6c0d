/**
 * Moves files to and from Google Cloud Storage with the gsutil of a stock image, as the Google account that is named, if one is.
 *
 * The SDK's gsutil takes its account from gcloud alone, so the key that GOOGLE_APPLICATION_CREDENTIALS names is activated
 * first. A location that could be an option of gsutil is refused.
 */

import { compact } from './shell-text.js';

const SCRIPT = compact(`
  case $1 in -*) echo "The storage location $1 starts with a dash; it must be a url, as gs://bucket/path" >&2; exit 1 ;; esac
  shift
  if [ -n "$GOOGLE_APPLICATION_CREDENTIALS" ] && command -v gcloud >/dev/null; then
    echo "GOOGLE_APPLICATION_CREDENTIALS is set, activating the service account"
    gcloud auth activate-service-account --key-file="$GOOGLE_APPLICATION_CREDENTIALS" || exit
  fi
  exec gsutil "$@"
`);

/**
 * @param location the part of the arguments that a user wrote
 * @param args what gsutil is to do; wildcards are its own to expand
 * @returns command and arguments of the step
 */
export const gsutil = (location: string, args: readonly string[]): readonly string[] => [
  '/bin/sh',
  '-c',
  SCRIPT,
  'gsutil',
  location,
  ...args,
];
