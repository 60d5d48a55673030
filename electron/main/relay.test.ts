import { describe, expect, it } from 'vitest';
import { createRelay } from './relay.ts';

function setUp() {
  const asked: unknown[] = [];
  const relay = createRelay((message) => void asked.push(message));
  const page = () => {
    const seen: unknown[] = [];
    let closed = false;
    const ask = relay.connect({ post: (message) => void seen.push(message), close: () => (closed = true) });
    return { seen, ask, isClosed: () => closed };
  };
  return { asked, relay, page };
}

describe('the relay between page and core', () => {
  it('carries a question there and its answer back', () => {
    const { asked, relay, page } = setUp();
    const one = page();
    one.ask({ id: 7, verb: 'app.state', input: {} });
    expect(asked).toEqual([{ id: '1:7', verb: 'app.state', input: {} }]);
    relay.fromCore({ id: '1:7', result: { ok: true, value: 1 } });
    relay.fromCore({ event: { changed: ['note'] } });
    expect(one.seen).toEqual([{ id: 7, result: { ok: true, value: 1 } }, { event: { changed: ['note'] } }]);
  });

  it('gives a reloaded page nothing that the page before it asked for', () => {
    const { asked, relay, page } = setUp();
    const before = page();
    before.ask({ id: 1, verb: 'patient.get', input: {} });
    const after = page();
    expect(before.isClosed()).toBe(true);
    relay.fromCore({ id: '1:1', result: { ok: true, value: 'a chart' } });
    before.ask({ id: 2, verb: 'patient.get', input: {} });
    expect([before.seen, after.seen]).toEqual([[], []]);
    expect(asked).toHaveLength(1);
  });

  it('answers what a core that ended had been asked, once, and nothing that was answered', () => {
    const { relay, page } = setUp();
    const one = page();
    for (const id of [1, 2]) one.ask({ id, verb: 'section.write', input: {} });
    relay.fromCore({ id: '1:1', result: { ok: true, value: null } });
    relay.lost();
    relay.lost();
    expect(one.seen).toEqual([
      { id: 1, result: { ok: true, value: null } },
      { id: 2, result: { ok: false, code: 'core/unreachable' } },
    ]);
  });

  it('lets no page give orders that are main’s, or send what is no question', () => {
    const { asked, page } = setUp();
    const one = page();
    for (const message of [
      { control: 'quit' },
      { id: 1, control: 'close' },
      null,
      'x',
      3,
      { id: '1', verb: 'a', input: {} },
      { id: 1, verb: 2, input: {} },
    ]) {
      one.ask(message);
    }
    one.ask({ id: 1, verb: 'app.state', input: {}, control: 'quit' });
    expect(asked).toEqual([{ id: '1:1', verb: 'app.state', input: {} }]);
  });
});
