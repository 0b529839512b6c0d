/** Unpacks the output of `npm run tarballs` like `npm install`, but without the registry. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The fields of npm's own format that are read here. */
interface Described {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
}

/** Unpacks every tarball of a directory into `node_modules`, and links the commands. Returns the path of each package. */
export function unpack(directory: string, modules: string): readonly string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => {
      const tarball = join(directory, file);
      const described = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
      const { name, bin = {} } = JSON.parse(described) as Described;
      const place = join(modules, name);
      mkdirSync(place, { recursive: true });
      execFileSync('tar', ['-xzf', tarball, '-C', place, '--strip-components=1']);
      mkdirSync(join(modules, '.bin'), { recursive: true });
      for (const [command, path] of Object.entries(bin)) symlinkSync(join(place, path), join(modules, '.bin', command));
      return place;
    });
}
