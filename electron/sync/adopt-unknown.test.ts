import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRow, writeReplica } from '#db/sqlite/store.ts';
import { createLaptop, type Laptop } from '#tests/sync/laptop.ts';
import { adoptUnknown } from './adopt-unknown.ts';

const CLINIC = '018f0000-0000-7000-8000-00000000000c';
const ANNA = '018f0000-0000-7000-8000-0000000001aa';
const KARI = '018f0000-0000-7000-8000-000000000001';
const CODE = '018f0000-0000-7000-8000-000000000003';

let laptop: Laptop;
beforeEach(() => {
  laptop = createLaptop({ clinicId: CLINIC, person: { id: ANNA, name: 'Anna', email: 'anna@example.no', roles: ['PRACTITIONER'] } });
  laptop.write('clinic.create', (ctx) => ctx.insert('clinic', { name: 'Ryggen', demo: false }, CLINIC));
});
afterEach(() => laptop.close());

test('rows and fields kept for a newer version take their place once, and what is still unknown stays kept', () => {
  const { db } = laptop;
  laptop.write('patient.register', (ctx) => ctx.insert('patient', { givenName: 'Kari', familyName: 'Nordmann' }, KARI));
  // As an older version left them: a price it had no table for, a telephone it had no column for.
  const price = JSON.stringify({ code: 'K1', label: 'Oppfølging', kind: 'service', amount_ore: 65_000, shade: 'blue' });
  db.prepare('insert into unknown_row(entity, id, seq, deleted, body) values (?, ?, ?, 0, ?)').run('price_item', CODE, 9, price);
  db.prepare('insert into unknown_row(entity, id, seq, deleted, body) values (?, ?, ?, 0, ?)').run('spaceship', CODE, 9, '{}');
  db.prepare('update patient set extra = ? where id = ?').run(JSON.stringify({ phone: '40000000', shoe_size: 41 }), KARI);

  writeReplica(db, 'schema', '1');
  expect(adoptUnknown(db)).toBe(2);
  expect(readRow(db, 'price_item', CODE)).toMatchObject({
    label: 'Oppfølging',
    amountOre: 65_000,
    seq: 9,
    clinicId: CLINIC,
    extra: { shade: 'blue' },
  });
  expect(readRow(db, 'patient', KARI)).toMatchObject({ phone: '40000000', extra: { shoe_size: 41 } });
  expect(db.prepare('select entity from unknown_row').all()).toEqual([{ entity: 'spaceship' }]);
  expect(adoptUnknown(db)).toBe(0);
});
