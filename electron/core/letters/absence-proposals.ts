/** Absence as it is known here, in the words of a letter: «minst n dager kjent her», never that it is within anything. */
import type { LetterProposal } from '#electron/contract/letters.ts';
import { sickLeaveCount, SICK_LEAVE_DAYS } from '#db/rules/sick-leave.ts';
import { longDate } from '#db/documents/norwegian.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { absencesOf } from '../sick-leave/verbs.ts';

type Found = Omit<LetterProposal, 'key' | 'words'> & { words?: string };

export function absenceProposals(ctx: Context, patientId: string): Record<string, Found> {
  const rows = absencesOf(ctx, patientId);
  const count = sickLeaveCount(rows);
  const newest = rows.filter(({ origin }) => origin === 'here').toSorted((a, b) => b.fromDay.localeCompare(a.fromDay))[0];
  const said = (value: string, words = value): Found => ({ value, words, from: 'absence', at: null });
  const told = rows.filter(({ origin }) => origin !== 'here');
  return {
    ...(newest === undefined
      ? {}
      : {
          periodFrom: said(newest.fromDay, longDate(newest.fromDay)),
          periodTo: said(newest.toDay, longDate(newest.toDay)),
          grade: said(newest.gradePercent === null ? '' : String(newest.gradePercent), `${newest.gradePercent} %`),
        }),
    ...(count.atLeast === 0
      ? {}
      : { knownDays: said(`minst ${count.atLeast} ${count.atLeast === 1 ? 'dag' : 'dager'} kjent her, av ${SICK_LEAVE_DAYS}`) }),
    absences: said(rows.flatMap(periodWords).toReversed().join('\n')),
    earlierAbsence: said(told.map(toldWords).toReversed().join('\n')),
  };
}

function periodWords({ origin, fromDay, toDay, gradePercent }: RowOf<'sick_leave'>): string[] {
  if (origin === 'none_earlier') return [];
  const grade = gradePercent === null ? '' : `, ${gradePercent} %`;
  return [
    `${longDate(fromDay)} – ${longDate(toDay)}${grade}${origin === 'elsewhere' ? ', sykmeldt av andre etter det pasienten opplyser' : ''}`,
  ];
}

function toldWords({ origin, fromDay, toDay }: RowOf<'sick_leave'>): string {
  return origin === 'none_earlier'
    ? `Pasienten opplyste ${longDate(fromDay)} at det ikke er tidligere fravær.`
    : `Pasienten opplyser fravær ${longDate(fromDay)} – ${longDate(toDay)}.`;
}
