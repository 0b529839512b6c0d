import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { HostFileCache } from '../../../src/runtime/host/host-files.js';
import { MergedDirectories } from '../../../src/runtime/sandbox/merged-directory.js';
import { planSandbox } from '../../../src/runtime/sandbox/sandbox-plan.js';
import { specIn } from '../../support/sandbox-container.js';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

const overlay = join(folder, 'overlay');
mkdirSync(join(overlay, 'usr/local/bin'), { recursive: true });
mkdirSync(join(overlay, 'etc'));
writeFileSync(join(overlay, 'usr/local/bin/gsutil'), '#!/bin/sh\n');
writeFileSync(join(overlay, 'etc/passwd'), 'me\n');

describe('files layered over the host are visible', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['in a directory of the host', '/usr', '/nowhere', [join(overlay, 'usr'), '/usr']],
    [
      'in a directory that is a mount point',
      '/usr/local/bin',
      '/usr/local/bin',
      [join(overlay, 'usr/local/bin'), '/usr/local/bin'],
    ],
    ['in a directory below a mount point', '/usr/local', '/usr/local', [join(overlay, 'usr/local'), '/usr/local']],
    ['in place of a file that is a mount point', '/etc/passwd', '/etc/passwd', [join(overlay, 'etc/passwd')]],
  ])('%s', (_, target, mounted, expected) => {
    const cache = {
      layers: new Map<string, string>(),
      merged: new MergedDirectories(),
      fileCache: new HostFileCache(),
      nodeProgram: process.execPath,
    };
    const spec = specIn(folder, ['/bin/sh'], { overlays: [overlay] });
    const { operations } = planSandbox(spec, { overlay: true, proc: 'mount' }, [{ target: mounted, flags: [] }], cache);
    const sources = operations.flatMap((operation) => {
      if (operation.kind === 'overlay' && operation.target === target) return operation.lowers;
      return operation.kind === 'bind' && operation.target === target ? [operation.source] : [];
    });
    expect(sources).toEqual(expected);
  });
});
