//! What went wrong, what was kept, what to do now: one sentence pair a code.
import { ApiError } from '@shian/api';

interface Said { title: string; text: string }

const SAID: Record<string, Said> = {
  'network.unreachable': { title: '网络不通', text: '没有送到服务器。检查网络后再试，填写的内容还在。' },
  'network.not_json': { title: '服务器的回答看不懂', text: '可能正在升级。过一会儿再试。' },
  'people.wrong_credentials': { title: '账号或密码不对', text: '请检查大小写和输入法。' },
  'people.wrong_code': { title: '动态口令不对', text: '每个口令只能用一次，请等下一个再试。' },
  'people.ticket': { title: '登录已超时', text: '请重新输入账号和密码。' },
  'people.account_taken': { title: '已有这个账号', text: '请换一个账号名。' },
  unauthenticated: { title: '登录已过期', text: '请重新登录，之后回到这一页。' },
  forbidden: { title: '没有这项权限', text: '需要时请所长或管理员调整岗位。' },
  'web.cross_site': { title: '请求被拒绝', text: '请从本系统的页面里操作。' },
  'matter.stale': { title: '这件事项刚被别人办过', text: '已更新为最新状态，请看过再办。' },
  'matter.not_possible': { title: '现在不能这样办', text: '事项的状态已经变化，已更新为最新状态。' },
  'matter.form': { title: '有内容需要修改', text: '请看标红的地方。' },
  'matter.files': { title: '附件不符合要求', text: '请检查附件的数量和类型。' },
  'alerts.already_judged': { title: '这条告警已被研判', text: '已更新为最新结论。' },
  too_large: { title: '文件太大', text: '单个文件不超过 20 MB。' },
  'files.kind': { title: '不支持这种文件', text: '可以上传 JPEG、PNG、WebP、MP4 或 PDF。' },
  'camera.no_picture': { title: '还没有收到画面', text: '接通后会自动显示。' },
  'camera.offline': { title: '摄像头离线', text: '连上后会自动显示。' },
  'camera.closed_now': { title: '现在不在公开时段', text: '营业时可看。' },
  'matter.held_by': { title: '已由同事承办', text: '需要时请承办人转办，或由所长转办。' },
  'matter.awaits_opinions': { title: '正在等人签署意见', text: '签署或取消会签以后再办。' },
  'matter.same_person': { title: '须由另一个人办理', text: '不能与前一步是同一人。' },
  'matter.not_deputy': { title: '今天没有受他委托', text: '不能代他办理。' },
  'matter.batch': { title: '没有办理', text: '请选择 1 至 100 件事项。' },
  'matter.too_late': { title: '期限已过，不能延期', text: '可以退回或转线索核查。' },
  'matter.nothing_to_extend': { title: '没有可以延长的期限', text: '期限已经停走或届满。' },
  'matter.request_reused': { title: '这次提交已经办过', text: '已更新为最新状态，请看过再办。' },
  'matter.files_unknown': { title: '有附件不存在', text: '请移除后重新上传。' },
  'files.empty': { title: '文件是空的', text: '请重新选择。' },
  'files.full': { title: '存储空间已满', text: '没有保存，请告诉管理员。' },
  'db.gone': { title: '数据库连不上', text: '先看看有没有办成，再决定是否重办。' },
  'scene.stale': { title: '这个场景刚被别人改过', text: '已更新为最新设置，请看过再改。' },
  'jobs.not_dead': { title: '这项任务不用重试', text: '它已在等待或已经完成。' },
  'backup.no_place': { title: '没有设置备份目录', text: '请在配置文件 [backup] 里写上备份目录，然后重启服务。' },
  'files.altered': { title: '文件内容有变', text: '与登记的哈希不符，没有给出。请告诉管理员。' },
  'imports.not_startable': { title: '这次导入已经开始', text: '已更新为最新进度。' },
  'db.busy': { title: '服务器正忙', text: '没有改动任何内容，过几秒再试。' },
  'db.full': { title: '存储空间已满', text: '没有保存，请告诉管理员。' },
};

const BY_STATUS: Record<number, Said> = {
  401: { title: '登录已过期', text: '请重新登录，之后回到这一页。' },
  403: { title: '没有这项权限', text: '需要时请所长或管理员调整岗位。' },
  404: { title: '找不到', text: '可能已被移除，或者不在你的辖区。' },
  409: { title: '内容刚有变化', text: '已更新为最新状态，请看过再办。' },
  413: { title: '内容太大', text: '请减少内容后再试。' },
  422: { title: '有内容需要修改', text: '请看标红的地方。' },
  429: { title: '操作太快', text: '请稍等几秒再试。' },
  503: { title: '服务暂时不可用', text: '已填写的内容还在，过一会儿再试。' },
};

/** What is wrong with one field, by its code; a sentence already in Chinese is shown as it is. */
const FIELDS: Record<string, string> = {
  'camera.name': '请填写名称，不超过 40 个字', 'camera.zone': '没有这个区域', 'camera.business': '没有这个主体',
  'camera.name_taken': '本店已有同名的摄像头', 'camera.url': '地址的写法不对；密码里的 # @ : / 要写成 %23 %40 %3A %2F',
  'camera.url_scheme': '应为 rtsp:// 开头的地址', 'camera.url_host': '缺少主机地址', 'camera.url_port': '端口不对', 'camera.url_too_long': '地址太长',
};

export const sayField = (code: string, message: string): string => FIELDS[code] ?? (readable(message) || '请检查这一项');

/** Chinese details were written for people; others stay in the log. */
const readable = (detail: string): string => (/[\u4e00-\u9fff]/.test(detail) ? detail : '');

export function sayError(error: unknown): Said {
  if (!(error instanceof ApiError)) return { title: '页面出了差错', text: '刷新后再试；再次出现请告诉管理员。' };
  const known = SAID[error.code] ?? BY_STATUS[error.status];
  // Refused by a rule rather than by a field: the rule's own sentence says why.
  if (error.status === 422 && !SAID[error.code] && error.fields.length === 0 && readable(error.detail)) return { title: '不能这样办', text: readable(error.detail) };
  if (known) return { title: known.title, text: SAID[error.code] ? known.text : readable(error.detail) || known.text };
  if (error.status >= 500) return { title: '服务器出了差错', text: `已记录（${error.requestId || error.code}）。过一会儿再试。` };
  return { title: readable(error.detail) || '没有办成', text: `原因代码 ${error.code}` };
}
