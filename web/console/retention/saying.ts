// A step of a plan as a sentence.
import type { Schemas } from '$lib/api';
import { lang } from '$lib/i18n.svelte';
import { channel } from '../crm/words';
import { messageKind } from '../settings/message-words';
import { anchorName, sayAmount, weekday } from './plan-words';
import { t } from './texts';

type Step = Schemas['TouchStep'];

/** “3 days after the event: SMS “Invitation””. */
export function sayStep(step: Step): string {
  return `${sayWhen(step)} – ${sayWhat(step)}${step.repeat ? `, ${sayRepeat(step.repeat)}` : ''}`;
}

function sayWhen({ delay, after }: Step): string {
  const anchor = delay?.anchor ?? 'event';
  const named = anchor === 'previous' && !after ? anchorName('event') : anchorName(anchor);
  const when = delay?.amount
    ? `${sayAmount(delay.amount, delay.unit ?? 'day')} ${delay.is_before ? t('before') : t('after')} ${named}`
    : `${t('at')} ${named}`;
  const days = delay?.weekdays?.length ? ` (${delay.weekdays.map(weekday).join(', ')})` : '';
  return `${when}${delay?.at_local ? ` ${t('atClock')} ${delay.at_local}` : ''}${days}`;
}

function sayWhat({ message, task }: Step): string {
  if (message) return `${message.channels.map((one) => channel(one.channel)).join(', ')} ${quoted(messageKind(message.template) || '…')}`;
  return task ? `${channel(task.channel ?? 'call')}: ${task.note || '…'}` : '–';
}

const sayRepeat = ({ every, times }: NonNullable<Step['repeat']>): string =>
  t('repeats', { span: sayAmount(every.amount, every.unit ?? 'day'), times: times ?? '∞' });

const quoted = (words: string) => (lang() === 'ru' ? `«${words}»` : `“${words}”`);

/** How people call a step of these: by its number and what it is. Its code, if the plan has no such step any more. */
export function stepName(steps: Step[], code: string): string {
  const index = steps.findIndex((one) => one.code === code);
  return index < 0 ? t('formerStep', { code }) : `${index + 1}. ${sayWhat(steps[index]!)}`;
}
