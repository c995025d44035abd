// Words of the board that several of its parts say.
import { coded } from '$lib/i18n.svelte';
import { rule } from '../parts/words';

/** Broken rules in words. */
export const rulesInWords = (codes: string[]): string => codes.map(rule).join('; ');

export const absenceKind = coded({
  ru: { vacation: 'отпуск', sick: 'болеет', private: 'личное время', break: 'перерыв' },
  en: { vacation: 'vacation', sick: 'sick', private: 'private time', break: 'break' },
});

export const attentionWords = coded({
  ru: {
    late: 'Опаздывают', unanswered: 'Ждут ответа', escalated: 'Никто не берёт', unconfirmed: 'Не подтверждены', broken: 'Нарушают правила',
  },
  en: { late: 'Late', unanswered: 'Unanswered', escalated: 'Nobody accepts', unconfirmed: 'Not confirmed', broken: 'Break rules' },
});
