//! Words of the desk.
export const TEXTS = {
  noQueue: { title: '没有等你办的事', text: '企业提交整改、告警判为有效、时限将到时，会按时限先后排在这里。' },
  noAlerts: { title: '没有待研判的告警', text: '识别到的情形连续确认后出现在这里，不用刷新。' },
  noAlarms: '没有告警提示。事项临期或超期无人处理时，会提醒到这里。',
  noOffline: '全部在线。',
};
