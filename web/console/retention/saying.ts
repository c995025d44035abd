// A step of a plan as a sentence.
import type { Schemas } from '$lib/api';
import { channel } from '../crm/words';
import { anchorName, t, unitName } from './texts';

type Step = Schemas['TouchStep'];

/** “3 days after the event: SMS plan_invite”. */
export function sayStep(step: Step): string {
  const { delay, message, task } = step;
  const anchor = delay?.anchor ?? 'event';
  const when = delay?.amount
    ? `${delay.amount} ${unitName(delay.unit ?? 'day')} ${delay.is_before ? t('before') : t('after')} ${anchorName(anchor)}`
    : `${t('at')} ${anchorName(anchor)}`;
  const what = message
    ? `${message.channels.map((one) => channel(one.channel)).join(', ')} «${message.template}»`
    : task
      ? `${channel(task.channel ?? 'call')}: ${task.note}`
      : '—';
  return `${step.code}: ${when}${delay?.at_local ? ` ${delay.at_local}` : ''} – ${what}`;
}
