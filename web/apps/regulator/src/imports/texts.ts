//! Words of imports.
import type { ImportState } from '@shian/api';

export const STATE: Record<ImportState, { title: string; tone: 'accent' | 'soon' | 'done' | 'danger' | 'closed' }> = {
  draft: { title: '待确认', tone: 'soon' }, waiting: { title: '排队中', tone: 'accent' }, running: { title: '进行中', tone: 'accent' },
  checked: { title: '已预检', tone: 'soon' }, done: { title: '已完成', tone: 'done' }, failed: { title: '未完成', tone: 'danger' },
};

export const TEXTS = {
  none: { title: '还没有导入过', text: '选择内容，把表格拖到上面，或点“选择文件”。' },
  formats: 'CSV（UTF-8、GBK）或 XLSX，不超过 64 MB。先看列和前几行，再预检，再导入；重复导入不会重复建档。',
};

export const sizeText = (bytes: number): string => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);
