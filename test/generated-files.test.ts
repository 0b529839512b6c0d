/** A synth removes files that an earlier synth of the same app wrote, and no others, regardless of other changes. */

import * as fs from 'node:fs';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ApiObject, Chart } from 'cdk8s';
import fc from 'fast-check';
import { TektonApp, type TektonAppProps } from '../lib/index.js';
import { appName, textDigest, formatList, isListName, listName, parseList } from '../lib/app/generated-files.js';
import { writeOutput, type FileSystem } from '../lib/app/output-directory.js';
import { programName } from '../lib/app/program-name.js';

let work = '';
let dist = '';
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'pipewright-generated-'));
  dist = join(work, 'dist');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const filesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
const namesIn = (folder = dist): string[] => Object.keys(filesIn(folder)).filter((name) => !isListName(name));

const put = (name: string, text: string): void => {
  mkdirSync(dirname(join(dist, name)), { recursive: true });
  writeFileSync(join(dist, name), text);
};

/** Creates an app with a ConfigMap in each chart. */
function synth(charts: Readonly<Record<string, string>>, props: TektonAppProps = {}): void {
  const app = new TektonApp({ outdir: dist, appName: 'main', showWarnings: false, ...props });
  for (const [name, data] of Object.entries(charts)) {
    new ApiObject(new Chart(app, name), 'map', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { data },
    });
  }
  app.synth();
}

/** Writes the output of one app, without other apps of this process. */
const generate = (app: string, files: Readonly<Record<string, string>>, disk?: FileSystem): readonly string[] =>
  writeOutput(
    {
      directory: dist,
      directories: [dist],
      app,
      files: Object.entries(files).map(([name, text]) => ({ path: join(dist, name), text })),
      isKept: () => false,
    },
    disk,
  );

describe('a synth', () => {
  test('lists the files that it has written in the format of sha256sum', () => {
    generate('ci', { 'b.k8s.yaml': 'b\n', 'runs/a.k8s.yaml': 'a\n' });

    const { '_generated-files.ci.txt': list = '' } = filesIn(dist);
    expect(list.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      '0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f  b.k8s.yaml',
      '87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7  runs/a.k8s.yaml',
      '',
    ]);
  });

  test('removes files that an earlier synth of the same app has written, and empty directories', () => {
    generate('main', { 'old.k8s.yaml': 'old', 'runs/old.k8s.yaml': 'old', 'stays.k8s.yaml': 'one' });
    generate('main', { 'new.k8s.yaml': 'new', 'stays.k8s.yaml': 'two' });

    expect(namesIn()).toEqual(['new.k8s.yaml', 'stays.k8s.yaml']);
    expect(fs.existsSync(join(dist, 'runs'))).toBe(false);
  });

  test('removes all files and the list if no file is generated any more', () => {
    generate('main', { 'old.k8s.yaml': 'old' });
    generate('main', {});

    expect(readdirSync(dist)).toEqual([]);
  });

  test.each<[string, () => void, string]>([
    ['that is not on its list', () => put('mine.yaml', 'mine'), 'mine.yaml'],
    ['that has been changed', () => put('old.k8s.yaml', 'old, and a line of mine'), 'old.k8s.yaml'],
    [
      'that has become a link',
      () => {
        writeFileSync(join(work, 'elsewhere'), 'old');
        rmSync(join(dist, 'old.k8s.yaml'));
        symlinkSync(join(work, 'elsewhere'), join(dist, 'old.k8s.yaml'));
      },
      'old.k8s.yaml',
    ],
    ['that another app lists too', () => void generate('other', { 'old.k8s.yaml': 'old' }), 'old.k8s.yaml'],
  ])('keeps a file %s', (_, change, name) => {
    generate('main', { 'old.k8s.yaml': 'old' });
    change();
    generate('main', { 'new.k8s.yaml': 'new' });

    expect(namesIn()).toEqual([name, 'new.k8s.yaml'].toSorted());
  });

  test('keeps a file outside its directories, even if it is listed', () => {
    writeFileSync(join(work, 'precious.k8s.yaml'), 'precious');
    put(listName('main'), formatList(new Map([['../precious.k8s.yaml', [textDigest('precious')]]])));
    generate('main', {});

    expect(namesIn(work)).toEqual(['precious.k8s.yaml']);
  });

  test('removes a file whose line ends git has changed', () => {
    generate('main', { 'old.k8s.yaml': 'a: 1\nb: 2\n' });
    put('old.k8s.yaml', 'a: 1\r\nb: 2\r\n');
    generate('main', { 'new.k8s.yaml': 'new' });

    expect(namesIn()).toEqual(['new.k8s.yaml']);
  });

  test('reports changed files that it keeps at every synth', () => {
    generate('main', { 'old.k8s.yaml': 'old' });
    put('old.k8s.yaml', 'mine');
    const left = [join(dist, 'old.k8s.yaml')];

    expect([generate('main', {}), generate('main', {})]).toEqual([left, left]);
    rmSync(join(dist, 'old.k8s.yaml'));
    expect(generate('main', {})).toEqual([]);
    expect(readdirSync(dist)).toEqual([]);
  });

  test('writes the same files to an empty directory, as after the cdk8s CLI, and to any other', () => {
    generate('main', { 'old.k8s.yaml': 'old', 'runs/old.k8s.yaml': 'old', 'stays.k8s.yaml': 'one' });
    generate('main', { 'new.k8s.yaml': 'new', 'stays.k8s.yaml': 'two' });
    const over = filesIn(dist);
    rmSync(dist, { recursive: true });
    generate('main', { 'new.k8s.yaml': 'new', 'stays.k8s.yaml': 'two' });

    expect(over).toEqual(filesIn(dist));
  });
});

