//! Words of matters.
export const PROCEDURES: { id: string; title: string }[] = [
  { id: 'alert-review', title: '告警研判' }, { id: 'reminder', title: '提醒' }, { id: 'rectification', title: '责令改正' }, { id: 'clue', title: '线索核查' },
];

/** Facts of a matter that are worth a line of their own; the others serve the machine. */
export const FACTS: { key: string; title: string }[] = [
  { key: 'scene_title', title: '情形' }, { key: 'class', title: '类别' }, { key: 'zone_title', title: '区域' },
  { key: 'camera_name', title: '镜头' }, { key: 'requirement', title: '要求' }, { key: 'days', title: '期限' },
];

export const factText = (key: string, value: unknown): string => {
  if (value === null || value === undefined || value === '') return '';
  if (key === 'class') return ({ 1: '一类', 2: '二类', 3: '三类' } as Record<string, string>)[String(value)] ?? String(value);
  if (key === 'days') return `${String(value)} 日`;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

export const TEXTS = {
  none: { title: '还没有事项', text: '告警判为有效后，提醒、责令改正和线索核查会成为事项，带着时限排在这里。' },
  noneFound: { title: '没有符合条件的事项', text: '放宽条件，或者用编号、主体名称再查。' },
  noProcedures: { title: '没有可以手工立案的程序', text: '告警、投诉等会自己成为事项；要手工立案的业务，在程序文件里写明由哪个岗位立案（open）。' },
  noParty: { title: '没有找到', text: '只查得到本辖区的主体。换个写法，或者用证号再查。' },
  noActs: '现在没有需要你办的。',
  ended: '这件事项已经办结。',
  noLoad: { title: '没有在办的事项', text: '签收或转办以后，各人的在办数会排在这里。' },
  noBatch: '所选的第一件现在没有可以一起办的操作。',
  noDeputies: '没有委托，也没有受人委托。',
  noColleagues: '没有可以委托的同事：代理人的辖区须不小于自己的辖区。',
  handedOn: '已转到其他单位办理，本单位只能查看。',
  noClocks: '没有在走的时限。',
  bundle: '下载核验包',
  bundleSaving: '正在生成…',
  bundleWhat: '全部经过和附件的哈希，连同存证日志的证明；任何人可在公众端“核验”页离线核对',
  bundleName: '核验包',
  bundleSaved: '核验包已保存，可在公众端“核验”页离线核对。',
};

/** What came of an opinion that was asked for. */
export const ANSWERS = {
  open: { title: '待签署', tone: 'soon' }, agreed: { title: '同意', tone: 'done' }, refused: { title: '不同意', tone: 'danger' }, ended: { title: '不再等待', tone: 'closed' },
} as const;
