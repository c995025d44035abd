// Forms are JSON Schema in the part that `app/orders/forms` describes. What is shown, what is missing, what does not fit.
// Pure functions: the server judges again by the same schema.
export type Answer = boolean | number | string | string[] | null;
export type Answers = Record<string, Answer>;
type ShownIf = { field: string; any_of: (boolean | string)[] };
export type Field = {
  type: 'string' | 'number' | 'integer' | 'boolean' | 'array';
  enum?: string[];
  format?: 'date' | 'attachment';
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: { enum?: string[]; format?: 'attachment' };
  minItems?: number;
  maxItems?: number;
  'x-shown-if'?: ShownIf;
};
export type Schema = { properties: Record<string, Field>; required?: string[]; allOf?: { then: { required: string[] } }[] };
export type Fault = 'missing' | 'too_small' | 'too_large' | 'too_short' | 'too_long' | 'too_few' | 'too_many' | 'no_fit';

const isGiven = (answer: Answer | undefined): answer is NonNullable<Answer> =>
  answer !== null && answer !== undefined && answer !== '' && !(Array.isArray(answer) && !answer.length);

/** A field is shown if the field that it depends on is shown and has one of the answers. */
export function isShown(schema: Schema, code: string, answers: Answers): boolean {
  const condition = schema.properties[code]?.['x-shown-if'];
  if (!condition) return true;
  const answer = answers[condition.field];
  if (!isGiven(answer) || !isShown(schema, condition.field, answers)) return false;
  const said = Array.isArray(answer) ? answer : [answer];
  return said.some((one) => condition.any_of.includes(one as boolean | string));
}

export function isRequired(schema: Schema, code: string): boolean {
  return (schema.required ?? []).includes(code) || (schema.allOf ?? []).some((one) => one.then.required.includes(code));
}

/** What is wrong with an answer. Null: nothing. */
export function faultOf(schema: Schema, code: string, answers: Answers): Fault | null {
  const field = schema.properties[code]!;
  const answer = answers[code];
  if (!isShown(schema, code, answers)) return null;
  if (!isGiven(answer)) return isRequired(schema, code) ? 'missing' : null;
  if (Array.isArray(answer)) return outside(answer.length, field.minItems, field.maxItems, 'too_few', 'too_many');
  if (typeof answer === 'number') {
    return field.type === 'integer' && !Number.isInteger(answer) ? 'no_fit' : outside(answer, field.minimum, field.maximum, 'too_small', 'too_large');
  }
  if (typeof answer === 'string' && !field.enum && !field.format) {
    const length = [...answer].length; // a letter beyond the basic plane is one, as the server counts
    return outside(length, field.minLength, field.maxLength, 'too_short', 'too_long') ?? (fits(answer, field.pattern) ? null : 'no_fit');
  }
  return null;
}

function outside(value: number, least: number | undefined, most: number | undefined, below: Fault, above: Fault): Fault | null {
  if (least !== undefined && value < least) return below;
  return most !== undefined && value > most ? above : null;
}

const fits = (answer: string, pattern: string | undefined) => !pattern || new RegExp(pattern, 'u').test(answer);

export function faultsOf(schema: Schema, order: string[], answers: Answers): Record<string, Fault> {
  const found = order.filter((code) => code in schema.properties).map((code) => [code, faultOf(schema, code, answers)] as const);
  return Object.fromEntries(found.filter(([, fault]) => fault)) as Record<string, Fault>;
}

/** The answers that differ from those that were shown, as the API wants them. What was emptied is null. */
export function changesOf(shown: Answers, typed: Answers): { answers: Answers; base: Answers } {
  const answers: Answers = {};
  const base: Answers = {};
  for (const code of new Set([...Object.keys(shown), ...Object.keys(typed)])) {
    const now = isGiven(typed[code]) ? typed[code]! : null;
    const was = isGiven(shown[code]) ? shown[code]! : null;
    if (JSON.stringify(now) === JSON.stringify(was)) continue;
    answers[code] = now;
    if (was !== null) base[code] = was;
  }
  return { answers, base };
}
