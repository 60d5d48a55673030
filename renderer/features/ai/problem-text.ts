/** What of a sentence does not stand in its sources, in words. */
import type { TFunction } from 'i18next';
import type { SupportProblem } from '#db/rules/ai-support.ts';

export function problemText(t: TFunction<'ai'>, problems: readonly SupportProblem[]): string {
  const kinds = [...new Set(problems.map(({ kind }) => kind))];
  return kinds
    .map((kind) => {
      const words = problems.flatMap((one) => (one.kind === kind && one.what !== '' ? [one.what] : []));
      const list = [...new Set(words)].slice(0, 6).join(', ');
      return t(`problem.${kind}`, { list, context: list === '' ? undefined : 'list' });
    })
    .join(' · ');
}