describe('TektonApp', () => {
  test('keeps the files of another app of the same program, and lists both', () => {
    synth({ one: '1' });
    synth({ two: '2' });

    expect(namesIn()).toEqual(['one.k8s.yaml', 'two.k8s.yaml']);
    const list = parseList(readFileSync(join(dist, listName('main')), 'utf8'));
    expect([...list.keys()]).toEqual(['one.k8s.yaml', 'two.k8s.yaml']);
  });

  test('removes its own files when it is synthesized again', () => {
    const app = new TektonApp({ outdir: dist, appName: 'main', showWarnings: false });
    const metadata = { name: 'map' };
    new ApiObject(new Chart(app, 'stays'), 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    new ApiObject(new Chart(app, 'goes'), 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } });
    app.synth();
    app.node.tryRemoveChild('goes');
    app.synth();

    expect(namesIn()).toEqual(['stays.k8s.yaml']);
  });

  test('warns about a changed file that it keeps', () => {
    put('old.k8s.yaml', 'mine');
    put(listName('main'), formatList(new Map([['old.k8s.yaml', [textDigest('old')]]])));
    const said: unknown[] = [];
    const spy = jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(text) > 0);
    synth({ new: '1' }, { showWarnings: true });
    spy.mockRestore();

    expect(said.join('')).toMatch(
      /^warning: .*dist\/old\.k8s\.yaml is no longer generated, but is kept because it has been changed\n$/,
    );
  });
});

describe('the name of a list', () => {
  test.each([
    ['my-pipelines/main.ts', '_generated-files.my-pipelines.main.txt'],
    ['@acme/ci/src/main.mts', '_generated-files.acme.ci.src.main.txt'],
    ['my pipelines/main.js', '_generated-files.my-pipelines.main.txt'],
    ['..', '_generated-files.app.txt'],
  ])('of %s is %s', (program, list) => {
    expect(listName(appName(program))).toBe(list);
    expect(isListName(list)).toBe(true);
  });

  test('has no extension that kubectl, kustomize, Argo CD or Flux applies, and a prefix that Helm does not render', () => {
    expect(listName('main')).toMatch(/^_[^/]*(?<!\.(yaml|yml|json|jsonnet|libsonnet))$/);
  });

  test('depends on the program and its package, not on the directory of the checkout or of the start', () => {
    for (const place of ['one', 'two/deeper']) {
      mkdirSync(join(work, place, 'src'), { recursive: true });
      writeFileSync(join(work, place, 'package.json'), '{ "name": "@acme/ci" }');
      writeFileSync(join(work, place, 'src/main.ts'), '');
      expect(programName(join(work, place, 'src/main.ts'))).toBe('@acme/ci/src/main.ts');
    }
    expect([programName(undefined), programName(join(work, 'none.ts'))]).toEqual(['app', 'app']);
  });
});

/** Returns a disk that fails from the given call on, as for a killed process. */
function failingAt(call: number): { readonly disk: FileSystem; readonly failed: () => boolean } {
  let calls = 0;
  const disk = Object.fromEntries(
    Object.entries(fs).map(([name, real]: [string, unknown]) => [
      name,
      typeof real !== 'function'
        ? real
        : (...given: readonly unknown[]): unknown => {
            calls += 1;
            if (calls >= call) throw new Error('killed');
            return (real as (...args: readonly unknown[]) => unknown)(...given); // Node's own function
          },
    ]),
  ) as unknown as FileSystem; // the same functions, which count
  return { disk, failed: () => calls >= call };
}

const name = fc.constantFrom('a.k8s.yaml', 'b.k8s.yaml', 'c.k8s.yaml', 'runs/a.k8s.yaml', 'runs/b.k8s.yaml');
const text = fc.constantFrom('one', 'two', 'three');
const generated = fc.dictionary(name, text, { maxKeys: 4 });
const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('synth' as const), app: fc.constantFrom('main', 'other'), generated }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('killed' as const),
      app: fc.constantFrom('main', 'other'),
      generated,
      call: fc.nat({ max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit' as const), name, text: fc.constant('by hand') }) },
);

test('in any order of edits and synths, killed or not, hand-written files are kept and stale files are removed', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 8 }), (actions) => {
      rmSync(dist, { recursive: true, force: true });
      mkdirSync(dist);
      const byHand = new Set<string>();
      for (const it of actions) {
        if (it.kind === 'edit') {
          put(it.name, it.text);
          byHand.add(it.name);
          continue;
        }
        if (it.kind === 'synth') {
          generate(it.app, it.generated);
          for (const written of Object.keys(it.generated)) byHand.delete(written);
          expect(filesIn(dist)).toMatchObject(it.generated);
        } else {
          const { disk, failed } = failingAt(it.call);
          try {
            generate(it.app, it.generated, disk);
          } catch (cause) {
            if (!failed()) throw cause;
          }
        }
        const there = filesIn(dist);
        for (const kept of byHand) if (!(kept in it.generated)) expect(there[kept]).toBe('by hand');
        for (const kept of Object.keys(it.generated)) if (there[kept] !== 'by hand') byHand.delete(kept);
      }
      generate('main', {});
      generate('other', {});
      expect(namesIn().filter((left) => !left.endsWith('.pipewright-tmp'))).toEqual([...byHand].toSorted());
    }),
    { numRuns: 150 },
  );
});
