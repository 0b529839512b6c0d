#!/usr/bin/env bash
# Installs the three packages of `npm run tarballs` in a new project outside this repository, with all other packages from the npm
# registry, and uses them on Node 20, 22 and 24: type check, synth, lint, a run, and tests with jest and with Node's own
# runner. Then does the same in a project of `cdk8s init typescript-app`, with its versions of the compiler, ts-node and ts-jest, and
# installs the library from a git URL. Needs the registry; .ci/run runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
npm run --silent tarballs -- "$place"
cp -r test/package-outside "$place/project"
repository=$PWD
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

# The project of `cdk8s init typescript-app` (its own installation also downloads the schema of Kubernetes from github.com).
cp -r "$repository/node_modules/cdk8s-cli/templates/typescript-app" "$place/template"
cd "$place/template"
rm -r __snapshots__ .hooks.sscaff.js help
# shellcheck disable=SC2016 # the template has {{ $base }}
sed -i 's/{{ $base }}/template/; s/{{ cdk8s_core_version }}/2.70.106/; s/{{ cdk8s_plus_version }}/2.0.0/; s/{{ constructs_version }}/10.8.1/; s/{{ cdk8s_cli_spec }}/2.207.60/' package.json
cp "$repository"/test/cdk8s-init/* .
npm install --silent --no-audit --no-fund "$place"/*.tgz cdk8s-plus-27@2.9.5
npm run --silent compile
npm test --silent
npm run --silent synth -- --check-upgrade=false >/dev/null
[[ $(npx pipewright lint dist) == 'no problems (4 objects checked)' ]]
echo "cdk8s init typescript-app: compiles with TypeScript $(npx tsc --version | cut -d' ' -f2), tests with ts-jest, synthesizes with ts-node"

mkdir "$place/from-git"
cd "$place/from-git"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "git+file://$repository" cdk8s@2.70.106 cdk8s-plus-27@2.9.5 constructs@10.8.1
node -e "if (typeof require('pipewright').TektonApp !== 'function') process.exit(1)"
echo 'installed from git: it can be imported'
