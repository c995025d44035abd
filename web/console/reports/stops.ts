// Words for stops that nothing explains.
import type { Schemas } from '$lib/api';
import { coded, words } from '$lib/i18n.svelte';

const choice = coded({
  ru: {
    errand: 'по делам компании', waiting: 'ждал', meal: 'обед', vehicle: 'машина: заправка, ремонт, пробка', private: 'личное',
    not_there: 'его там не было', other: 'другое',
  },
  en: {
    errand: 'an errand for the company', waiting: 'was waiting', meal: 'a meal', vehicle: 'the car: fuel, repair, jam', private: 'private',
    not_there: 'he was not there', other: 'other',
  },
});

export const decision = coded({
  ru: { explained: 'объяснена', not_explained: 'не объяснена', mistake: 'ошибка данных' },
  en: { explained: 'explained', not_explained: 'not explained', mistake: 'wrong data' },
});

const t = words({
  ru: { gone: 'снята: нашлось объяснение', open: 'ждёт решения' },
  en: { gone: 'taken back: explained by data', open: 'waits for a decision' },
});

export const TONES: Record<string, string> = { explained: 'good', not_explained: 'bad', mistake: '', '': 'warn' };

/** «по делам компании: забирал сетки». */
export const answerOf = (answer: Schemas['SignalAnswerOut']) => choice(answer.choice) + (answer.comment ? `: ${answer.comment}` : '');

export const stateOf = (stop: Schemas['StopSignalOut']) => (stop.decision ? decision(stop.decision) : stop.gone_at ? t('gone') : t('open'));
