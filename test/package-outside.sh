#!/usr/bin/env bash
# Installs the three packages that `npm pack` makes into a fresh project outside this repository, with nothing but the npm
# registry, and uses them there on Node 20, 22 and 24: type check, synth, lint, a run, and tests with jest and with Node's own
# runner. Needs the registry; .ci/run runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
for folder in . packages/cli packages/testing; do
  (cd $folder && npm pack --silent --ignore-scripts=false --pack-destination "$place" >"$place/pack.log" 2>&1) ||
    { cat "$place/pack.log"; exit 1; }
done
cp -r test/package-outside "$place/project"
cd "$place/project"

npm install --silent --no-audit --no-fund "$place"/*.tgz \
  cdk8s@2.70.106 cdk8s-plus-27@2.9.5 constructs@10.8.1 \
  jest@30.5.2 @jest/globals@30.5.2 @swc/core@1.16.18 @swc/jest@0.2.39 tsx@4.23.15 typescript@6.0.3 @types/node@20.19.43
[[ $(ls node_modules/@pipewright) == $'cli\ntesting' && ! -e node_modules/pipewright/packages ]] ||
  { echo 'packages that are not published were installed' >&2; exit 1; }
echo "installed: $(du -shc node_modules/pipewright node_modules/@pipewright | tail -1 | cut -f1) of our own"

npx tsc -p .
for version in 20 22 24; do
  node=$(npm exec --yes --package "node@$version" -- node -p process.execPath)
  [[ $("$node" -p 'process.versions.node.split(".")[0]') == "$version" ]]
  PATH="$(dirname "$node"):$PATH" bash use.sh >use.log 2>&1 || { cat use.log; echo "FAILED on Node $version" >&2; exit 1; }
  echo "$("$node" --version): $(tail -1 use.log)"
done
