//! Words of alert review.
export const CLASS_TITLE: Record<number, string> = { 1: '一类', 2: '二类', 3: '三类' };

export const ACT_TITLE: Record<string, string> = {
  remind: '有效 · 提醒', order: '有效 · 责令改正', refer: '有效 · 转线索核查', dismiss: '误报', unclear: '无法判断',
};

export const VALID_ACTS = ['remind', 'order', 'refer'] as const;

export const STATE_FILTERS = [
  { id: '', title: '待研判' }, { id: 'valid', title: '有效' }, { id: 'false', title: '误报' }, { id: 'unclear', title: '无法判断' },
] as const;

export const CLIP_WHY: Record<string, string> = {
  'camera.offline': '当时摄像头离线', 'clip.no_frames': '那几秒没有收到画面', 'clip.too_large': '片段太大，没有保存', 'clip.none': '没有生成片段',
};

export const TEXTS = {
  nonePending: { title: '都判完了', text: '新的告警会自己出现在这里：模型在连续几帧里都认出同一情形，才记一条；同一镜头的重复情形合并成一条。' },
  noneJudged: { title: '没有符合条件的告警', text: '换一个条件看看，或者回到待研判。' },
  nothingOpen: { title: '从左边选一条告警', text: '↓ 或 J 打开第一条。' },
  noPrecision: '本场景还没有研判过，有效率待积累。',
  noSuggestion: '没有建议：本店近 12 个月的记录不足以推断。',
  judgedAlready: '已经判过，处置见后续事项。',
  clipPending: '前后片段正在保存',
  clipMissing: '没有保存到前后片段',
  keys: [['空格', '播放前后片段'], ['B', '隐藏框'], ['Z', '放大'], ['J K', '下一条 / 上一条']] as const,
};
