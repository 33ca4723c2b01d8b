import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '@shian/api';
import { touched } from './live';

const event = (over: Partial<LiveEvent>): LiveEvent => ({ id: '1', at: '2026-11-21T14:32:00+08:00', kind: 'alert.raised', area_code: '990302001', business_id: 'b1', ...over });

describe('a live event', () => {
  it('of an alert makes the queue and the figures old', () => {
    expect(touched(event({ alert_id: 'a1' }))).toEqual([['desk'], ['alerts'], ['alert', 'a1']]);
  });
  it('of a judgement also touches the matters it opened', () => {
    expect(touched(event({ kind: 'alert.judged' }))).toContainEqual(['matters']);
  });
  it('of a matter touches the matter, its business and the alarms', () => {
    expect(touched(event({ kind: 'matter.expired', matter_id: 'm1' }))).toEqual([['desk'], ['matters'], ['alarms'], ['matter', 'm1'], ['business', 'b1']]);
  });
  it('of a camera leaves alerts alone', () => {
    expect(touched(event({ kind: 'camera.changed', camera_id: 'c1' }))).toEqual([['desk'], ['cameras'], ['camera', 'c1']]);
  });
});
