import { coded, words } from '$lib/i18n.svelte';
import { may, router } from '../state.svelte';

export const t = words({
  ru: {
    tasks: 'Задачи', myDay: 'Мой день', handover: 'Передача дел', allTasks: 'Все задачи', open: 'Поставить задачу', overdue: 'просрочено',
    client: 'Клиент', what: 'Что сделать', due: 'Срок', holder: 'Кто делает', state: 'Состояние', take: 'Взять', finish: 'Итог', handOver: 'Передать',
    drop: 'Снять', taken: 'Задача за вами', takenBy: 'взял(а) {name}', done: 'Итог записан', handed: 'Задача передана',
    handedOn: 'Задачу уже передали дальше. Сейчас: {name}.', dropped: 'Задача снята', outcomeTitle: 'Чем закончилась задача', save: 'Записать',
    to: 'Кому', why: 'Почему', tries: 'попыток: {many}', nothing: 'На этот день задач нет',
    nothingWhy: 'Задачи приходят из планов, обещаний перезвонить и дел о возврате. Можно поставить задачу самим.', noTasks: 'Задач нет',
    status: 'Состояние', person: 'Исполнитель', anybody: 'все', day: 'День', today: 'Сегодня', earlier: 'Днём раньше', later: 'Днём позже',
    history: 'История задачи', next: 'следующая задача', left: 'Осталось: {many}', late: 'просрочено: {many}', keysTake: 'взять',
    keysFinish: 'записать итог', keysHand: 'передать', notReached: 'Программа сама напомнит: через 2 часа, день и три дня.', mine: 'мои',
    nobody: 'никто',
  },
  en: {
    tasks: 'Tasks', myDay: 'My day', handover: 'Handing over', allTasks: 'All tasks', open: 'Open a task', overdue: 'overdue', client: 'Client',
    what: 'What to do', due: 'Due', holder: 'Who does it', state: 'State', take: 'Take', finish: 'Outcome', handOver: 'Hand over', drop: 'Drop',
    taken: 'The task is yours', takenBy: 'taken by {name}', done: 'The outcome is written down', handed: 'The task is handed over',
    handedOn: 'The task has gone on since. Now: {name}.', dropped: 'The task is dropped', outcomeTitle: 'What came of the task', save: 'Write down',
    to: 'To whom', why: 'Why', tries: 'tries: {many}', nothing: 'No tasks for this day',
    nothingWhy: 'Tasks come from plans, promises to call back and recovery cases. You can open one by hand.', noTasks: 'No tasks', status: 'State',
    person: 'Person', anybody: 'all', day: 'Day', today: 'Today', earlier: 'The day before', later: 'The day after', history: 'History of the task',
    next: 'next task', left: 'Left: {many}', late: 'overdue: {many}', keysTake: 'take', keysFinish: 'outcome', keysHand: 'hand over',
    notReached: 'The product reminds by itself after 2 hours, a day and three days.', mine: 'mine', nobody: 'nobody',
  },
});

/** The places of the tasks. */
export const taskTabs = () => [
  { href: router.href('/tasks'), name: t('myDay') },
  { href: router.href('/tasks?view=all'), name: t('allTasks') },
  ...(may('dispatcher', 'operator', 'supervisor') ? [{ href: router.href('/tasks/handover'), name: t('handover') }] : []),
];

export const taskStatus = coded({
  ru: { open: 'открыта', closed: 'выполнена', dropped: 'снята' },
  en: { open: 'open', closed: 'done', dropped: 'dropped' },
});
export const TASK_STATUSES = ['open', 'closed', 'dropped'] as const;

export const taskEvent = coded({
  ru: {
    opened: 'поставлена', taken: 'взята', handed_over: 'передана', tried: 'попытка', closed: 'выполнена', dropped: 'снята',
    passed_on: 'перешла к другому',
  },
  en: {
    opened: 'opened', taken: 'taken', handed_over: 'handed over', tried: 'tried', closed: 'done', dropped: 'dropped',
    passed_on: 'passed on',
  },
});
