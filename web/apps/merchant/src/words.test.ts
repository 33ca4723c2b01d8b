import type { MatterAct, MatterEvent } from '@shian/api';
import { expect, test } from 'vitest';
import { accepts, actWords, currentLicences, found, mainAct, needsPage, openReturn, reasonOf, shortTitle, stepNow, takesPictures } from './words';

const act = (id: string, change: Partial<MatterAct> = {}): MatterAct => ({
  id, title: id, tone: 'plain', form: null, files: null, consequence: null, opens: null, office: false, batch: false, on_behalf_of: null, ...change,
});
const pictures = { min: 1, max: 9, accept: 'image/*' };
const event = (seq: number, name: string, reason = ''): MatterEvent => ({
  seq, act: name, act_title: name, actor_name: '李敏', actor_post_title: null, at: '2026-11-21T10:00:00+08:00',
  form: reason ? { reason, days: 2 } : null, form_fields: reason ? [{ label: '退回原因', value: reason }] : [],
  files: [], to_state_title: null, note: null,
});

test('a shop does not read its own name in front of every title', () => {
  expect(shortTitle({ title: '王记面馆：动物进入', business_name: '王记面馆' })).toBe('动物进入');
  expect(shortTitle({ title: '动物进入', business_name: '王记面馆' })).toBe('动物进入');
  expect(shortTitle({ title: '王记面馆', business_name: '王记面馆' })).toBe('王记面馆');
});

test('handing in with pictures comes before having read', () => {
  const acts = [act('acknowledge', { tone: 'primary' }), act('submit', { tone: 'primary', files: pictures })];
  expect(mainAct(acts)?.id).toBe('submit');
  expect(mainAct([act('acknowledge')])?.id).toBe('acknowledge');
  expect(mainAct([])).toBeNull();
});

test('an act unknown to this port keeps its own title and its own page', () => {
  const appeal = act('appeal', { title: '陈述申辩', form: { schema: { properties: { text: { type: 'string' } } }, ui: null } });
  expect(actWords(appeal)).toBe('陈述申辩');
  expect(needsPage(appeal)).toBe(true);
  expect(needsPage(act('acknowledge', { form: { schema: { properties: {} }, ui: null } }))).toBe(false);
});

test('handing in says that it is done with photographs', () => {
  expect(actWords(act('submit', { title: '提交整改', files: pictures }))).toBe('拍照并提交');
  expect(actWords(act('submit', { title: '提交材料', files: { ...pictures, accept: 'application/pdf' } }))).toBe('提交材料');
  expect(actWords(act('submit', { title: '提交答复', files: { ...pictures, min: 0 } }))).toBe('提交答复');
});

test('accepted kinds may come as a list or as one text, or not at all', () => {
  expect(accepts(act('x', { files: { ...pictures, accept: ['image/*', 'video/mp4'] } }))).toBe('image/*,video/mp4');
  expect(takesPictures(act('x', { files: { ...pictures, accept: '' } }))).toBe(true);
  expect(takesPictures(act('x'))).toBe(false);
});

test('a return counts until the shop hands in again', () => {
  const returned = event(4, 'return', '照片看不清');
  expect(openReturn({ history: [event(3, 'submit'), returned] })).toBe(returned);
  expect(openReturn({ history: [event(3, 'submit'), returned, event(5, 'submit')] })).toBeNull();
  expect(openReturn({ history: [event(2, 'order')] })).toBeNull();
  expect(reasonOf(returned)).toBe('照片看不清');
});

test('what was found comes from the facts, and a matter without a picture has none', () => {
  const facts = {
    scene_title: '动物进入', zone_title: '烹饪', camera_name: '烹饪区 02', seen_at: '2026-11-21T02:10:00+08:00', still_file_id: 'f1',
    boxes: [{ x: 0.1, y: 0.2, w: 0.3, h: 0.4, label: 'cat', score: 0.93, about: true }, { x: 0, y: 0, w: 1, h: 1, label: 'bowl', score: 0.4, about: false }, { x: 'left' }, null],
  };
  const seen = found({ facts, opened_at: '2026-11-21T10:00:00+08:00' });
  expect(seen).toMatchObject({ at: facts.seen_at, what: '动物进入', where: '烹饪 · 烹饪区 02', still_url: '/api/files/f1', clip_url: null });
  expect(seen.boxes).toEqual([{ x: 0.1, y: 0.2, w: 0.3, h: 0.4, label: 'cat', score: null, about: true }]);
  expect(found({ facts: {}, opened_at: '2026-11-21T10:00:00+08:00' })).toMatchObject({ at: '2026-11-21T10:00:00+08:00', still_url: null, boxes: [] });
});

test('a licence that was renewed does not stand there as expired', () => {
  const old = { kind: 'food', valid_to: '2023-04-16' };
  const now = { kind: 'food', valid_to: '2028-04-16' };
  const other = { kind: 'drain', valid_to: '2020-01-01' };
  expect(currentLicences([old, now, other])).toEqual([now, other]);
});

test('the step now is counted from one', () => {
  const steps = [{ state: 'a', title: '责令改正', at: 'past' as const }, { state: 'b', title: '企业整改', at: 'now' as const }];
  expect(stepNow({ steps })).toEqual({ at: 2, of: 2, title: '企业整改' });
  expect(stepNow({ steps: [] })).toBeNull();
});
