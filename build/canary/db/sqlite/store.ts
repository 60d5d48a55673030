export const store = 'the canary';
