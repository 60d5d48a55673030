/** One column: a practitioner's day. Drawn anew only when something of its own has changed. */
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { clockText } from '#db/rules/opening-hours.ts';
import type { Span } from '#db/rules/opening-hours.ts';
import { formatDay } from '../chart/format.ts';
import type { Column, Placed } from './columns.ts';
import type { Ghost } from './moving.ts';

/** Pixels of a minute. Twenty minutes hold a line of text. */
export const SCALE = 1.3;
const px = (minutes: number): string => `${minutes * SCALE}px`;

interface Props {
  column: Column;
  index: number;
  range: Span;
  showsDay: boolean;
  showsPerson: boolean;
  roomNames: ReadonlyMap<string, string>;
  /** The marked booking, or the marked free minute, when it is in this column. */
  activeId: string | null;
  activeMinute: number | null;
  /** Where a booking that is being moved with keys would come to stand. */
  ghost: Ghost | null;
  /** Minutes of the clock, in the columns of today. */
  now: number | null;
}

export const ColumnView = memo(function ColumnView(props: Props) {
  const { column, index, range, showsDay, showsPerson, activeId, activeMinute, ghost, now } = props;
  const { t } = useTranslation('calendar');
  const day = formatDay(`${column.day}T12:00:00Z`);
  return (
    <div role="row" className="cal-column" data-today={now === null ? undefined : ''} data-column={index}>
      <div role="rowheader" className="cal-head">
        {showsDay && <strong>{day}</strong>}
        {showsPerson && (showsDay ? <span>{column.person.name}</span> : <strong>{column.person.name}</strong>)}
        {column.holiday !== null && <span className="quiet">{t(`holiday.${column.holiday}`)}</span>}
      </div>
      <div role="presentation" className="cal-body" style={{ height: px(range.to - range.from) }}>
        {closedSpans(column.open, range).map((span) => (
          <div
            key={span.from}
            aria-hidden="true"
            className="cal-closed"
            style={{ top: px(span.from - range.from), height: px(span.to - span.from) }}
          />
        ))}
        {now !== null && now >= range.from && now <= range.to && (
          <div aria-hidden="true" className="cal-now" style={{ top: px(now - range.from) }} />
        )}
        {column.placed.map((placed) => (
          <Card
            key={placed.item.id}
            placed={placed}
            top={placed.from - range.from}
            active={placed.item.id === activeId}
            away={ghost?.itemId === placed.item.id}
            room={placed.item.roomId === null ? null : (props.roomNames.get(placed.item.roomId) ?? null)}
          />
        ))}
        {activeMinute !== null && (
          <div
            role="gridcell"
            id="cal-free"
            aria-selected="true"
            aria-label={t('free', { day, time: clockText(activeMinute), name: column.person.name })}
            className="cal-cursor"
            style={{ top: px(activeMinute - range.from) }}
          >
            {clockText(activeMinute)}
          </div>
        )}
        {ghost !== null && ghost.column === index && (
          <div aria-hidden="true" className="cal-ghost" style={{ top: px(ghost.minute - range.from), height: px(ghost.minutes) }}>
            {clockText(ghost.minute)}–{clockText(ghost.minute + ghost.minutes)} {ghost.name}
          </div>
        )}
      </div>
    </div>
  );
});

const Card = memo(function Card({
  placed: { item, from, to, lane, lanes },
  top,
  active,
  away,
  room,
}: {
  placed: Placed;
  top: number;
  active: boolean;
  away: boolean;
  room: string | null;
}) {
  const { t } = useTranslation('calendar');
  const off = item.status === 'cancelled' || item.status === 'no_show';
  const type = t(`chart:visitType.${item.visitType}`);
  const alert = item.alerts?.[0];
  const words = [
    `${clockText(from)}–${clockText(to)}`,
    `${item.familyName}, ${item.givenName}`,
    ...(item.alerts ?? []).map((kind) => t(`patients:safety.short.${kind}`)),
    type,
    ...(item.status === 'booked' ? [] : [t(`today:status.${item.status}`)]),
    ...(item.clash === null ? [] : [t(`clash.${item.clash}`)]),
    ...(room === null ? [] : [room]),
    ...(item.seriesId === null ? [] : [t('ofSeries')]),
    ...(item.reason === null ? [] : [item.reason]),
  ];
  return (
    <div
      role="gridcell"
      id={`cal-${item.id}`}
      className="cal-card"
      aria-selected={active}
      title={words.join('\n')}
      data-id={item.id}
      data-type={item.visitType}
      data-off={off ? '' : undefined}
      data-away={away ? '' : undefined}
      data-movable={item.movable ? '' : undefined}
      data-lines={item.durationMinutes * SCALE >= 34 ? 'two' : undefined}
      style={{
        top: px(top),
        height: `calc(${px(item.durationMinutes)} - 1px)`,
        left: `${(lane / lanes) * 100}%`,
        width: `calc(${100 / lanes}% - 2px)`,
      }}
    >
      <span className="cal-line">
        <span className="cal-time">{clockText(from)}</span>
        <span className="cal-name">
          {item.familyName}, {item.givenName}
        </span>
        {alert !== undefined && <span className="due">⚠ {t(`patients:safety.short.${alert}`)}</span>}
      </span>
      <span className="cal-line">
        {item.clash !== null && <span className="due">{t(`clash.${item.clash}`)}</span>}
        <span className="cal-type">{type}</span>
        {item.status !== 'booked' && <span>{t(`today:status.${item.status}`)}</span>}
        {room !== null && <span>{room}</span>}
      </span>
      {item.movable && <span className="cal-handle" data-handle="" aria-hidden="true" />}
    </div>
  );
});

/** What of the range is not open. */
function closedSpans(open: readonly Span[], range: Span): Span[] {
  const found: Span[] = [];
  let at = range.from;
  for (const span of open) {
    if (span.from > at) found.push({ from: at, to: span.from });
    at = Math.max(at, span.to);
  }
  if (at < range.to) found.push({ from: at, to: range.to });
  return found;
}
