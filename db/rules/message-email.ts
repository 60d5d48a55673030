/**
 * What is worded otherwise in an e-mail: nobody reads an answer to it, so there is no JA and no STOPP in it. A letter is told of and never
 * sent along: S2 of norway.md §8, and an e-mail may be read on its way (Normen, faktaark 54).
 */
/** Longest e-mail we send: the room a message's words have. */
export const MAX_EMAIL = 2000;

const END_NB = 'Denne e-posten kan ikke besvares. Vil du ikke ha e-post fra oss, si fra på {phone}.';
const END_EN = 'This e-mail cannot be answered. If you want no e-mail from us, tell us at {phone}.';

const WORDING: Readonly<Record<string, Readonly<Record<'nb' | 'en', string>>>> = {
  'reminder-24h': {
    nb: `Hei.\n\nDette er en påminnelse fra {clinic}: time {day} kl. {time} {first} {place}. Passer det ikke, ring {phone}.\n\n${END_NB}`,
    en: `Hello.\n\nThis is a reminder from {clinic}: appointment {day} at {time} {first} {place}. If it does not suit you, call {phone}.\n\n${END_EN}`,
  },
  confirmation: {
    nb: `Hei.\n\nDu har time hos {clinic} {day} kl. {time} {first} {place}. Passer det ikke, ring {phone}.\n\n${END_NB}`,
    en: `Hello.\n\nYou have an appointment at {clinic} {day} at {time} {first} {place}. If it does not suit you, call {phone}.\n\n${END_EN}`,
  },
  cancellation: {
    nb: `Hei.\n\nTimen din hos {clinic} {day} kl. {time} er avlyst. Ring {phone} for ny time.\n\n${END_NB}`,
    en: `Hello.\n\nYour appointment at {clinic} {day} at {time} is cancelled. Call {phone} for a new one.\n\n${END_EN}`,
  },
  recall: {
    nb: `Hei.\n\nDu ønsket å bli minnet om å bestille ny time hos {clinic}. Ring {phone}.\n\n${END_NB}`,
    en: `Hello.\n\nYou wanted to be reminded to book again at {clinic}. Call {phone}.\n\n${END_EN}`,
  },
  'recall-agreed': {
    nb: `Hei.\n\nSom avtalt er det tid for å bestille ny time hos {clinic}. Ring {phone}.\n\n${END_NB}`,
    en: `Hello.\n\nAs agreed, it is time to book again at {clinic}. Call {phone}.\n\n${END_EN}`,
  },
  notice: {
    nb: `Hei.\n\nDu har en melding fra {clinic}. Ring {phone} eller kom innom, så får du den.\n\n${END_NB}`,
    en: `Hello.\n\nYou have a message from {clinic}. Call {phone} or come by to get it.\n\n${END_EN}`,
  },
};
export const emailWording = (templateId: string, language: 'nb' | 'en'): string | undefined => WORDING[templateId]?.[language];
