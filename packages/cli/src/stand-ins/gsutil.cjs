#!/usr/bin/env node
const fs = require('node:fs'),
  { basename, dirname, join, relative, resolve } = require('node:path'),
  { createHash } = require('node:crypto');
const MODE = 'goog-reserved-posix-mode',
  FILE = process.env.PIPEWRIGHT_BUCKETS ?? '/etc/pipewright/buckets.json';
const fail = (message) => {
  console.error('CommandException: ' + message);
  process.exit(1);
};
const buckets = fs.existsSync(FILE) ? JSON.parse(fs.readFileSync(FILE, 'utf8')) : {};
const isUrl = (text) => text.startsWith('gs://');
const baseOf = (bucket) =>
  buckets[bucket] ??
  fail(
    'no directory stands in for the bucket ' +
      bucket +
      '; name one in pipewright.yaml: resources: { NAME: { directory: DIR } }',
  );
function split(url) {
  const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/?(.*)$/.exec(url) ?? fail('Invalid URL: ' + url);
  return { bucket, name };
}
async function ask(bucket, path, init) {
  const answer = await fetch(baseOf(bucket) + path, init);
  if (answer.ok || answer.status === 404) return answer;
  return fail((await answer.json().catch(() => undefined))?.error?.message ?? 'the store answered ' + answer.status);
}
const objectPath = (bucket, name) => '/storage/v1/b/' + encodeURIComponent(bucket) + '/o/' + encodeURIComponent(name);
async function list(bucket, prefix) {
  const answer = await ask(
    bucket,
    '/storage/v1/b/' + encodeURIComponent(bucket) + '/o?prefix=' + encodeURIComponent(prefix),
  );
  if (answer.status === 404) return fail('the bucket ' + bucket + ' does not exist');
  const { items, leftOut } = await answer.json();
  for (const name of leftOut ?? []) {
    if (!told.has(bucket + '/' + name))
      console.error(
        'Left out: gs://' +
          bucket +
          '/' +
          name +
          ' is not a file of less than 2 GiB in the directory that stands in for the bucket; links are not followed.',
      );
    told.add(bucket + '/' + name);
  }
  return items ?? [];
}
const told = new Set();
const remove = (bucket, name) => ask(bucket, objectPath(bucket, name), { method: 'DELETE' });
async function readObject(bucket, name) {
  const answer = await ask(bucket, objectPath(bucket, name) + '?alt=media');
  if (answer.status === 404) return undefined;
  return {
    bytes: Buffer.from(await answer.arrayBuffer()),
    mode: Number.parseInt(answer.headers.get('x-goog-meta-' + MODE) ?? '644', 8),
  };
}
async function copyOne(from, to, keepMode) {
  console.error('Copying ' + (isUrl(from) ? '' : 'file://') + from + '...');
  const source = isUrl(from)
    ? await readObject(split(from).bucket, split(from).name)
    : { bytes: fs.readFileSync(from), mode: fs.statSync(from).mode & 0o777 };
  if (!source) return fail('No URLs matched: ' + from);
  if (isUrl(to)) {
    const { bucket, name } = split(to);
    const path =
      '/upload/storage/v1/b/' + encodeURIComponent(bucket) + '/o?uploadType=media&name=' + encodeURIComponent(name);
    await ask(bucket, path, {
      method: 'POST',
      body: source.bytes,
      headers: keepMode ? { ['x-goog-meta-' + MODE]: source.mode.toString(8) } : {},
    });
  } else {
    fs.mkdirSync(dirname(to), { recursive: true });
    fs.writeFileSync(to, source.bytes);
    if (keepMode) fs.chmodSync(to, source.mode);
  }
}
function below(dir, deep = true) {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((it) => {
    const path = join(dir, it.name);
    const kind = it.isSymbolicLink() ? fs.statSync(path, { throwIfNoEntry: false }) : it;
    if (kind?.isDirectory()) return deep && !it.isSymbolicLink() ? below(path) : [];
    return kind?.isFile() ? [path] : [];
  });
}
const pattern = (text) =>
  new RegExp(
    '^' +
      text
        .replace(/[.+^$(){}|[\]\\]/g, '\\$&')
        .replace(/\*\*|\*|\?/g, (it) => (it === '**' ? '.*' : it === '*' ? '[^/]*' : '[^/]')) +
      '$',
  );
