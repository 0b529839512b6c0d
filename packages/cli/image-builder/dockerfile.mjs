/**
 * Parses a Dockerfile to instructions: comments, continued lines, the JSON form, variables.
 *
 * Instructions that require a base image or a running container are rejected with their line.
 */

import { unsupported, INSTRUCTIONS, UserError } from './user-error.mjs';

const VARIABLES_IN = new Set('FROM COPY ADD LABEL ENV EXPOSE WORKDIR USER VOLUME STOPSIGNAL'.split(' '));

/**
 * @param {string} file the name of the file, for messages
 * @returns {{where: string, name: string, text: string, flags: Record<string, string>}[]}
 */
export function parseDockerfile(source, file) {
  const instructions = [];
  let open;
  source.split(/\r?\n/).forEach((raw, index) => {
    if (/^\s*(#|$)/.test(raw) && (open === undefined || raw.trim() !== '')) return;
    const continued = /\\\s*$/.test(raw);
    const part = continued ? raw.replace(/\\\s*$/, '') : raw;
    open = open ? { ...open, text: open.text + part } : { where: `${file}:${index + 1}`, text: part };
    if (continued) return;
    instructions.push(parseInstruction(open));
    open = undefined;
  });
  if (open) instructions.push(parseInstruction(open));
  return instructions;
}

function parseInstruction({ where, text }) {
  const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(text) ?? [];
  const name = word.toUpperCase();
  if (!INSTRUCTIONS.includes(name)) throw unsupported(`${where}: ${word}${rest === '' ? '' : ` ${shortened(rest)}`}`);
  if (rest === '') throw new UserError(`${where}: ${name} requires an argument`);
  /** @type {Record<string, string>} */
  const flags = {};
  let body = rest;
  for (let found; (found = /^--([a-z]+)(?:=(\S*))?\s+/.exec(body)); body = body.slice(found[0].length))
    flags[found[1]] = found[2] ?? '';
  return { where, name, text: body, flags };
}

const shortened = (text) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** Expands `$NAME`, `${NAME}`, `${NAME:-else}` and `${NAME:+then}`; `\$` becomes a dollar sign. */
export function expand({ name, text }, variables) {
  if (!VARIABLES_IN.has(name)) return text;
  return text.replace(/\\\$|\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g, (all, plain, braced, sign, word) => {
    if (all === '\\$') return '$';
    const value = variables.get(plain ?? braced) ?? '';
    if (sign === '-') return value === '' ? word : value;
    if (sign === '+') return value === '' ? '' : word;
    return value;
  });
}

/** Parses the JSON form of arguments; undefined for other text. */
export function parseJsonForm(text) {
  if (!text.startsWith('[')) return undefined;
  try {
    const list = JSON.parse(text);
    return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}

/** Splits a text into words like a shell. */
export function splitWords(text) {
  const found = text.match(/(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s\\"'])+/gs) ?? [];
  return found.map((word) =>
    word.replace(
      /\\(.)|"((?:\\.|[^"\\])*)"|'([^']*)'/gs,
      (_all, escaped, double, single) => escaped ?? single ?? double.replace(/\\(["\\$])/g, '$1'),
    ),
  );
}

/** Parses `KEY=value KEY="other value"`, or the old form `KEY value`. */
export function parsePairs({ name, where }, text) {
  const list = splitWords(text);
  if (!list[0].includes('=')) return [[list[0], text.slice(text.indexOf(list[0]) + list[0].length).trim()]];
  return list.map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw new UserError(`${where}: ${name} requires KEY=value, not ${word}`);
    return [word.slice(0, at), word.slice(at + 1)];
  });
}
