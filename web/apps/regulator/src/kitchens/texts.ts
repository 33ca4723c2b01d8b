//! Words of the cameras.
export const STATE_FILTERS = [
  { id: '', title: '全部' }, { id: 'online', title: '在线' }, { id: 'offline', title: '离线' }, { id: 'degraded', title: '画面不稳' }, { id: 'connecting', title: '正在连接' },
];

export const TEXTS = {
  none: { title: '还没有摄像头', text: '接入后，每一路的最新画面排在这里，点一下看实时。' },
  noneFound: { title: '没有符合条件的摄像头', text: '放宽条件再看。' },
  noAlerts: '这一路还没有告警。',
  urlHelp: 'rtsp:// 开头，可带用户名和密码；密码只保存在服务器上，不再显示。',
  remove: '移除后不再取流，也不再识别；已有的告警和证据保留。',
};
