/**
 * Writes SVG: boxes, text and arrows, with a title and a description for screen readers.
 *
 * Text stays text, fonts are the reader's, and colors follow `prefers-color-scheme`. Output depends on the input alone.
 */

/** A point, in pixels from the top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** A picture before it is written. */
export interface Picture {
  /** One line: what the picture shows. */
  readonly title: string;
  /** The content of the picture in sentences, for readers who cannot see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** Elements, in drawing order. */
  readonly elements: readonly string[];
}

/** Styles of text. `code` is monospaced. */
export type TextStyle = 'title' | 'code' | 'note' | 'label';

/** Styles of boxes. `main` is emphasized, `group` encloses others. */
export type BoxStyle = 'plain' | 'main' | 'group';

/** Returns text with the characters that XML reserves escaped. */
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Returns a line of text. `y` is its baseline. */
export const textAt = (
  { x, y }: Point,
  content: string,
  style: TextStyle,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string =>
  `<text x="${String(x)}" y="${String(y)}" class="${style}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escapeXml(content)}</text>`;

/** Returns a rectangle with rounded corners. */
export const rectangle = ({ x, y, width, height }: Box, style: BoxStyle): string =>
  `<rect x="${String(x)}" y="${String(y)}" width="${String(width)}" height="${String(height)}" rx="6" class="${style}"/>`;

/** Returns an arrow along points, in straight lines. */
export const arrow = (...points: readonly Point[]): string =>
  `<polyline points="${points.map(({ x, y }) => `${String(x)},${String(y)}`).join(' ')}" class="line" marker-end="url(#head)"/>`;

/** Returns a line without a head. */
export const line = (from: Point, to: Point): string =>
  `<line x1="${String(from.x)}" y1="${String(from.y)}" x2="${String(to.x)}" y2="${String(to.y)}" class="rule"/>`;

/** Returns a filled dot. */
export const dot = ({ x, y }: Point): string => `<circle cx="${String(x)}" cy="${String(y)}" r="5" class="dot"/>`;

const LIGHT = { paper: '#ffffff', ink: '#1f2328', soft: '#59636e', box: '#f6f8fa', main: '#ddf4ff', edge: '#8c959f' };
const DARK = { paper: '#0d1117', ink: '#e6edf3', soft: '#9198a1', box: '#161b22', main: '#10335c', edge: '#6e7681' };

const colors = ({ paper, ink, soft, box, main, edge }: typeof LIGHT): string =>
  `.paper{fill:${paper}}text{fill:${ink}}.note,.label{fill:${soft}}.plain{fill:${box};stroke:${edge}}.main{fill:${main};stroke:${edge}}.group{fill:none;stroke:${edge};stroke-dasharray:4 3}.line{fill:none;stroke:${edge};stroke-width:1.5}.rule{stroke:${edge};stroke-width:.5}.dot,.head{fill:${edge}}`;

const STYLE = [
  'text{font:14px system-ui,sans-serif}',
  '.title{font-weight:600}',
  '.code{font:13px ui-monospace,Consolas,monospace}',
  '.note{font-size:12px}',
  '.label{font-size:12px;font-style:italic}',
  colors(LIGHT),
  `@media(prefers-color-scheme:dark){${colors(DARK)}}`,
].join('\n');

/** Returns the file of a picture. */
export function svg({ title, description, width, height, elements }: Picture): string {
  const size = `width="${String(width)}" height="${String(height)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${String(width)} ${String(height)}" role="img" aria-labelledby="title description">
<title id="title">${escapeXml(title)}</title>
<desc id="description">${escapeXml(description)}</desc>
<style>
${STYLE}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" class="head"/></marker></defs>
<rect ${size} class="paper"/>
${elements.join('\n')}
</svg>
`;
}
