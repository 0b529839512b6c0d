/**
 * Label selectors of lists, watches and deletecollection.
 *
 * Pure, in one pass. Grammar and messages are those of Kubernetes' `labels.Parse`: `a=b`, `a==b`, `a!=b`,
 * `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, `a>1`, `a<1`.
 */

import type { Matches } from './field-selector.js';
import { qualifiedNameError, labelValueError } from '../kinds/names.js';
import { badRequest } from '../status-error.js';

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

/** A token; `name` is a key or value, `end` follows the last token. */
interface Token {
  readonly kind: 'name' | 'sign' | 'end';
  readonly text: string;
}

const END: Token = { kind: 'end', text: '' };

function tokensOf(text: string): Token[] {
  const found = text.matchAll(/[ \t\r\n]+|(==|!=|[=!(),<>])|([^ \t\r\n=!(),<>]+)/g);
  return [...found].flatMap(([, sign, name]): Token[] => {
    if (sign !== undefined) return [{ kind: 'sign', text: sign }];
    return name === undefined ? [] : [{ kind: 'name', text: name }];
  });
}

const OPERATORS = ['in', 'notin', '=', '==', '!=', '>', '<'];
const OPERATORS_MESSAGE = '=, !=, ==, in, notin, >, <';

/** Parses the tokens of a selector. */
class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  requirements(): Requirement[] {
    const all: Requirement[] = [];
    for (;;) {
      const next = this.#peek();
      if (next.kind === 'end') return all;
      if (next.kind === 'sign' && next.text !== '!')
        throw badRequest(`found '${next.text}', expected: !, identifier, or 'end of string'`);
      all.push(this.#requirement());
      const separator = this.#take();
      if (separator.kind === 'end') return all;
      if (!isSign(separator, ',')) throw badRequest(`found '${separator.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.kind !== 'name' && !isSign(after, '!'))
        throw badRequest(`found '${after.text}', expected: identifier after ','`);
    }
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? END;
  }

  #take(): Token {
    const token = this.#peek();
    this.#position += 1;
    return token;
  }

  #requirement(): Requirement {
    const absent = isSign(this.#peek(), '!');
    if (absent) this.#take();
    const { kind, text: key } = this.#take();
    if (kind !== 'name') throw unparsable(`found '${key}', expected: identifier`);
    const fault = qualifiedNameError(key);
    if (fault !== undefined) throw unparsable(`<nil>: Invalid value: ${JSON.stringify(key)}: ${fault}`);
    if (absent) return (labels) => !Object.hasOwn(labels, key);
    const next = this.#peek();
    if (next.kind === 'end' || isSign(next, ',')) return (labels) => Object.hasOwn(labels, key);
    const { text: operator } = this.#take();
    if (!OPERATORS.includes(operator)) throw unparsable(`found '${operator}', expected: ${OPERATORS_MESSAGE}`);
    const values = operator === 'in' || operator === 'notin' ? this.#values() : this.#value();
    checkValues(key, values);
    return requirement(key, operator, values);
  }

  /** Parses the values of `in` and `notin`; a value may be empty. */
  #values(): string[] {
    const open = this.#take();
    if (!isSign(open, '(')) throw unparsable(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    for (let last = '('; ;) {
      const token = this.#take();
      if (token.kind === 'name' && last !== 'name') values.add(token.text);
      else if (isSign(token, ',') || isSign(token, ')')) {
        if (last !== 'name') values.add('');
        if (token.text === ')') return [...values].sort();
      } else if (last === 'name') throw unparsable(`found '${token.text}', expected: ',' or ')'`);
      else throw unparsable(`found '${token.text}', expected: ',', ')' or identifier`);
      last = token.kind === 'name' ? 'name' : token.text;
    }
  }

  #value(): string[] {
    const next = this.#peek();
    if (next.kind === 'end' || isSign(next, ',')) return [''];
    this.#take();
    if (next.kind === 'name') return [next.text];
    throw unparsable(`found '${next.text}', expected: identifier`);
  }
}

const isSign = (token: Token, text: string): boolean => token.kind === 'sign' && token.text === text;
const unparsable = (reason: string): Error => badRequest(`unable to parse requirement: ${reason}`);

function checkValues(key: string, values: readonly string[]): void {
  for (const [index, value] of values.entries()) {
    const fault = labelValueError(value);
    if (fault !== undefined)
      throw unparsable(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${fault}`);
  }
}

function requirement(key: string, operator: string, values: readonly string[]): Requirement {
  const allowedValues = new Set(values);
  const isOne: Requirement = (labels) => Object.hasOwn(labels, key) && allowedValues.has(labels[key] ?? '');
  switch (operator) {
    case '!=':
    case 'notin':
      return (labels) => !isOne(labels);
    case '>':
    case '<':
      return comparison(key, operator, values[0] ?? '');
    default:
      return isOne;
  }
}

const INTEGER = /^[+-]?\d{1,18}$/;

function comparison(key: string, operator: '>' | '<', value: string): Requirement {
  if (!INTEGER.test(value)) {
    const reason = "for 'Gt', 'Lt' operators, the value must be an integer";
    throw unparsable(`values[0]: Invalid value: ${JSON.stringify(value)}: ${reason}`);
  }
  const limit = BigInt(value);
  return (labels) => {
    const found = Object.hasOwn(labels, key) ? (labels[key] ?? '') : '';
    if (!INTEGER.test(found)) return false;
    return operator === '>' ? BigInt(found) > limit : BigInt(found) < limit;
  };
}

/** Returns the predicate of a label selector; undefined if it selects everything. Throws a 400 if it cannot be parsed. */
export function labelSelector(text: string | null): Matches | undefined {
  const all = new Parser(text ?? '').requirements();
  if (all.length === 0) return undefined;
  return ({ metadata }) => all.every((predicate) => predicate(metadata.labels ?? {}));
}
