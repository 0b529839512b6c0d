#!/bin/sh
# Makes a cluster that can reach neither GitHub nor Docker Hub ready for the article, without touching its manifests.
#
#   LAB="<command>" LAB_HOST=<address> LAB_REGISTRY=<host:port> examples/article/lab/prepare.sh
#
#   LAB            a command whose `image DIR NAME` builds DIR/Dockerfile and pushes it under NAME to the cluster's registry
#   LAB_HOST       this machine's address, as pods see it
#   LAB_REGISTRY   the registry that docker.io is to mean, as pods see it, over plain http
#
# It pushes three images: aiyijing/kaniko-init, aiyijing/kubectl, and pipewright/article-git (the controller's git image, which has
# the repository's address rewritten). Then it serves examples/article/source with `git daemon` until it is interrupted; `-c` only
# prints the commit and prepares, without serving.
set -eu

: "${LAB:?a command with an image subcommand}" "${LAB_HOST:?this machine as pods see it}" "${LAB_REGISTRY:?host:port}"
here=$(cd "$(dirname "$0")/.." && pwd)
port=${GIT_PORT:-9418}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# One commit that depends on the files alone: the same identity, date and settings as the local run uses.
repository=$work/repositories/nginx.git
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git init --quiet --bare --template= "$repository"
git --git-dir="$repository" --work-tree="$here/source" -c core.autocrlf=false -C "$here/source" add --all
tree=$(git --git-dir="$repository" write-tree)
export GIT_AUTHOR_NAME=Pipewright GIT_AUTHOR_EMAIL=pipewright@localhost GIT_AUTHOR_DATE='946684800 +0000'
export GIT_COMMITTER_NAME=Pipewright GIT_COMMITTER_EMAIL=pipewright@localhost GIT_COMMITTER_DATE='946684800 +0000'
commit=$(echo 'The working copy as it is' | git --git-dir="$repository" commit-tree "$tree")
git --git-dir="$repository" update-ref refs/heads/master "$commit"

for name in kaniko-init kubectl git; do
  mkdir -p "$work/$name"
  cp "$here/lab/$name/Dockerfile" "$work/$name/"
  if [ -d "$here/images/$name" ]; then cp -R "$here/images/$name" "$work/$name/overlay"; fi
done
cp "$(node -p process.execPath)" "$work/kaniko-init/node"
cp -R "$here/../../packages/cli/image-builder" "$work/kaniko-init/overlay/kaniko"
cat >"$work/kaniko-init/registries.conf" <<CONF
[[registry]]
prefix = "docker.io"
location = "$LAB_REGISTRY"
insecure = true
CONF
cat >"$work/git/gitconfig" <<CONF
[url "git://$LAB_HOST:$port/nginx.git"]
	insteadOf = "https://github.com/aiyijing/nginx.git"
CONF

$LAB image "$work/kaniko-init" aiyijing/kaniko-init
$LAB image "$work/kubectl" aiyijing/kubectl
$LAB image "$work/git" pipewright/article-git
echo "$commit"
[ "${1:-}" = -c ] && exit 0

git daemon --reuseaddr --port="$port" --base-path="$work/repositories" --export-all "$work/repositories" &
daemon=$!
trap 'kill "$daemon" 2>/dev/null; rm -rf "$work"' EXIT
echo "serving $here/source as git://$LAB_HOST:$port/nginx.git; Ctrl-C ends it" >&2
wait "$daemon"
