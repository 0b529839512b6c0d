import { afterEach, describe, expect, test } from '@jest/globals';
import { runProgram } from '../src/program.js';
import { folderWith, recorded } from './cli.js';

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));

/** What `pipewright lint` prints of a folder with these files, without the folder's name. */
async function lint(files: Readonly<Record<string, string>>, names: readonly string[] = ['']) {
  const { path, done } = folderWith(files);
  folders.push(done);
  const output = recorded();
  await runProgram(['lint', ...names.map((name) => `${path}/${name}`)], output);
  return output.out().replaceAll(`${path}/`, '') + output.err();
}

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

describe('lint', () => {
  test('says where the other of two objects stands that have one name', async () => {
    const a = `${configMap('one')}---\n${configMap('two')}`;
    expect(await lint({ 'a.yaml': a, 'b/c.yaml': configMap('two') }))
      .toBe(`b/c.yaml:4:9  error  OBJECT_TWICE  there are two objects ConfigMap 'two'
  hint: remove one of them, or give it another name; the other is at a.yaml:9:9
1 error (3 objects checked)
`);
  });

  test('says of a file of stand-ins that it belongs to --config', async () => {
    expect(await lint({ 'pipewright.yaml': 'images:\n  golang: host\n' }, ['pipewright.yaml']))
      .toBe(`pipewright.yaml:1:1  error  NOT_AN_OBJECT  these are stand-ins for a machine, and no manifest
    1 | images:
  hint: give the file to \`run\` or \`up\` with --config, and name the manifests here
1 error (0 objects checked)
`);
  });
});
