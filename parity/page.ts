/** `docs/parity.md`: the results of the last parity runs for each version of Tekton, by feature and case, and the accepted differences. */

import type { Accepted, ClusterKind } from './accepted.js';
import { FEATURES } from './features.js';
import type { Release } from './recording.js';
import { RELEASES } from './releases.js';
import { readResults, type CaseResult, type ClusterResult, type ReleaseResults, type Results } from './results.js';

const HEAD = `# Parity with Tekton

The behaviour of Tekton v0.9.2 with manifests of tekton.dev/v1alpha1, and of Tekton v1.15 with manifests of tekton.dev/v1, was recorded on a real cluster: responses of admission, statuses, pods, logs, events. \`npm run parity\` applies
the same manifests with this project, on the embedded cluster and on a real Kubernetes, and compares the results ([decision 26](internals/decisions/0026-parity-with-recordings.md)).

_as recorded_: no differences except values that differ between any two runs. _accepted_: only differences that are listed below, each with its reason.
_tested_: without a recording; tests cover it on both clusters, with running pods.

This page is generated (\`npm run docs\`) from \`parity/results.json\` and \`parity/accepted.ts\`. To update the results:

    npm run parity -- FOLDER --docs                      # the embedded cluster
    npm run parity -- FOLDER --docs --kubeconfig FILE    # a Kubernetes
`;

const COLUMNS: readonly (readonly [ClusterKind, string])[] = [
  ['embedded', 'embedded'],
  ['kubernetes', 'Kubernetes'],
];

/** The accepted differences of each version. */
export type RulesByRelease = Readonly<Record<Release, readonly Accepted[]>>;

const RULES: RulesByRelease = { 'v0.9.2': RELEASES['v0.9.2'].accepted, 'v1.15': RELEASES['v1.15'].accepted };

/** Returns the page. A version without results has no section. */
export const parityPage = (results: Results = readResults(), rules: RulesByRelease = RULES): string =>
  [
    HEAD,
    ...(['v1.15', 'v0.9.2'] as const)
      .filter((release) => Object.keys(results[release].cases).length > 0)
      .flatMap((release) => section(release, results[release], rules[release])),
  ].join('\n');

const TITLES: Readonly<Record<Release, string>> = {
  'v0.9.2': '## Tekton v0.9.2: tekton.dev/v1alpha1\n',
  'v1.15': '## Tekton v1.15: tekton.dev/v1\n',
};

const section = (release: Release, results: ReleaseResults, rules: readonly Accepted[]): readonly string[] => [
  TITLES[release],
  scores(results),
  ...(release === 'v0.9.2' ? [features(results)] : []),
  differences(results, rules, release),
  cases(results),
];

function scores({ cases }: ReleaseResults): string {
  const all = Object.values(cases);
  const rows = COLUMNS.map(([where, title]) => {
    const found = all.flatMap((one) => one[where] ?? []);
    const count = (what: string): string => String(found.filter((one) => word(one) === what).length);
    return [title, String(found.length), count('as recorded'), count('accepted'), count('differs')];
  });
  return table(['cluster', 'cases', 'as recorded', 'accepted', 'differ'], rows);
}

function features({ cases }: ReleaseResults): string {
  const areas = [...new Set(FEATURES.map(({ area }) => area))];
  const parts = areas.map((area) => {
    const rows = FEATURES.filter((feature) => feature.area === area).map(({ id, title, tests }) => {
      const proof = Object.entries(cases).filter(([, one]) => one.features.includes(id));
      if (proof.length === 0 && tests !== undefined)
        return [title, `no recording; \`${tests}.*.ts\``, ...COLUMNS.map(() => 'tested')];
      if (proof.length === 0) return [title, 'no recording; covered by the tests of `packages/controller`', '', ''];
      const names = proof.slice(0, 4).map(([name]) => name);
      const more = proof.length > 4 ? ` and ${String(proof.length - 4)} more` : '';
      return [
        title,
        `${names.join(', ')}${more}`,
        ...COLUMNS.map(([where]) => worst(proof.map(([, one]) => one[where]))),
      ];
    });
    return `#### ${area}\n\n${table(['feature', 'covered by', ...COLUMNS.map(([, title]) => title)], rows)}`;
  });
  return `### Features\n\n${parts.join('\n')}`;
}

function differences({ cases }: ReleaseResults, rules: readonly Accepted[], release: Release): string {
  const rows = rules.map(({ id, reason }) => {
    const where = COLUMNS.map(([on]) =>
      String(Object.values(cases).filter((one) => one[on]?.rules.includes(id)).length),
    );
    return [id, reason, ...where];
  });
  const head = ['difference', 'why', ...COLUMNS.map(([, title]) => title)];
  const more =
    release === 'v0.9.2'
      ? ` For intentional differences without a recording, see
[packages/controller/README.md](../packages/controller/README.md#where-it-differs-from-v092-on-purpose).`
      : '';
  return `### Accepted differences\n\nThe last columns show the number of cases with each difference.${more}\n\n${table(head, rows)}`;
}

function cases({ cases: all }: ReleaseResults): string {
  const rows = Object.entries(all).map(([name, one]) => [
    name,
    one.note,
    ...COLUMNS.map(([where]) => word(one[where])),
    rulesOf(one).join(', '),
  ]);
  return `### Cases\n\n${table(['case', 'about', ...COLUMNS.map(([, title]) => title), 'accepted differences'], rows)}`;
}

const rulesOf = (one: CaseResult): readonly string[] => [
  ...new Set(COLUMNS.flatMap(([where]) => one[where]?.rules ?? [])),
];

const word = (found: ClusterResult | undefined): string =>
  found === undefined
    ? 'not run'
    : found.differences > 0
      ? 'differs'
      : found.rules.length > 0
        ? 'accepted'
        : 'as recorded';

const ORDER = ['differs', 'not run', 'accepted', 'as recorded'];

/** Returns the worst result of a feature's cases. */
const worst = (found: readonly (ClusterResult | undefined)[]): string =>
  ORDER.find((one) => found.some((each) => word(each) === one)) ?? '';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |\n`).join('');
