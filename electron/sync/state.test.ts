import { describe, expect, test } from 'vitest';
import { chip, next, RESTING, statusOf, type EngineEvent, type EngineState } from './state.ts';

const NOW = new Date('2026-11-23T12:00:00.000Z');
const AT = NOW.toISOString();
const after = (...events: EngineEvent[]): EngineState => events.reduce(next, RESTING);
const started: EngineEvent = { type: 'started' };
const live: EngineEvent[] = [started, { type: 'rows', progress: null, remainingSeconds: null }, { type: 'up-to-date', at: AT }];
const counted = (more: Partial<Extract<EngineEvent, { type: 'counted' }>>): EngineEvent => ({
  type: 'counted',
  pending: 0,
  quarantined: 0,
  openConflicts: 0,
  oldestPendingAt: null,
  ...more,
});

describe('the chip', () => {
  test.each<[string, EngineEvent[], string]>([
    ['without a server', [], 'local'],
    ['before the first answer', [started], 'catching_up'],
    ['while the first rows come', [started, { type: 'rows', progress: null, remainingSeconds: null }], 'catching_up'],
    ['with everything here and there', live, 'in_sync'],
    ['with something on its way', [...live, counted({ pending: 2, oldestPendingAt: AT })], 'sending'],
    ['without the network', [...live, { type: 'no-answer', code: 'server/unreachable' }], 'offline'],
    [
      'with text older than a day',
      [...live, { type: 'no-answer', code: 'x' }, counted({ pending: 1, oldestPendingAt: '2026-11-22T11:59:00.000Z' })],
      'waiting',
    ],
    ['refused by the server', [...live, { type: 'refused', code: 'auth/invalid' }], 'attention'],
    ['with a refused change', [...live, counted({ quarantined: 1 })], 'attention'],
    ['with an open conflict', [...live, counted({ openConflicts: 1 })], 'attention'],
    ['during a refetch', [...live, { type: 'must-refetch' }], 'catching_up'],
    [
      'when the server answers again',
      [...live, { type: 'no-answer', code: 'x' }, { type: 'push-done', at: AT }, { type: 'up-to-date', at: AT }],
      'in_sync',
    ],
    ['after the end', [...live, { type: 'stopped' }, { type: 'rows', progress: null, remainingSeconds: null }], 'local'],
  ])('%s', (_when, events, state) => {
    expect(chip(after(...events), NOW)).toBe(state);
  });

  test('says what is wrong until the server answers', () => {
    const away = after(...live, { type: 'no-answer', code: 'server/unreachable' });
    expect(statusOf(away, NOW)).toMatchObject({ problem: 'server/unreachable', lastSyncedAt: AT });
    expect(statusOf(next(away, { type: 'push-done', at: AT }), NOW).problem).toBeNull();
  });
});
