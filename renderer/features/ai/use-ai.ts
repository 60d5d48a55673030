/** Whether the writing help is on here; asked again when the clinic's switch or the network changes. */
import type { AiWish } from '#electron/contract/ai.ts';
import { useAsk } from '../../app/use-ask.ts';

const NONE: AiWish[] = [];

/** @returns `on`: false until it is known */
export function useAi(): { on: boolean; wishes: AiWish[]; again(): void } {
  const { value, again } = useAsk('ai.state', {}, ['integration_setting', 'sync']);
  return { on: value?.on === true, wishes: value?.wishes ?? NONE, again };
}
