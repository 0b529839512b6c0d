#!/usr/bin/env bash
# The steps of a user in a project of their own. The last line reports what was done.
set -euo pipefail
rm -rf dist
node --import tsx main.ts
grep -q '^kind: PipelineRun$' dist/runs/ci.k8s.yaml
[[ $(npx pipewright lint dist) == 'no problems (5 objects checked)' ]]
sed 's/^  name: say$/  name: sai/' dist/ci.k8s.yaml >wrong.yaml # the Task, not those who refer to it
if npx pipewright lint wrong.yaml dist/runs; then echo 'lint found nothing wrong'; exit 1; fi
node --experimental-vm-modules --no-warnings node_modules/jest/bin/jest.js
node --import tsx --test ci.test.ts
status=0
npx pipewright run dist >run.log 2>&1 || status=$?
cat run.log
if [[ $status == 0 ]]; then
  grep -q '^\[ship : print\] shipped 1.4.0$' run.log
  echo 'synthesizes, lints, runs, and its tests pass'
else
  [[ $status == 3 ]] && grep -q 'hint: ' run.log # without a sandbox, the command says so
  echo 'synthesizes, lints, and its tests pass; pipelines cannot be run on this machine'
fi
