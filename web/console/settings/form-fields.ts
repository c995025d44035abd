// A form as one edits it: a list of questions. The API keeps it as a JSON Schema with the order and the words beside it.
import type { Schemas } from '$lib/api';

type Definition = Schemas['FormDefinition'];
type SchemaField = Definition['schema']['properties'][string];

export const FIELD_KINDS = ['yesno', 'text', 'choice', 'choices', 'number', 'whole', 'date', 'photo', 'photos'] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

export type Question = {
  code: string;
  kind: FieldKind;
  ru: string;
  en: string;
  help: string;
  isRequired: boolean;
  choices: { code: string; ru: string; en: string }[];
  /** What an answer must keep: length of a text, size of a number, count of choices or photos. Null: no bound. */
  least: number | null;
  most: number | null;
  /** Shown only if the question with this code has one of these answers; "true" and "false" of yes or no. Empty: always. */
  shownIf: string;
  shownFor: string[];
};

/** How the schema names the bounds of each kind of answer. The others have none. */
const BOUNDS: Partial<Record<FieldKind, [string, string]>> = {
  text: ['minLength', 'maxLength'],
  number: ['minimum', 'maximum'],
  whole: ['minimum', 'maximum'],
  choices: ['minItems', 'maxItems'],
  photos: ['minItems', 'maxItems'],
};

export const hasBounds = (kind: FieldKind): boolean => kind in BOUNDS;

export function questionsOf({ schema, ui }: Definition): Question[] {
  return ui.order.map((code) => {
    const field = schema.properties[code]!;
    const words = ui.fields[code];
    const condition = field['x-shown-if'];
    const kind = kindOf(field);
    return {
      code,
      kind,
      ru: words?.label.ru ?? '',
      en: words?.label.en ?? '',
      help: words?.help?.ru ?? '',
      isRequired: schema.required?.includes(code) ?? false,
      choices: choicesOf(field).map((choice) => ({ code: choice, ru: words?.choices?.[choice]?.ru ?? choice, en: words?.choices?.[choice]?.en ?? '' })),
      ...boundsOf(field, kind),
      shownIf: condition?.field ?? '',
      shownFor: condition?.any_of.map(String) ?? [],
    };
  });
}

/** The definition again. What the editor does not show (patterns) stays as `before` has it. */
export function definitionOf(questions: Question[], before: Definition | null): Definition {
  const properties: Definition['schema']['properties'] = {};
  const fields: Definition['ui']['fields'] = {};
  for (const question of questions) {
    const known = before?.schema.properties[question.code];
    const kept = known && kindOf(known) === question.kind ? known : {};
    const field = { ...kept, ...shapeOf(question) } as SchemaField;
    bind(field, question);
    delete field['x-shown-if'];
    if (question.shownIf) field['x-shown-if'] = { field: question.shownIf, any_of: answersOf(question, questions) };
    properties[question.code] = field;
    fields[question.code] = {
      label: wordsOf(question.ru, question.en),
      ...(question.help ? { help: wordsOf(question.help, before?.ui.fields[question.code]?.help?.en ?? '') } : {}),
      ...(hasChoices(question.kind) ? { choices: Object.fromEntries(question.choices.map((choice) => [choice.code, wordsOf(choice.ru, choice.en)])) } : {}),
    };
  }
  const required = questions.filter((question) => question.isRequired).map((question) => question.code);
  return { schema: { type: 'object', properties, required }, ui: { order: questions.map((question) => question.code), fields } };
}

export const hasChoices = (kind: FieldKind): boolean => kind === 'choice' || kind === 'choices';

function kindOf(field: SchemaField): FieldKind {
  if (field.type === 'boolean') return 'yesno';
  if (field.type === 'number') return 'number';
  if (field.type === 'integer') return 'whole';
  if (field.type === 'array') return field.items.format === 'attachment' ? 'photos' : 'choices';
  if (field.format === 'attachment') return 'photo';
  if (field.format === 'date') return 'date';
  return field.enum ? 'choice' : 'text';
}

function choicesOf(field: SchemaField): string[] {
  if (field.type === 'array') return field.items.enum ?? [];
  return field.type === 'string' ? (field.enum ?? []) : [];
}

function shapeOf({ kind, choices }: Question): object {
  const codes = choices.map((choice) => choice.code);
  switch (kind) {
    case 'yesno':
      return { type: 'boolean' };
    case 'number':
      return { type: 'number' };
    case 'whole':
      return { type: 'integer' };
    case 'choices':
      return { type: 'array', items: { type: 'string', enum: codes } };
    case 'photos':
      return { type: 'array', items: { type: 'string', format: 'attachment' } };
    case 'photo':
      return { type: 'string', format: 'attachment' };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'choice':
      return { type: 'string', enum: codes };
    case 'text':
      return { type: 'string' };
  }
}

function boundsOf(field: SchemaField, kind: FieldKind): { least: number | null; most: number | null } {
  const rules = field as Record<string, unknown>;
  const [least, most] = (BOUNDS[kind] ?? []).map((name) => (rules[name] as number | undefined) ?? null);
  return { least: least ?? null, most: most ?? null };
}

function bind(field: SchemaField, { kind, least, most }: Question): void {
  const rules = field as Record<string, unknown>;
  BOUNDS[kind]?.forEach((name, index) => {
    const bound = [least, most][index] ?? null;
    if (bound === null) delete rules[name];
    else rules[name] = bound;
  });
}

function answersOf({ shownIf, shownFor }: Question, questions: Question[]): (boolean | string)[] {
  const isYesNo = questions.find((question) => question.code === shownIf)?.kind === 'yesno';
  return isYesNo ? shownFor.map((answer) => answer === 'true') : shownFor;
}

const wordsOf = (ru: string, en: string): Schemas['Words'] => (en ? { ru, en } : { ru });
