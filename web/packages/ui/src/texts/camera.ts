//! What is said about a camera and its live picture. One sentence a code; unknown codes fall back to the server's own detail.
import type { CameraState } from '@shian/api';

export const CAMERA_STATE: Record<CameraState, string> = {
  connecting: '正在连接', online: '在线', offline: '离线', degraded: '画面不稳',
};

/** Why a camera is not online, by the video driver's reason codes. */
export const CAMERA_REASONS: Record<string, string> = {
  connecting: '还没有连上',
  refused: '摄像头拒绝连接，检查端口',
  unreachable: '连不上，检查电源和网络',
  unknown_host: '找不到这个地址，检查域名',
  timeout: '没有应答，检查电源和网络',
  unauthorized: '用户名或密码不对',
  not_found: '摄像头上没有这个路径',
  busy: '摄像头的观看数已满',
  camera_error: '摄像头自身出错',
  no_tcp: '摄像头只支持 UDP 取流',
  bad_address: '视频地址不对',
  bad_sdp: '摄像头的应答看不懂',
  bad_reply: '摄像头的应答看不懂',
  bad_stream: '视频数据看不懂',
  no_video: '这个地址没有视频',
  unsupported_codec: '不是 H.264 或 H.265 视频',
  no_data: '10 秒没有画面',
  no_keyframe: '长时间没有完整画面',
  clock_jump: '摄像头的时钟跳变',
  reset: '连接中断',
  loss: '丢包，画面断续',
  internal: '服务出错，正在重试',
};

export function cameraReason(code: string | null | undefined): string {
  return code ? (CAMERA_REASONS[code] ?? (/[\u4e00-\u9fff]/.test(code) ? code : `原因 ${code}`)) : '';
}

export const ZONES: { code: string; title: string }[] = [
  { code: 'storage', title: '库房' }, { code: 'rough', title: '粗加工' }, { code: 'cutting', title: '切配' },
  { code: 'cooking', title: '烹饪' }, { code: 'cold', title: '冷食专间' }, { code: 'raw', title: '生食专间' },
  { code: 'serving', title: '备餐' }, { code: 'washing', title: '餐具洗消' }, { code: 'other', title: '其他' },
];

export const LIVE_REASONS: Record<string, string> = {
  'camera.offline': '摄像头离线',
  'camera.connecting': '正在连接摄像头',
  'camera.no_picture': '还没有收到画面',
  'camera.unauthorized': '摄像头拒绝了用户名或密码',
  'camera.unreachable': '连不上摄像头，检查电源和网络',
  'camera.unsupported': '摄像头的视频格式无法播放',
  'camera.stalled': '摄像头不再送出画面',
  'camera.removed': '摄像头已被移除',
  'camera.not_public': '此镜头不向公众公开',
  'camera.closed_now': '现在不在公开时段',
  'camera.too_many_viewers': '同时观看的人太多，请稍后再试',
  'camera.unavailable': '暂时不能播放，请稍后再试',
  'camera.busy': '同时观看的人太多，请稍后再试',
  'live.lost': '与服务器的连接断开',
  'live.refused': '服务器没有接受播放请求',
  'live.stalled': '画面停住了',
  'live.decode': '画面无法解码',
  'session.ended': '登录已结束，请重新登录',
  unauthenticated: '登录已过期，请重新登录',
  not_found: '找不到这个摄像头',
  'http.503': '还没有收到画面',
  'network.unreachable': '网络不通',
};

export function liveReason(code: string | null | undefined, detail?: string | null): string {
  if (code && LIVE_REASONS[code]) return LIVE_REASONS[code];
  // A detail in Chinese was written for people; anything else is for logs.
  if (detail && /[\u4e00-\u9fff]/.test(detail)) return detail;
  return code ? `画面中断（${code}）` : '画面中断';
}
