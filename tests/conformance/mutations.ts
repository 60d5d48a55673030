/**
 * Ways to spoil a message: any one of its fields, or its text. What goes into the wire is text, so that numbers JSON allows and
 * JavaScript does not, repeated keys and broken encodings can be said too.
 */
import { v7 } from 'uuid';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Path = readonly (string | number)[];

/** Stands in a mutated message, and may stand in no log line. */
export const CANARY = 'Kanarifugl';

/** Text that goes into the message as it is, without quotes. */
class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
const raw = (text: string) => new Raw(text);
const textOf = (value: Json | Raw): string => (value instanceof Raw ? value.text : JSON.stringify(value));

const nested = (levels: number, open: string, close: string): Raw => raw(`${open.repeat(levels)}1${close.repeat(levels)}`);

const VALUES: readonly (Json | Raw)[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 53,
  -(2 ** 53),
  1e308,
  raw('1e999'),
  raw('-1e999'),
  raw('-0'),
  raw('1e-400'),
  raw('12345678901234567890123456789'),
  raw('NaN'),
  raw('Infinity'),
  raw('undefined'),
  'NaN',
  'Infinity',
  '',
  ' ',
  '0',
  'true',
  'null',
  CANARY,
  `${CANARY} `.repeat(20_000),
  '\ud800',
  `${CANARY}\udc00${CANARY}`,
  raw('"\\ud83d"'),
  '\0',
  `${CANARY}\0`,
  '\u202e\u2066snu\u2069',
  '\ufeff\uffff\ufffe',
  'e\u0301'.repeat(300),
  '👩‍⚕️'.repeat(100),
  "'; drop table patient; --",
  '$1 {{x}} ${x} %s %00',
  '../../etc/passwd',
  'constructor',
  '__proto__',
  v7(),
  v7().toUpperCase(),
  `{${v7()}}`,
  '00000000-0000-0000-0000-000000000000',
  '9999-12-31T23:59:59.999Z',
  '-000001-01-01T00:00:00.000Z',
  '2026-02-30T00:00:00.000Z',
  [],
  {},
  [null],
  [[[[]]]],
  { a: { b: [CANARY] } },
  raw('{"__proto__":{"admin":true}}'),
  raw('{"constructor":{"prototype":{"admin":true}}}'),
  { toString: 1, valueOf: null, hasOwnProperty: CANARY, length: -1 },
  nested(20, '[', ']'),
  nested(30, '[', ']'),
  nested(30, '{"a":', '}'),
  nested(1000, '[', ']'),
  nested(100_000, '[', ']'),
  nested(100_000, '{"a":', '}'),
];

/** One element of a list (without a key) or member of an object, already as text. */
interface Member {
  key: string | undefined;
  text: string;
}

const under = (key: string, text: string, beside: Member): Member => ({
  key: beside.key === undefined ? undefined : JSON.stringify(key),
  text,
});

/** What else than another value may be done to the field at `i`. */
const WAYS: Record<string, (members: Member[], i: number, value: Json) => void> = {
  missing: (members, i) => void members.splice(i, 1),
  'in a list': (members, i) => put(members, i, ({ text }) => `[${text}]`),
  'in an object': (members, i) => put(members, i, ({ text }) => `{"value":${text}}`),
  'as text': (members, i) => put(members, i, ({ text }) => JSON.stringify(text)),
  'twice, first another': (members, i) => void members.splice(i, 0, { ...at(members, i), text: JSON.stringify(CANARY) }),
  'twice, then another': (members, i) => void members.splice(i + 1, 0, { ...at(members, i), text: JSON.stringify(CANARY) }),
  'a thousand times': (members, i) => put(members, i, ({ text }) => `[${Array.from({ length: 1001 }, () => text).join(',')}]`),
  'with one more beside it': (members, i) => void members.push(under('beside', at(members, i).text, at(members, i))),
  'under __proto__ too': (members, i) => void members.push(under('__proto__', at(members, i).text, at(members, i))),
  'under constructor': (members, i) => void members.splice(i, 1, under('constructor', at(members, i).text, at(members, i))),
  'in capitals': (members, i) => put(members, i, ({ text }) => text.toUpperCase()),
  'the key in capitals': (members, i) => void members.splice(i, 1, { ...at(members, i), key: at(members, i).key?.toUpperCase() }),
  reversed: (members, i, value) =>
    put(members, i, ({ text }) =>
      Array.isArray(value) ? JSON.stringify(value.toReversed()) : JSON.stringify([...text].toReversed().join('')),
    ),
  'cut short': (members, i, value) =>
    put(members, i, ({ text }) =>
      JSON.stringify(typeof value === 'string' || Array.isArray(value) ? value.slice(0, -1) : text.slice(0, -1)),
    ),
};

