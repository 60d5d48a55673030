/** What belongs to the resources of a page and was asked for with them: where their references lead, and what refers to them. */
import type { Asked, AskedParameter, Include } from './asked.ts';
import { isFailure } from './outcome.ts';
import { parameterOf, parametersOf, type Json, type Parameter } from './parameters.ts';
import { readSeveral } from './read.ts';
import type { Reading, Unit } from './reading.ts';
import { search } from './search.ts';

const MOST_INCLUDED = 2000;
const ROUNDS = 3;

const nameOf = ({ resource }: Unit): string => `${resource.resourceType}/${resource.id}`;

/** Without those that are matches themselves. */
export async function included(reading: Reading, asked: Asked, matches: readonly Unit[], base: string): Promise<Unit[]> {
  const seen = new Map(matches.map((unit) => [nameOf(unit), unit]));
  const more: Unit[] = [];
  const take = (units: readonly Unit[]): Unit[] => {
    const fresh = units.filter((unit) => !seen.has(nameOf(unit))).slice(0, MOST_INCLUDED - more.length);
    for (const unit of fresh) seen.set(nameOf(unit), unit);
    more.push(...fresh);
    return fresh;
  };
  let round: readonly Unit[] = matches;
  for (let n = 0; n < ROUNDS && round.length > 0 && more.length < MOST_INCLUDED; n += 1) {
    const wanted = <T extends Include>(all: readonly T[]): T[] => all.filter(({ iterate }) => n === 0 || iterate);
    const fresh: Unit[] = [];
    for (const [type, ids] of referencesOf(round, wanted(asked.includes), seen))
      fresh.push(...take(await readSeveral(reading, type, [...ids])));
    for (const include of wanted(asked.revincludes)) fresh.push(...take(await referring(reading, include, round, base)));
    round = fresh;
  }
  return more;
}

function referencesOf(units: readonly Unit[], includes: readonly Include[], seen: ReadonlyMap<string, unknown>): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>();
  for (const { resource } of units) {
    const mine = includes.filter(({ type }) => type === resource.resourceType);
    for (const { name, target } of mine)
      for (const parameter of parametersNamed(resource.resourceType, name))
        for (const value of parameter.of(resource as unknown as Json)) {
          const reference = (value as Json)['reference'];
          const [type = '', id] = typeof reference === 'string' ? reference.split('/') : [];
          if (id === undefined || seen.has(`${type}/${id}`) || (target !== undefined && target !== type)) continue;
          ids.set(type, (ids.get(type) ?? new Set()).add(id));
        }
  }
  return ids;
}

function parametersNamed(type: string, name: string): Parameter[] {
  if (name === '*') return Object.values(parametersOf(type) ?? {}).filter((parameter) => parameter.type === 'reference');
  const one = parameterOf(type, name);
  return one === undefined ? [] : [one];
}

async function referring(reading: Reading, { type, name }: Include, units: readonly Unit[], base: string): Promise<Unit[]> {
  const parameter = parameterOf(type, name);
  const values = units.filter(({ resource }) => parameter?.targets?.includes(resource.resourceType) === true).map(nameOf);
  if (parameter === undefined || values.length === 0) return [];
  const one: AskedParameter = { name, modifier: undefined, values, parameter, chain: undefined, text: [name, ''] };
  const asked: Asked = {
    type,
    parameters: [one],
    count: MOST_INCLUDED,
    sort: [],
    accurateTotal: false,
    includes: [],
    revincludes: [],
    elements: undefined,
    used: [],
    ignored: [],
  };
  const found = await search(reading, asked, undefined, base);
  // What the caller may not see is not included, and neither is it said to be there.
  return isFailure(found) ? [] : found.units;
}
