//! The kinds of business one can filter by; what families ask for most comes first.

export const kinds: readonly { code: string; title: string }[] = [
  { code: 'school_canteen', title: '学校食堂' },
  { code: 'kindergarten_canteen', title: '幼儿园食堂' },
  { code: 'catering', title: '餐饮服务' },
  { code: 'small_catering', title: '小餐饮' },
  { code: 'online', title: '网络餐饮' },
  { code: 'canteen', title: '单位食堂' },
  { code: 'nursing_home', title: '养老机构食堂' },
  { code: 'sales', title: '食品销售' },
  { code: 'market', title: '农贸市场' },
  { code: 'workshop', title: '食品小作坊' },
  { code: 'stall', title: '食品摊点' },
  { code: 'delivery', title: '集体用餐配送' },
  { code: 'central_kitchen', title: '中央厨房' },
  { code: 'wholesale', title: '食品批发' },
  { code: 'production', title: '食品生产' },
];

const BY_MEAL = new Set(['school_canteen', 'kindergarten_canteen', 'nursing_home', 'canteen', 'central_kitchen', 'delivery']);

/** Whether the register counts diners a meal (canteens, deliveries) or seats (restaurants). */
export const feedsByMeal = (kind: string) => BY_MEAL.has(kind);