const at = (members: readonly Member[], i: number): Member => members[i] as Member;
const put = (members: Member[], i: number, change: (member: Member) => string) => void (at(members, i).text = change(at(members, i)));

/** All that may be done to one field: another value, or one of the ways above. */
export const EVERY_WAY: readonly string[] = [...VALUES.map((_, i) => `value ${i}`), ...Object.keys(WAYS)];

/** Every field of a message, lists and objects too, the message itself first. */
export function pathsIn(value: Json, at: Path = []): Path[] {
  const inner =
    value === null || typeof value !== 'object'
      ? []
      : Object.entries(value).flatMap(([key, one]) => pathsIn(one, [...at, Array.isArray(value) ? Number(key) : key]));
  return [at, ...inner];
}

/** The message as text, spoiled in one place. */
export function spoilt(message: Json, path: Path, way: string): string {
  const value = /^value (\d+)$/.exec(way);
  const spoil = (members: Member[], i: number, before: Json) => {
    if (value === null) WAYS[way]?.(members, i, before);
    else put(members, i, () => textOf(VALUES[Number(value[1])] as Json | Raw));
  };
  const render = (inside: Json, [step, ...rest]: Path): string => {
    if (inside === null || typeof inside !== 'object') throw new TypeError('no such field');
    const isList = Array.isArray(inside);
    const entries = Object.entries(inside);
    const members = entries.map(([key, one]) => ({
      key: isList ? undefined : JSON.stringify(key),
      text: key === String(step) && rest.length > 0 ? render(one, rest) : JSON.stringify(one),
    }));
    const i = entries.findIndex(([key]) => key === String(step));
    if (rest.length === 0) spoil(members, i, entries[i]?.[1] ?? null);
    const text = members.map((member) => (member.key === undefined ? member.text : `${member.key}:${member.text}`)).join(',');
    return isList ? `[${text}]` : `{${text}}`;
  };
  if (path.length > 0) return render(message, path);
  const whole: Member[] = [{ key: undefined, text: JSON.stringify(message) }];
  spoil(whole, 0, message);
  return whole.map(({ text }) => text).join(',');
}

/** Spoils the text itself, wherever `at` falls. Each with what is sent. */
export const TEXTS: Record<string, (text: string, at: number) => string | Buffer> = {
  'cut off': (text, at) => text.slice(0, at % text.length),
  'followed by more': (text) => `${text}{}`,
  'twice over': (text) => text + text,
  empty: () => '',
  'not JSON': () => CANARY,
  'with a comment': (text) => `/* */${text}`,
  'in single quotes': (text) => text.replaceAll('"', "'"),
  'a NUL inside': (text, at) => `${text.slice(0, at % text.length)}\0${text.slice(at % text.length)}`,
  'a byte that is not UTF-8': (text) => Buffer.from(text.replace(/[a-z](?=[^a-z]*$)/, '\u00ff'), 'latin1'),
  'UTF-16': (text) => Buffer.from(text, 'utf16le'),
  'a second key of the same name': (text) => text.replace(/^\{("[^"]+":)/, `{$1"${CANARY}",$1`),
  'a second key, escaped': (text) =>
    text.replace(
      /^\{"(.)([^"]*)":/,
      (_, first: string, rest: string) => `{"\\u00${first.charCodeAt(0).toString(16)}${rest}":1,"${first}${rest}":`,
    ),
};

/** Headers under which no body is JSON in UTF-8, with the status that says so. */
export const HEADERS: Record<string, Record<string, string>> = {
  'no type': {},
  'another type': { 'content-type': 'text/plain' },
  form: { 'content-type': 'application/x-www-form-urlencoded' },
  multipart: { 'content-type': 'multipart/form-data; boundary=x' },
  'a type that is none': { 'content-type': ';;;' },
  'another charset': { 'content-type': 'application/json; charset=utf-16' },
  latin1: { 'content-type': 'application/json;charset="iso-8859-1"' },
  gzip: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  'two encodings': { 'content-type': 'application/json', 'content-encoding': 'br, gzip' },
};

/** Values of a parameter in an address. */
export const PARAMETERS: readonly string[] = [
  '',
  'x',
  '0',
  '-1',
  'NaN',
  '1e999',
  'null',
  'true',
  '9'.repeat(300),
  '%00',
  '%ff',
  '%',
  '%zz',
  '%ed%a0%80',
  '%u0041',
  '../..',
  '%2e%2e%2f',
  '%2f',
  '%5c',
  '%E2%80%AE',
  '__proto__',
  'constructor',
  'a'.repeat(500),
  '%F0%9F%92%89',
  '00000000-0000-0000-0000-000000000000',
  v7(),
  v7().toUpperCase(),
  '2026-11-23',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00.000Z',
  "'%20or%201=1",
];
