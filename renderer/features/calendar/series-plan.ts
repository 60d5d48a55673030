/** A series while it is being planned: the dates of the rule, and what the person decided about each. Pure. */
import type { JudgedTime } from '#electron/contract/schedule.ts';
import { clinicDay, clinicInstant, clinicMinutes, nextDay } from '#db/rules/appointments.ts';
import { clockText } from '#db/rules/opening-hours.ts';

/** What the person decided about one date. */
export interface Decision {
  /** Moved to this instant. */
  startsAt?: string;
  out?: boolean;
  /** Booked in spite of what is in the way. */
  meant?: boolean;
}
export interface PlannedDate {
  /** As the rule said. */
  original: string;
  startsAt: string;
  out: boolean;
  meant: boolean;
  moved: boolean;
  /** Null until the core has answered. */
  judged: JudgedTime | null;
  /** Something is in the way, and nobody has decided yet. */
  open: boolean;
}

/** @param judged the core's answer for the dates that are in, in their order */
export function planned(
  originals: readonly string[],
  decisions: ReadonlyMap<string, Decision>,
  judged: readonly JudgedTime[],
): PlannedDate[] {
  const answers = new Map(judged.map((time) => [time.startsAt, time]));
  return originals.map((original) => {
    const { startsAt = original, out = false, meant = false } = decisions.get(original) ?? {};
    const answer = answers.get(startsAt) ?? null;
    const open = !out && !meant && (answer === null || answer.problems.length > 0);
    return { original, startsAt, out, meant, moved: startsAt !== original, judged: answer, open };
  });
}

/** The same weekday and time as this visit, in the first week that lies ahead of `now`. */
export function weekAfter(visitAt: string, now: string): { day: string; time: string } {
  let day = clinicDay(visitAt);
  const today = clinicDay(now);
  do for (let step = 0; step < 7; step += 1) day = nextDay(day);
  while (day <= today);
  return { day, time: clockText(clinicMinutes(visitAt)) };
}

/** The instant of a day and a typed clock time; null when it cannot be read. */
export function typedInstant(day: string, time: string): string | null {
  const clock = /^([01]?\d|2[0-3])[:.]?([0-5]\d)$/.exec(time.trim());
  if (clock === null || !/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  return clinicInstant(day, `${(clock[1] ?? '').padStart(2, '0')}:${clock[2] ?? ''}`);
}
