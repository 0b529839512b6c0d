/** Translates the workspace bindings of a run to the factories of `Workspace`. */

import type { WorkspaceBinding } from '@pipewright/tekton';
import { objectLiteral, stringLiteral, type Block, type Code } from './code.js';
import { NotExpressible, requireOnlyFields } from './not-expressible.js';
import type { Imports, Program } from './program.js';
import { kubernetesValue } from './values.js';

/** Returns the workspace bindings of a run, by name. */
export const workspaceBindings = (bound: readonly WorkspaceBinding[], program: Program): Block => {
  const workspace = program.construct('Workspace');
  return objectLiteral(
    Object.fromEntries(bound.map((it) => [it.name, [`${workspace}.`, volumeCode(it, program.imports)]])),
  );
};

/** Returns the volume of a workspace. Only a persistentVolumeClaim may have a subPath. */
function volumeCode({ name, subPath, ...sources }: WorkspaceBinding, imports: Imports): Code {
  const { persistentVolumeClaim, emptyDir, configMap, secret, ...others } = sources;
  const given = [persistentVolumeClaim, emptyDir, configMap, secret].filter((it) => it);
  if (given.length !== 1 || Object.keys(others).length > 0) {
    throw new NotExpressible(`the workspace "${name}" needs one claim, emptyDir, configMap or secret`);
  }
  if (persistentVolumeClaim) {
    const { claimName, ...rest } = persistentVolumeClaim;
    requireOnlyFields(rest, [], `the claim of the workspace "${name}"`);
    const directory = subPath === undefined ? '' : `, ${stringLiteral(subPath)}`;
    return `claim(${stringLiteral(requireName(claimName, name))}${directory})`;
  }
  if (subPath !== undefined) throw new NotExpressible(`the workspace "${name}" has a subPath but no claim`);
  const call = (factory: string, first: string | undefined, options: object): Code => {
    const more = kubernetesValue(options, imports);
    const given = [
      first === undefined ? [] : [stringLiteral(first)],
      Object.keys(options).length > 0 ? [more] : [],
    ].flat();
    return [`${factory}(`, ...given.flatMap((it, index) => (index > 0 ? [', ', it] : [it])), ')'];
  };
  if (emptyDir) return call('emptyDirectory', undefined, emptyDir);
  if (configMap) {
    const { name: map, ...options } = configMap;
    return call('configMap', requireName(map, name), options);
  }
  const { secretName, ...options } = secret ?? {};
  return call('secret', requireName(secretName, name), options);
}

function requireName(name: string | undefined, workspace: string): string {
  if (name === undefined) throw new NotExpressible(`the volume of the workspace "${workspace}" has no name`);
  return name;
}
