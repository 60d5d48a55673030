/** The days on paper: a list per practitioner and day, as one hangs it on the door. */
import { useTranslation } from 'react-i18next';
import type { Room } from '#electron/contract/schedule.ts';
import { holdsTime } from '#db/rules/appointments.ts';
import { clockText } from '#db/rules/opening-hours.ts';
import { formatBirthDate, formatDay } from '../chart/format.ts';
import type { Column } from './columns.ts';

export function PrintList({ title, columns, rooms }: { title: string; columns: readonly Column[]; rooms: readonly Room[] }) {
  const { t } = useTranslation('calendar');
  const names = new Map(rooms.map(({ id, name }) => [id, name]));
  return (
    <div className="cal-print">
      <h1>{title}</h1>
      {columns.map((column) => {
        const held = column.placed.filter(({ item }) => holdsTime(item.status));
        return (
          <section key={column.key}>
            <h2>
              {formatDay(`${column.day}T12:00:00Z`)} · {column.person.name}
            </h2>
            {held.length === 0 ? (
              <p>{t('print.none')}</p>
            ) : (
              <table className="list">
                <thead>
                  <tr>
                    {(['time', 'patient', 'born', 'phone', 'visit', ...(rooms.length > 0 ? ['room'] : [])] as const).map((name) => (
                      <th key={name} scope="col">
                        {t(`print.${name}`)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {held.map(({ item, from, to }) => (
                    <tr key={item.id}>
                      <td className="num">
                        {clockText(from)}–{clockText(to)}
                      </td>
                      <td>
                        {item.familyName}, {item.givenName}
                      </td>
                      <td className="num">{formatBirthDate(item.birthDate)}</td>
                      <td className="num">{item.phone}</td>
                      <td>{t(`chart:visitType.${item.visitType}`)}</td>
                      {rooms.length > 0 && <td>{item.roomId === null ? '' : names.get(item.roomId)}</td>}
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </section>
        );
      })}
    </div>
  );
}
