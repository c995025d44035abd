// Words of recovery cases.
import { dayTime, money } from '$lib/format';
import { coded } from '$lib/i18n.svelte';
import { t } from './texts';

export const CONTACTED = ['reached', 'refused', 'not_reached'] as const;
export const contacted = coded({
  ru: { reached: 'поговорили', refused: 'не хочет говорить', not_reached: 'не дозвонились' },
  en: { reached: 'reached', refused: 'does not want to speak', not_reached: 'not reached' },
});
export const actionKind = coded({
  ru: {
    apology: 'извинение руководителя', rework: 'переделка', other_crew: 'другая бригада', other_manager: 'другой менеджер',
    refund: 'возврат денег', discount: 'скидка', bonus: 'бонус', gift: 'подарок',
  },
  en: {
    apology: 'apology of the head', rework: 'rework', other_crew: 'another crew', other_manager: 'another manager', refund: 'refund',
    discount: 'discount', bonus: 'bonus', gift: 'gift',
  },
});
export const actionDecision = coded({
  ru: { waiting: 'ждёт решения', approved: 'разрешено', refused: 'отказано' },
  en: { waiting: 'waits', approved: 'approved', refused: 'refused' },
});
export const caseLine = coded({
  ru: {
    opened: 'дело открыто', signal_added: 'добавлен сигнал', owner_changed: 'дело передано', evidence_seen: 'материалы изучены',
    statement_taken: 'записаны слова сотрудника', money_seen: 'деньги оценены', contacted: 'попытка поговорить',
    verified: 'причина проверена', action_proposed: 'предложена мера', action_decided: 'решение о мере', confirmed: 'клиент подтвердил',
    not_confirmed: 'клиент не подтвердил', prevented: 'поручено, чтобы не повторилось', closed: 'дело закрыто',
    asked_again: 'спросили ещё раз', reached: 'поговорили', refused: 'не хочет говорить', not_reached: 'не дозвонились',
  },
  en: {
    opened: 'opened', signal_added: 'signal added', owner_changed: 'given to another', evidence_seen: 'file seen',
    statement_taken: 'statement taken', money_seen: 'money seen', contacted: 'attempt to speak', verified: 'reason verified',
    action_proposed: 'measure proposed', action_decided: 'measure decided', confirmed: 'client confirmed',
    not_confirmed: 'client did not confirm', prevented: 'prevention given', closed: 'closed', asked_again: 'asked again',
    reached: 'reached', refused: 'does not want to speak', not_reached: 'not reached',
  },
});
/** What stands in the file of a case. */
export const heading = coded({
  ru: {
    signals: 'Сигнал', jobs: 'Наряд', visits: 'Выезд', acts: 'Акт', photos: 'Фото', chat: 'Чат', messages: 'Сообщение', calls: 'Разговор',
    answers: 'Ответ о качестве', payments: 'Деньги', orders: 'Заказ', statements: 'Слова сотрудника',
  },
  en: {
    signals: 'Signal', jobs: 'Job', visits: 'Visit', acts: 'Act', photos: 'Photo', chat: 'Chat', messages: 'Message', calls: 'Talk',
    answers: 'Answer about quality', payments: 'Money', orders: 'Order', statements: 'Statement',
  },
});
/** A fact of the evidence as people read it. */
export function sayFact(name: string, value: unknown): string {
  if (name.endsWith('_at') || name === 'at') return dayTime(String(value));
  if (name === 'amount_kop') return money(Number(value));
  if (name === 'number') return `№ ${value}`;
  if (name === 'late_min') return `+${value} ${t('min')}`;
  return String(value);
}
