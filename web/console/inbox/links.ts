// Where the subject of an inbox item or an alert is shown. Kinds without a page of their own have no link.
const PAGES: Record<string, string> = {
  visit: '/visits/', request: '/requests/', order: '/orders/', job: '/jobs/', production_order: '/production/', client: '/clients/',
  client_task: '/tasks/', recovery_case: '/retention/cases/', stop_signal: '/reports/stops?on=',
};

export const linkTo = (kind: string, id: string): string | null => (PAGES[kind] ? PAGES[kind] + id : null);
