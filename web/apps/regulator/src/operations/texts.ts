//! Words of the running platform.
import type { Job, Severity, SweepRun } from '@shian/api';
import type { Tone } from '@shian/ui';

export const SEVERITY: Record<Severity, { title: string; tone: Tone }> = {
  bad: { title: '立即处理', tone: 'danger' },
  warn: { title: '尽快处理', tone: 'soon' },
  note: { title: '提示', tone: 'closed' },
};

/** Sweeps and jobs by what they do; a new one is shown by its code until it has a word. */
const SWEEPS: Record<string, string> = {
  'matter-clocks': '期限提醒与到期',
  'nightly-backup': '每日备份',
  'machine-measure': '磁盘记录',
};
const JOBS: Record<string, string> = {
  'alerts.raise': '生成告警', 'alerts.continue': '延续告警', 'alerts.end': '结束告警', 'alerts.clip': '告警视频',
  'kitchens.clip': '截取视频', 'kitchens.verdict': '记录研判', 'operations.backup': '立即备份',
};
export const sweepTitle = (run: SweepRun): string => SWEEPS[run.name] ?? run.name;
export const jobTitle = (job: Job): string => JOBS[job.kind] ?? job.kind;

export function everyText(seconds: number): string {
  if (seconds % 3600 === 0) return `每 ${seconds / 3600} 小时`;
  return seconds % 60 === 0 ? `每 ${seconds / 60} 分钟` : `每 ${seconds} 秒`;
}

export const tookText = (ms: number): string => (ms < 1000 ? `${ms} 毫秒` : `${(ms / 1000).toFixed(1)} 秒`);

export const TEXTS = {
  well: '一切正常。',
  noDead: { title: '没有被放弃的任务', text: '后台任务失败后会自己再试；多次失败的会排在这里。' },
  noBackups: { title: '还没有备份', text: '可以立即备份一次；每天的备份会自动出现在这里。' },
  noPlace: { title: '没有设置备份目录', text: '在配置文件 [backup] 里写上 to = "目录"，重启后每天自动备份。' },
  noErrors: '启动以来没有差错。',
  noSweeps: '还没有定时任务运行过，请过一分钟再看。',
};
