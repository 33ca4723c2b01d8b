//! Words of the periods of the law.
import type { Certainty, DeadlineKind } from '@shian/api';

export const KINDS: { id: DeadlineKind | 'setting'; title: string }[] = [
  { id: 'limit', title: '办理期限' }, { id: 'opens', title: '最早时间' }, { id: 'lasts', title: '持续期间' },
  { id: 'keep', title: '保存期限' }, { id: 'every', title: '间隔' }, { id: 'quota', title: '数量' }, { id: 'setting', title: '本局设置' },
];

export const CERTAINTY: Record<Certainty, string> = {
  text: '已与条文核对', secondary: '部分来自二手来源，待本局核对', memory: '未与原文核对，使用前须本局确认',
};

export const TEXTS = {
  noneFound: { title: '没有符合条件的期限', text: '换一个词试试：事项名称、条文所在的规章、由谁办理，都可以查。' },
  pick: '从左边选一项期限，看依据，算日期。',
  moment: '这项期限按小时计算，请填写时刻。',
};
