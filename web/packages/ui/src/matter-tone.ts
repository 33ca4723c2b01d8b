//! One colour rule for the state of a matter and of an alert, on every port.
import { serverNow, type AlertState, type MatterRow } from '@shian/api';
import { clockTone, type Tone } from './format';

const ENDED_WITHOUT_MENDING = new Set(['false', 'unclear', 'not_filed', 'unmended', 'withdrawn']);

/** Ended is green when it ended well and grey otherwise; what runs has the colour of its clock. */
export function matterTone(matter: Pick<MatterRow, 'end' | 'clock'> & { state?: string }, now = serverNow()): Tone {
  if (matter.end) return ENDED_WITHOUT_MENDING.has(matter.state ?? '') ? 'closed' : 'done';
  if (!matter.clock) return 'judge';
  const tone = clockTone(matter.clock, now);
  return tone === 'accent' ? 'judge' : tone;
}

export const ALERT_STATE: Record<AlertState, { title: string; tone: Tone }> = {
  pending: { title: '待研判', tone: 'judge' },
  valid: { title: '有效', tone: 'done' },
  false: { title: '误报', tone: 'closed' },
  unclear: { title: '无法判断', tone: 'closed' },
};
