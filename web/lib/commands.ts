// How the commands of phones are named, in the app and in the office.
import { coded } from './i18n.svelte';

export const commandName = coded({
  ru: {
    accept_visit: 'Принять предложение', answer_form: 'Ответы на вопросы', answer_signal: 'Ответ про остановку',
    arrive_at_visit: 'Прибыл на объект', comment_time_correction: 'Замечание к табелю', complete_visit: 'Завершить выезд',
    declare_attachment: 'Фото', decline_visit: 'Отказаться от предложения', depart_for_visit: 'Выехал',
    end_private_time: 'Личное время окончено', give_tracking_consent: 'Согласие на учёт местоположения',
    not_complete_visit: 'Работа не состоялась', pause_visit: 'Пауза', present_act: 'Составить акт', read_chat: 'Чат прочитан',
    record_presence: 'Кто на объекте', refuse_act: 'Отказ от подписи', resume_visit: 'Продолжить работу', scan_tag: 'Метка изделия',
    send_chat_message: 'Сообщение в чат', sign_act: 'Подпись акта', start_private_time: 'Личное время начато',
    start_visit: 'Начать работу', submit_measurement: 'Лист замера', take_payment: 'Оплата', update_site_access: 'Как пройти',
    use_materials: 'Материалы', withdraw_tracking_consent: 'Отзыв согласия',
  },
  en: {
    accept_visit: 'Accept the offer', answer_form: 'Answers to questions', answer_signal: 'Answer about a stop',
    arrive_at_visit: 'Arrived', comment_time_correction: 'Remark on the timesheet', complete_visit: 'Complete the visit',
    declare_attachment: 'Photo', decline_visit: 'Decline the offer', depart_for_visit: 'On the way',
    end_private_time: 'Private time ended', give_tracking_consent: 'Consent to tracking', not_complete_visit: 'Work not done',
    pause_visit: 'Pause', present_act: 'Draw up the act', read_chat: 'Chat read', record_presence: 'Who is here',
    refuse_act: 'Signature refused', resume_visit: 'Go on', scan_tag: 'Tag of a product', send_chat_message: 'Chat message',
    sign_act: 'Signature of the act', start_private_time: 'Private time begun', start_visit: 'Start work',
    submit_measurement: 'Measurement sheet', take_payment: 'Payment', update_site_access: 'How to get in',
    use_materials: 'Materials', withdraw_tracking_consent: 'Consent withdrawn',
  },
});

/** What a phone and the office can change both: how to get into a site, and how much material was used. */
export const fieldName = coded({
  ru: { entrance: 'подъезд', floor: 'этаж', apartment: 'квартира', intercom: 'домофон', access_notes: 'как пройти', quantity: 'количество материала' },
  en: { entrance: 'entrance', floor: 'floor', apartment: 'apartment', intercom: 'intercom', access_notes: 'how to get in', quantity: 'quantity of a material' },
});
