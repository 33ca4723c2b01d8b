import { describe, expect, it } from 'vitest';
import type { Form } from '@shian/api';
import { firstAnswers, problemsIn, questions, sentAnswers } from './form-rules';

const order: Form = {
  schema: {
    type: 'object',
    required: ['requirement', 'days', 'article'],
    properties: {
      days: { type: 'integer', title: '期限', minimum: 1, maximum: 30, default: 3 },
      requirement: { type: 'string', title: '整改要求', minLength: 4, maxLength: 500 },
      article: { type: 'string', title: '依据', oneOf: [{ const: 's126', title: '《食品安全法》第一百二十六条' }] },
      kinds: { type: 'array', title: '类别', items: { type: 'string', enum: ['甲', '乙'] }, maxItems: 1 },
      on: { type: 'string', format: 'date', title: '日期' },
    },
  },
  ui: { order: ['requirement', 'days'], fields: { days: { unit: '个工作日' } } },
};

describe('a form', () => {
  it('asks in the order the law page gives, with fitting widgets', () => {
    expect(questions(order).map((q) => [q.name, q.widget])).toEqual([
      ['requirement', 'textarea'], ['days', 'number'], ['article', 'choice'], ['kinds', 'checks'], ['on', 'date'],
    ]);
    expect(questions(order)[1]?.unit).toBe('个工作日');
  });
  it('begins with what was given, else the defaults', () => {
    expect(firstAnswers(order, { requirement: '戴好工帽' })).toEqual({ requirement: '戴好工帽', days: 3, kinds: [] });
  });
  it('says what is wrong in words', () => {
    expect(problemsIn(order, { requirement: '改', days: 40, kinds: ['甲', '乙'] }).map((p) => [p.field, p.message])).toEqual([
      ['requirement', '至少写 4 个字，现在 1 个'], ['days', '不能大于 30'], ['article', '请选择依据'], ['kinds', '最多 1 项'],
    ]);
    expect(problemsIn(order, { requirement: '    ', days: 3, article: 's126' })[0]?.message).toBe('请填写整改要求');
    expect(problemsIn(order, { requirement: '戴好工帽', days: 3, article: 's126' })).toEqual([]);
  });
  it('sends only what was answered, in its type', () => {
    expect(sentAnswers(order, { requirement: ' 戴好工帽 ', days: '5', article: 's126', kinds: [], on: '' })).toEqual({ requirement: '戴好工帽', days: 5, article: 's126' });
  });
});
