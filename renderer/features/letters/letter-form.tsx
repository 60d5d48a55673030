/** The letter's words: to whom, and each part of its template in the order it is printed. */
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { LetterView } from '#electron/contract/letters.ts';
import { inPrintedOrder, wordsIn, type LetterField as FieldSpec } from '#db/rules/letter-template.ts';
import { LetterChoice } from './letter-choice.tsx';
import { LetterDiagnoses } from './letter-diagnoses.tsx';
import { LetterField } from './letter-field.tsx';
import { LetterOffer } from './letter-offer.tsx';
import { offersOf, type Shown } from './parts.ts';

const RECIPIENT = ['name', 'practice', 'addressLine', 'postalCode', 'city'] as const;

interface Props {
  view: LetterView;
  shown: Shown;
  /** The letter, where the writing help is on; else null. */
  tidy: string | null;
  flushes: Map<string, () => Promise<void>>;
  onWrite(content: Record<string, string | object>): Promise<boolean>;
  onTake(key: string, replaces: boolean): void;
}

export function LetterForm({ view, shown, tidy, flushes, onWrite, onTake }: Props) {
  const { t } = useTranslation('letters');
  const { template, content } = shown;
  const { kind } = template;
  // The newest recipient, for fields that are written as a group.
  const recipientNow = useRef(content.recipient);
  recipientNow.current = content.recipient;
  const offers = offersOf(view, shown);
  const isMissing = (key: string): boolean => view.missing.includes(key);
  const labelOf = (key: string): string => t([`kindField.${kind}.${key}`, `field.${key}`]);
  const hintOf = (key: string): string => t([`kindHint.${kind}.${key}`, `hint.${key}`], { defaultValue: '' });
  const faultOf = (key: string): string | null => {
    const found = view.faults.find((one) => one.key === key);
    return found === undefined ? null : t(`fault.${found.fault}`);
  };
  const offerOf = (key: string, differs = false) => {
    const offer = offers.get(key);
    return offer === undefined ? null : <LetterOffer offer={offer} differs={differs} onTake={() => onTake(key, differs)} />;
  };
  const register = (key: string) => (flush: (() => Promise<void>) | null) =>
    void (flush === null ? flushes.delete(key) : flushes.set(key, flush));

  const field = (one: FieldSpec) => {
    const value = wordsIn(content, one.key);
    if (one.as === 'choice')
      return (
        <LetterChoice
          key={one.key}
          part={one.key}
          label={labelOf(one.key)}
          hint={hintOf(one.key)}
          options={(one.options ?? []).map((option) => ({ value: option.value, label: t(`option.${one.key}.${option.value}`) }))}
          value={value}
          missing={isMissing(one.key)}
          offer={offerOf(one.key, value !== '')}
          onWrite={(chosen) => onWrite({ [one.key]: chosen })}
        />
      );
    return (
      <LetterField
        key={one.key}
        part={one.key}
        label={labelOf(one.key)}
        hint={hintOf(one.key)}
        as={one.as}
        rows={3}
        value={typeof content[one.key] === 'string' ? (content[one.key] as string) : ''}
        missing={isMissing(one.key)}
        fault={faultOf(one.key)}
        offer={offerOf(one.key)}
        tidy={one.as === 'prose' ? tidy : null}
        onFlush={register(one.key)}
        onWrite={(text) => onWrite({ [one.key]: text })}
      />
    );
  };

  return (
    <>
      <div className="letter-recipient">
        {RECIPIENT.map((name) => (
          <LetterField
            key={name}
            part={`recipient.${name}`}
            label={labelOf(`recipient.${name}`)}
            hint=""
            as="line"
            rows={1}
            value={content.recipient[name] ?? ''}
            missing={name === 'name' && isMissing('recipient')}
            fault={null}
            offer={name === 'name' ? offerOf('recipient') : null}
            tidy={null}
            onFlush={register(`recipient.${name}`)}
            onWrite={(text) => onWrite({ recipient: { ...recipientNow.current, [name]: text } })}
          />
        ))}
      </div>
      {inPrintedOrder(template, content).map((one) =>
        one === 'diagnoses' ? (
          <LetterDiagnoses
            key="diagnoses"
            chosen={content.diagnoses}
            ofVisit={view.visitDiagnoses}
            missing={isMissing('diagnoses')}
            offer={offerOf('diagnoses')}
            onWrite={(diagnoses) => void onWrite({ diagnoses })}
          />
        ) : (
          field(one)
        ),
      )}
    </>
  );
}
