#!/bin/sh
# Runs gsutil after checking the location: LOCATION GSUTIL_ARGUMENT...
#
# gsutil takes its account from gcloud, so the key in GOOGLE_APPLICATION_CREDENTIALS is activated first. A location that
# gsutil would read as an option is rejected.

case $1 in -*) echo "The storage location $1 starts with a dash; it must be a url, as gs://bucket/path" >&2; exit 1 ;; esac
shift
if [ -n "$GOOGLE_APPLICATION_CREDENTIALS" ] && command -v gcloud >/dev/null; then
  echo "GOOGLE_APPLICATION_CREDENTIALS is set, activating the service account"
  gcloud auth activate-service-account --key-file="$GOOGLE_APPLICATION_CREDENTIALS" || exit
fi
exec gsutil "$@"