/** What a source means: single files, and directories with what is below them. */
async function expand(text, recursive) {
  const wild = /[*?]/.test(text);
  if (isUrl(text)) {
    const { bucket, name } = split(text);
    const objects = await list(bucket, wild ? name.slice(0, name.search(/[*?]/)) : name);
    const asUrl = (object) => 'gs://' + bucket + '/' + object;
    if (wild) {
      const matches = pattern(name.replace(/\/$/, ''));
      const tops = [
        ...new Set(
          objects.flatMap(({ name: object }) => {
            const parts = object.split('/');
            return parts
              .map((_, i) => parts.slice(0, i + 1).join('/'))
              .filter((it) => matches.test(it))
              .slice(0, 1);
          }),
        ),
      ];
      return tops.map((top) => {
        const own = objects.some((it) => it.name === top);
        return own
          ? { file: asUrl(top) }
          : {
              dir: asUrl(top),
              files: objects.filter((it) => it.name.startsWith(top + '/')).map((it) => asUrl(it.name)),
            };
      });
    }
    if (name && objects.some((it) => it.name === name)) return [{ file: text }];
    const prefix = name === '' || name.endsWith('/') ? name : name + '/',
      inside = objects.filter((it) => it.name.startsWith(prefix));
    return inside.length > 0 ? [{ dir: text.replace(/\/$/, ''), files: inside.map((it) => asUrl(it.name)) }] : [];
  }
  const found = wild
    ? fs.existsSync(dirname(text))
      ? fs
          .readdirSync(dirname(text))
          .filter((it) => pattern(basename(text)).test(it))
          .map((it) => join(dirname(text), it))
      : []
    : [text];
  return found.flatMap((path) => {
    const kind = fs.statSync(path, { throwIfNoEntry: false });
    return !kind ? [] : kind.isDirectory() ? [{ dir: path, files: recursive ? below(path) : [] }] : [{ file: path }];
  });
}
async function isFolder(to) {
  if (!isUrl(to)) return to.endsWith('/') || (fs.statSync(to, { throwIfNoEntry: false })?.isDirectory() ?? false);
  const { bucket, name } = split(to);
  return name === '' || name.endsWith('/') || (await list(bucket, name + '/')).length > 0;
}
const within = (to, rest) => to.replace(/\/$/, '') + '/' + rest;
async function cp(flags, words) {
  const to = words.at(-1),
    sources = words.slice(0, -1),
    recursive = flags.has('r') || flags.has('R'),
    keep = flags.has('P');
  if (sources.length === 0) return fail('The cp command requires at least 2 arguments');
  const all = [];
  for (const source of sources) {
    const found = await expand(source, recursive);
    if (found.length === 0) return fail('No URLs matched: ' + source);
    all.push(...found);
  }
  const folder = await isFolder(to),
    several = all.length > 1;
  if (several && !folder && !isUrl(to))
    return fail(
      'Destination URL must name a directory, bucket, or bucket subdirectory for the multiple source form of the cp command.',
    );
  let copied = 0;
  for (const it of all) {
    if (it.dir && !recursive) {
      console.error('Omitting directory "' + it.dir + '". (Did you mean to do cp -r?)');
      continue;
    }
    if (it.file) {
      await copyOne(it.file, folder || several ? within(to, basename(it.file)) : to, keep);
      copied++;
    } else
      for (const file of it.files) {
        const rest = file.slice(it.dir.length + 1);
        await copyOne(file, within(to, folder || several ? basename(it.dir) + '/' + rest : rest), keep);
        copied++;
      }
  }
  if (copied === 0) fail('No URLs matched');
}
const md5 = (path) => createHash('md5').update(fs.readFileSync(path)).digest('base64');
async function side(place, deep, mustExist) {
  if (isUrl(place)) {
    const { bucket, name } = split(place),
      prefix = name === '' ? '' : name.replace(/\/?$/, '/');
    const objects = (await list(bucket, prefix)).filter((it) => deep || !it.name.slice(prefix.length).includes('/'));
    if (mustExist && objects.length === 0)
      return fail('arg (' + place + ') does not name a directory, bucket, or bucket subdir.');
    return new Map(objects.map((it) => [it.name.slice(prefix.length), it.md5Hash]));
  }
  if (!fs.statSync(place, { throwIfNoEntry: false })?.isDirectory())
    return fail('arg (' + place + ') does not name a directory, bucket, or bucket subdir.');
  return new Map(below(place, deep).map((path) => [relative(resolve(place), resolve(path)), md5(path)]));
}
async function rsync(flags, [from, to, ...more]) {
  if (to === undefined || more.length > 0) return fail('The rsync command requires 2 arguments');
  const deep = flags.has('r') || flags.has('R'),
    here = await side(from, deep, true),
    there = await side(to, deep, false);
  for (const [name, sum] of here)
    if (there.get(name) !== sum) await copyOne(within(from, name), within(to, name), flags.has('P'));
  if (!flags.has('d')) return;
  for (const name of there.keys()) {
    if (here.has(name)) continue;
    console.error('Removing ' + within(to, name));
    if (isUrl(to)) await remove(split(to).bucket, split(within(to, name)).name);
    else fs.rmSync(within(to, name));
  }
}
async function eachObject(words, recursive, work) {
  for (const word of words) {
    const found = isUrl(word) ? await expand(word, true) : fail('only gs:// urls are meant here: ' + word);
    if (found.length === 0) return fail('No URLs matched: ' + word);
    for (const it of found)
      for (const file of it.file
        ? [it.file]
        : recursive
          ? it.files
          : fail(it.dir + ' is a directory; did you mean -r?'))
        await work(file);
  }
}
async function main() {
  const words = process.argv.slice(2);
  while (words[0]?.startsWith('-')) {
    const option = words.shift();
    if (option === '-o' || option === '-h') words.shift();
  }
  const command = words.shift(),
    flags = new Set();
  while (/^-[A-Za-z]+$/.test(words[0] ?? '')) for (const flag of words.shift().slice(1)) flags.add(flag);
  const to = (text) => (text.startsWith('file://') ? text.slice(7) : text);
  const places = words.map(to);
  if (command === 'cp') await cp(flags, places);
  else if (command === 'rsync') await rsync(flags, places);
  else if (command === 'ls') await eachObject(places, true, (file) => console.log(file));
  else if (command === 'cat')
    await eachObject(places, false, async (file) =>
      process.stdout.write((await readObject(split(file).bucket, split(file).name)).bytes),
    );
  else if (command === 'rm')
    await eachObject(places, flags.has('r') || flags.has('R'), (file) => remove(split(file).bucket, split(file).name));
  else if (command === 'version') console.log('gsutil of pipewright');
  else fail('gsutil ' + (command ?? '') + ' has no stand-in here; cp, rsync, ls, cat and rm have');
}
main().catch((cause) => fail(cause.cause?.message ?? cause.message));
