#!/bin/sh
# Fetches one git revision into a directory: URL REVISION PATH SUBMODULES DEPTH VERIFY MESSAGE_FILE
#
# Prints Tekton's own log line, then git's errors if it failed, and writes the commit into the termination message, which
# the controller reads. The url and the revision reach git only behind `--` or `--end-of-options`, and are never evaluated.
# shellcheck disable=SC2015 # `fail` exits: after A && B || fail, both A and B have succeeded

url=$1 revision=$2 path=$3 submodules=$4 depth=$5 verify=$6 message=$7
export GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:http:ssh:git
errors=$(mktemp 2>/dev/null || echo /tmp/git-errors)
ssh=$HOME/.ssh
if [ -f "$ssh/config" ]; then
  export GIT_SSH_COMMAND="ssh -F '$ssh/config' -o UserKnownHostsFile='$ssh/known_hosts' -o BatchMode=yes"
fi
log() {
  text=$3
  case $text in *[\\\"[:cntrl:]]*) text=$(printf %s "$text" | sed 's/[\\"]/\\&/g' | tr -d '\000-\037') ;; esac
  now=$(date +%s.%N)
  case $now in *[!0-9.]*) now=$(date +%s) ;; esac
  printf '{"level":"%s","ts":%s,"logger":"fallback-logger","caller":"git/git.go:%s","msg":"%s"}\n' "$1" "$now" "$2" "$text"
}
fail() { log error 53 "$1"; sed 's/^/git: /' "$errors" 2>/dev/null; exit 1; }
g() {
  git -c maintenance.auto=false -c protocol.ext.allow=never -c core.hooksPath=/dev/null -c advice.detachedHead=false -c safe.directory='*' -c http.sslVerify="$verify" "$@" 2>"$errors"
}
case $url in -*) : >"$errors"; fail "The git url $url starts with a dash; it must be a url" ;; esac
case $revision in -*) : >"$errors"; fail "The git revision $revision starts with a dash; it must be a branch, a tag or a commit" ;; esac

g init -q "$path" && cd "$path" || fail "Could not make a git repository in $path"
g remote add -- origin "$url" || g remote set-url -- origin "$url" || fail "Could not use the git url $url"
if [ "$depth" = 0 ]; then set --; else set -- --depth="$depth"; fi
if g fetch -q "$@" --no-recurse-submodules --end-of-options origin "$revision"; then
  g reset -q --hard FETCH_HEAD || fail "Could not check out $revision of $url in $path"
else
  # A server may refuse to serve a single commit or a short name: fetch everything, then look for it.
  refusal=$(cat "$errors")
  g fetch -q --tags --no-recurse-submodules origin '+refs/heads/*:refs/remotes/origin/*' ||
    fail "Could not read the git repository $url: it does not exist, or this account may not read it"
  commit=$(g rev-parse -q --verify --end-of-options "refs/remotes/origin/$revision^{commit}" ||
    g rev-parse -q --verify --end-of-options "$revision^{commit}") || {
    printf '%s\n' "$refusal" >"$errors"
    fail "The git repository $url has no revision $revision: no branch, tag or commit of that name"
  }
  g reset -q --hard "$commit" || fail "Could not check out $revision of $url in $path"
fi
log info 81 "Successfully cloned $url @ $revision in path $path"
if [ "$submodules" = true ]; then
  if [ -f .gitmodules ]; then
    g submodule -q update --init --recursive || fail "Could not fetch the submodules of $url"
  fi
  log info 109 "Successfully initialized and updated submodules in path $path"
fi
commit=$(g rev-parse HEAD) || fail "Could not read the commit in $path"
printf '[{"name":"","digest":"","key":"commit","value":"%s","resourceRef":{}}]' "$commit" >"$message"
