#!/usr/bin/env bash
# Installs what `npm pack` makes into a fresh project outside this repository, from the npm registry, and uses it there:
# type check, synth, and a jest test with the matchers, on Node 20, 22 and 24. Needs the registry; .ci/run runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
tarball=$(npm pack --silent --ignore-scripts=false --pack-destination "$place")
cp -r test/package-outside "$place/project"
cd "$place/project"

npm install --silent --no-audit --no-fund "$place/$tarball" \
  cdk8s@2.70.106 cdk8s-plus-27@2.9.5 constructs@10.8.1 \
  jest@30.5.2 @jest/globals@30.5.2 typescript@6.0.3 @types/node@20.19.43
[[ ! -e node_modules/@pipewright && ! -e node_modules/pipewright/packages ]] || { echo 'packages/ was packed' >&2; exit 1; }
echo "installed: $(du -sh node_modules/pipewright | cut -f1) of our own"

npx tsc -p .
for version in 20 22 24; do
  node=$(npm exec --yes --package "node@$version" -- node -p process.execPath)
  [[ $("$node" -p 'process.versions.node.split(".")[0]') == "$version" ]]
  rm -rf dist
  "$node" build/main.js
  grep -qr '^kind: PipelineRun$' dist
  "$node" --experimental-vm-modules --no-warnings node_modules/jest/bin/jest.js --silent >jest.log 2>&1 || { cat jest.log; exit 1; }
  echo "$("$node" --version): synthesizes, and its tests pass"
done
