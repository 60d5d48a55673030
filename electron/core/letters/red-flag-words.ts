/** Red flags as they were asked and answered, for a letter: what was yes first, what nobody answered last. */
import type { SignedContent } from '#db/model/encounter.ts';
import { redFlagRegions } from '#db/rules/red-flags.ts';

type Flag = SignedContent['redFlags'][number];

export function redFlagWords(flags: readonly Flag[]): string {
  return [...Map.groupBy(flags, ({ region }) => region)].map(([region, asked]) => regionWords(region, asked)).join('\n\n');
}

function regionWords(key: string, asked: readonly Flag[]): string {
  const region = redFlagRegions.find((one) => one.key === key);
  const words = ({ question, comment }: Flag): string => {
    const text = region?.questions.find((one) => one.key === question)?.text ?? question;
    return comment === null || comment.trim() === '' ? text : `${text} (${comment.trim()})`;
  };
  const line = (label: string, answer: Flag['answer']): string[] => {
    const some = asked.filter((flag) => flag.answer === answer);
    return some.length === 0 ? [] : [`${label}: ${some.map(words).join('; ')}`];
  };
  return [`${region?.label ?? key}`, ...line('Ja', 'yes'), ...line('Nei', 'no'), ...line('Ikke besvart', null)].join('\n');
}
