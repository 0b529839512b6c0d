import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { checkObject } from '@pipewright/tekton';
const root = '/work/shared/oracle/v0.9.2/cases/';
for (const c of readdirSync(root)) {
  const docs = parseAllDocuments(readFileSync(root + c + '/input.yaml', 'utf8'))
    .map((d) => d.toJS())
    .filter(Boolean);
  const o = JSON.parse(readFileSync(root + c + '/outcome.json', 'utf8'));
  docs.forEach((d, i) => {
    const a = o.applied[i];
    const ps = checkObject(d, i).filter((p) => p.severity === 'error');
    const refused = a.code >= 400 ? (a.status?.message ?? '').replace(/.*mutation failed: /, '') : undefined;
    const ours = ps.find((p) => p.tektonMessage !== undefined)?.tektonMessage;
    if (refused === undefined && ps.length)
      console.log(
        c,
        i,
        d.kind,
        a.name,
        'ACCEPTED by tekton; ours:',
        ps.map((p) => [p.code, p.message, p.hint, p.tektonMessage]),
      );
    else if (refused !== undefined && refused !== ours)
      console.log(
        c,
        i,
        d.kind,
        a.name,
        '\n   T:',
        refused,
        '\n   O:',
        ours,
        ps.map((p) => p.code),
      );
  });
}
const m = '/work/shared/article/manifests/';
for (const f of readdirSync(m))
  parseAllDocuments(readFileSync(m + f, 'utf8')).forEach((d, i) => {
    for (const p of checkObject(d.toJS(), i))
      console.log(f, p.severity, p.code, p.object?.kind, p.path.join('.'), p.message, '|', p.hint);
  });
