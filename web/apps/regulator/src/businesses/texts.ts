//! Words of the businesses.
export const KINDS: { id: string; title: string }[] = [
  { id: 'catering', title: '餐饮服务' }, { id: 'small_catering', title: '小餐饮' }, { id: 'school_canteen', title: '学校食堂' },
  { id: 'kindergarten_canteen', title: '幼儿园食堂' }, { id: 'nursing_home', title: '养老机构食堂' }, { id: 'canteen', title: '单位食堂' },
  { id: 'central_kitchen', title: '中央厨房' }, { id: 'delivery', title: '集体用餐配送' }, { id: 'online', title: '网络餐饮' },
  { id: 'sales', title: '食品销售' }, { id: 'wholesale', title: '食品批发' }, { id: 'market', title: '农贸市场' },
  { id: 'production', title: '食品生产' }, { id: 'workshop', title: '食品小作坊' }, { id: 'stall', title: '食品摊点' },
];
export const kindTitle = (id: string): string => KINDS.find((k) => k.id === id)?.title ?? id;

export const STATUS: Record<string, { title: string; tone: 'done' | 'soon' | 'closed' }> = {
  active: { title: '经营中', tone: 'done' }, suspended: { title: '停业', tone: 'soon' }, closed: { title: '已注销', tone: 'closed' },
};
export const LICENCE: Record<string, { title: string; tone: 'done' | 'soon' | 'danger' }> = {
  valid: { title: '有效', tone: 'done' }, expiring: { title: '即将到期', tone: 'soon' }, expired: { title: '已过期', tone: 'danger' },
};

export const TEXTS = {
  none: { title: '辖区里还没有主体', text: '取得许可或备案的主体会登记在这里。' },
  noneFound: { title: '没有符合条件的主体', text: '放宽条件，或用名称、拼音首字母、地址、许可证编号再查。' },
  noMap: '没有取到地图，左边的列表同样可用。',
  noWebgl: '此浏览器不能显示地图，列表同样可用。',
  noCameras: { title: '没有接入摄像头', text: '接入后，后厨的最新画面会在这里。' },
  noMatters: '没有在办的事项。',
  noAlerts: '没有待研判的告警。',
};
