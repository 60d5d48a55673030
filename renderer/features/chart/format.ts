/** Times, days and money as they are read in a Norwegian clinic. */
import { formatOre } from '#db/rules/money.ts';

const day = new Intl.DateTimeFormat('nb-NO', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'Europe/Oslo' });
const dayAndYear = new Intl.DateTimeFormat('nb-NO', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'Europe/Oslo' });
const clock = new Intl.DateTimeFormat('nb-NO', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Oslo' });

/** `ma. 23. nov.` */
export const formatDay = (instant: string): string => day.format(new Date(instant));
/** `23. nov. 2026` */
export const formatDate = (instant: string): string => dayAndYear.format(new Date(instant));
/** `14:30` */
export const formatTime = (instant: string): string => clock.format(new Date(instant));
/** `700 kr` */
export const formatKroner = (ore: number): string => `${formatOre(ore)} kr`;

/** `1958-04-12` → `12.04.1958`; empty when it is not known. */
export const formatBirthDate = (date: string | null): string => (date === null ? '' : date.split('-').toReversed().join('.'));
