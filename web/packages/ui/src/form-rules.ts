//! What a form asks for, read from the JSON Schema subset, and what is wrong with an answer. Pure; the server decides again.
import type { FieldProblem, Form, FormField } from '@shian/api';

export type Widget = 'text' | 'textarea' | 'number' | 'date' | 'datetime' | 'choice' | 'select' | 'checks' | 'yes_no' | 'lines' | 'fixed';

export interface Asked {
  name: string;
  title: string;
  help: string;
  placeholder: string;
  unit: string;
  rows: number;
  required: boolean;
  widget: Widget;
  choices: { value: string | number; title: string }[];
  field: FormField;
}

export type Answers = Record<string, unknown>;

const asRecord = (x: unknown): Record<string, unknown> => (x !== null && typeof x === 'object' && !Array.isArray(x) ? (x as Record<string, unknown>) : {});
const asText = (x: unknown): string => (typeof x === 'string' ? x : '');

function choicesOf(field: FormField | undefined): { value: string | number; title: string }[] {
  if (field?.oneOf) return field.oneOf.map((o) => ({ value: o.const, title: o.title }));
  return (field?.enum ?? []).map((value) => ({ value, title: String(value) }));
}

function widgetOf(field: FormField, hint: string, many = choicesOf(field).length): Widget {
  if (field.const !== undefined) return 'fixed';
  if (field.type === 'array') return choicesOf(field.items).length ? 'checks' : 'lines';
  if (field.type === 'boolean') return 'yes_no';
  // A handful of choices is quicker to press than to unfold, whatever the hint.
  if (many) return many > 6 ? 'select' : 'choice';
  if (field.type === 'integer' || field.type === 'number') return 'number';
  if (field.format === 'date' || hint === 'date') return 'date';
  if (field.format === 'date-time') return 'datetime';
  if (field.format === 'textarea' || hint === 'textarea' || (field.maxLength ?? 0) > 80) return 'textarea';
  return 'text';
}

/** The questions in their order. Hints come as `ui.days.widget` or as `ui.fields.days.widget`, the order as `ui.order`. */
export function questions(form: Form): Asked[] {
  const properties = form.schema.properties ?? {};
  const ui = asRecord(form.ui);
  const hints = asRecord(ui['fields'] ?? ui);
  const required = new Set(form.schema.required ?? []);
  const order = Array.isArray(ui['order']) ? (ui['order'] as unknown[]).filter((n): n is string => typeof n === 'string' && n in properties) : [];
  const names = [...order, ...Object.keys(properties).filter((n) => !order.includes(n))];
  return names.flatMap((name) => {
    const field = properties[name];
    if (!field) return [];
    const hint = typeof hints[name] === 'string' ? { widget: hints[name] } : asRecord(hints[name]);
    if (hint['widget'] === 'hidden') return [];
    return [{
      name,
      title: field.title ?? name,
      help: field.description ?? asText(hint['help']),
      placeholder: asText(hint['placeholder']),
      unit: asText(hint['suffix']) || asText(hint['unit']),
      rows: typeof hint['rows'] === 'number' ? hint['rows'] : 3,
      required: required.has(name),
      widget: widgetOf(field, asText(hint['widget'])),
      choices: choicesOf(field.type === 'array' ? field.items : field),
      field,
    }];
  });
}

/** Answers to begin with: what was given, else the defaults. */
export function firstAnswers(form: Form, given: Answers = {}): Answers {
  const answers: Answers = {};
  for (const q of questions(form)) {
    if (given[q.name] !== undefined) answers[q.name] = given[q.name];
    else if (q.field.const !== undefined) answers[q.name] = q.field.const;
    else if (q.field.default !== undefined) answers[q.name] = q.field.default;
    else if (q.field.type === 'array') answers[q.name] = [];
  }
  return answers;
}

const isEmpty = (v: unknown) => v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0);

export function problemsIn(form: Form, answers: Answers): FieldProblem[] {
  return questions(form).flatMap((q) => {
    const message = problemOf(q, answers[q.name]);
    return message ? [{ field: q.name, code: 'form', message }] : [];
  });
}

function problemOf(q: Asked, value: unknown): string | null {
  const f = q.field;
  if (isEmpty(value)) {
    if (!q.required) return null;
    return q.choices.length ? `请选择${q.title}` : `请填写${q.title}`;
  }
  if (f.type === 'integer' || f.type === 'number') {
    const n = Number(value);
    if (Number.isNaN(n)) return '请填数字';
    if (f.type === 'integer' && !Number.isInteger(n)) return '请填整数';
    if (f.minimum !== undefined && n < f.minimum) return `不能小于 ${f.minimum}`;
    if (f.maximum !== undefined && n > f.maximum) return `不能大于 ${f.maximum}`;
  }
  if (typeof value === 'string') {
    const length = [...value.trim()].length;
    if (q.required && length === 0) return `请填写${q.title}`;
    if (f.minLength !== undefined && length < f.minLength) return `至少写 ${f.minLength} 个字，现在 ${length} 个`;
    if (f.maxLength !== undefined && length > f.maxLength) return `最多 ${f.maxLength} 个字，现在 ${length} 个`;
    if (f.pattern !== undefined && !new RegExp(f.pattern, 'u').test(value)) return '格式不对';
  }
  if (Array.isArray(value)) {
    if (f.minItems !== undefined && value.length < f.minItems) return `至少 ${f.minItems} 项`;
    if (f.maxItems !== undefined && value.length > f.maxItems) return `最多 ${f.maxItems} 项`;
  }
  return null;
}

/** What is sent: empty answers are left out, numbers are numbers, lines without text fall away. */
export function sentAnswers(form: Form, answers: Answers): Answers {
  const sent: Answers = {};
  for (const q of questions(form)) {
    let value = answers[q.name];
    if (q.widget === 'lines' && typeof value === 'string') value = value.split('\n');
    if (Array.isArray(value)) value = value.map((v: unknown) => (typeof v === 'string' ? v.trim() : v)).filter((v) => v !== '');
    if (typeof value === 'string') value = value.trim();
    if (isEmpty(value)) continue;
    if (q.field.type === 'integer' || q.field.type === 'number') value = Number(value);
    if (q.widget === 'datetime' && typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value)) value = `${value}:00+08:00`;
    sent[q.name] = value;
  }
  return sent;
}
