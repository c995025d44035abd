// What a person has in hand: open tasks and recovery cases, each with the command that gives it to a colleague.
import { api, read, type Schemas } from '$lib/api';
import { every } from '../parts/every';
import { caseStep } from '../crm/words';
import { may } from '../state.svelte';

export type Work = {
  id: string;
  clientId: string;
  client: string;
  what: string;
  due: string;
  give: (to: string, reason: string) => Promise<unknown>;
};

const taskWork = (task: Schemas['TaskOut']): Work => ({
  id: task.id,
  clientId: task.client_id,
  client: task.client_name,
  what: task.note || task.why,
  due: task.due_at,
  give: (user_id) => read(api.POST('/api/v1/crm/tasks/{task_id}/hand-over', { params: { path: { task_id: task.id } }, body: { user_id } })),
});

const caseWork = (one: Schemas['ListedCaseOut']): Work => ({
  id: one.id,
  clientId: one.client_id,
  client: one.client_name,
  what: caseStep(one.step),
  due: one.contacted_at ? '' : one.contact_by,
  give: (user_id, reason) =>
    read(api.POST('/api/v1/crm/cases/{case_id}/owner', { params: { path: { case_id: one.id } }, body: { user_id, reason } })),
});

/** Cases are given by supervisors alone: nobody else is shown them here. */
export async function workOf(person: string): Promise<{ tasks: Work[]; cases: Work[] }> {
  const status = 'open' as const;
  const [tasks, cases] = await Promise.all([
    every((from) => read(api.GET('/api/v1/crm/tasks', { params: { query: { holder_id: person, status, limit: 100, ...from } } }))),
    may('supervisor')
      ? every((from) => read(api.GET('/api/v1/crm/cases', { params: { query: { owner_id: person, status, limit: 100, ...from } } })))
      : [],
  ]);
  return { tasks: tasks.map(taskWork), cases: cases.map(caseWork) };
}
