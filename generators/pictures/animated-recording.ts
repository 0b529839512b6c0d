/**
 * Draws a terminal recording as an animated SVG.
 *
 * All frames stand below one another on a strip that moves past a window of one screen. Rows that several frames show are written once.
 * Without animation, or with `prefers-reduced-motion`, the last frame is visible.
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readRecording, type Frame, type TextRun } from './terminal-recording.js';
import { escapeXml } from './svg.js';

const CAST = resolve(import.meta.dirname, '../../docs/images/start.cast');

const CELL = { width: 7.8, height: 17, margin: 12 };

/** Seconds for which the last frame stays before the animation starts again. */
const LAST_SECONDS = 6;

/** Colors 0 to 15 of the palette. */
const PALETTE = [
  ...['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
  ...['#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#f0f6fc'],
];

const STYLE = [
  'text{font:13px ui-monospace,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}',
  ...PALETTE.map((color, index) => `.c${String(index)}{fill:${color}}`),
  '.b{font-weight:700}',
  '.d{opacity:.65}',
].join('\n');

const rounded = (value: number): string => String(Number(value.toFixed(2)));

function span({ column, text, color, isBold, isDim }: TextRun): string {
  const classes = [
    ...(color === undefined ? [] : [`c${String(color)}`]),
    ...(isBold ? ['b'] : []),
    ...(isDim ? ['d'] : []),
  ];
  const style = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
  return `<tspan x="${rounded(column * CELL.width)}"${style}>${escapeXml(text)}</tspan>`;
}

/** Returns the frames one below another, and each distinct row as a definition. */
function strip(frames: readonly Frame[], screenHeight: number): { readonly rows: string[]; readonly uses: string[] } {
  const ids = new Map<string, string>();
  const uses = frames.map(({ rows }, index) => {
    const shown = rows.flatMap((runs, row) => {
      if (runs.length === 0) return [];
      const content = runs.map(span).join('');
      const id = ids.get(content) ?? `r${ids.size.toString(36)}`;
      ids.set(content, id);
      return [`<use href="#${id}" y="${String((row + 1) * CELL.height - 4)}"/>`];
    });
    return `<g transform="translate(0 ${rounded(index * screenHeight)})">${shown.join('')}</g>`;
  });
  return { rows: [...ids].map(([content, id]) => `<text id="${id}">${content}</text>`), uses };
}

function animation(frames: readonly Frame[], screenHeight: number): string {
  const start = frames[0]?.time ?? 0;
  const total = (frames.at(-1)?.time ?? 0) - start + LAST_SECONDS;
  const offset = (index: number): string => `transform:translateY(${rounded(-index * screenHeight)}px)`;
  const stops = frames.map(({ time }, index) => `${rounded(((time - start) / total) * 100)}%{${offset(index)}}`);
  return [
    `.strip{${offset(frames.length - 1)};animation:play ${rounded(total)}s step-end infinite}`,
    `@keyframes play{${stops.join('')}}`,
    '@media(prefers-reduced-motion:reduce){.strip{animation:none}}',
  ].join('\n');
}

const textOf = (runs: readonly TextRun[]): string => runs.map(({ text }) => text).join(' ');

/** `docs/images/start.svg` */
export async function startRecording(): Promise<string> {
  const { columns, rows, frames } = await readRecording(readFileSync(CAST, 'utf8'));
  const [width, height] = [Math.ceil(columns * CELL.width), rows * CELL.height];
  const definitions = strip(frames, height);
  const outcome =
    frames
      .at(-1)
      ?.rows.map(textOf)
      .find((text) => text.startsWith('Succeeded')) ?? '';
  const outer = `width="${String(width + 2 * CELL.margin)}" height="${String(height + 2 * CELL.margin)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${outer} viewBox="0 0 ${String(width + 2 * CELL.margin)} ${String(height + 2 * CELL.margin)}" role="img" aria-labelledby="title description">
<title id="title">npm start in a terminal</title>
<desc id="description">A recording: cdk8s synth writes the manifests, then pipewright run streams the log of the tasks unit-tests, build-push and deploy. It ends with: ${escapeXml(outcome)}</desc>
<style>
${STYLE}
${animation(frames, height)}
</style>
<defs>
${definitions.rows.join('\n')}
</defs>
<rect ${outer} rx="8" fill="#0d1117"/>
<svg x="${String(CELL.margin)}" y="${String(CELL.margin)}" width="${String(width)}" height="${String(height)}"><g class="strip">
${definitions.uses.join('\n')}
</g></svg>
</svg>
`;
}
