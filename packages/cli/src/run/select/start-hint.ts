/** The command that runs a Pipeline or Task of manifests that have no run. Pure. */

import { listAt, textAt, type JsonObject } from '../../json.js';
import type { Manifest } from '../../manifests/load.js';
import { commandLine } from '../../terminal/shell-words.js';

/** Returns the command for the first Pipeline, or the first Task where there is none. */
export function howToStart(manifests: readonly Manifest[], paths: readonly string[]): string {
  const ofKind = (kind: string): readonly JsonObject[] =>
    manifests.map(({ object }) => object).filter((object) => textAt(object, 'kind') === kind);
  const [pipeline] = ofKind('Pipeline');
  const [task] = ofKind('Task');
  const started = pipeline ?? task;
  const name = textAt(started, 'metadata', 'name');
  if (started === undefined || name === undefined) return 'name the file that has one, after the others';
  const lists = (what: string): readonly string[][] =>
    pipeline
      ? [['spec', what]]
      : [['spec', 'inputs', what], ...(what === 'params' ? [['spec', what]] : [['spec', 'outputs', what]])];
  const declared = (what: string): readonly (readonly [string, JsonObject])[] =>
    lists(what).flatMap((path) =>
      listAt(started, ...path).flatMap((each) => {
        const own = textAt(each, 'name');
        return own === undefined ? [] : [[own, each as JsonObject] as const]; // it has a field
      }),
    );
  const params = declared('params').flatMap(([param, spec]) =>
    spec['default'] === undefined ? ['-p', `${param}=${textAt(spec, 'type') === 'array' ? 'ITEM,ITEM' : 'VALUE'}`] : [],
  );
  const known = ofKind('PipelineResource').map((object) => textAt(object, 'metadata', 'name'));
  const resources = declared('resources').flatMap(([resource, spec]) =>
    known.includes(resource) || spec['optional'] === true ? [] : ['--resource', `${resource}=PIPELINERESOURCE`],
  );
  const words = ['pipewright', 'run', ...paths, pipeline ? '--pipeline' : '--task', name, ...params, ...resources];
  return `run the ${pipeline ? 'Pipeline' : 'Task'} ${name} without one: ${commandLine(words)}`;
}
