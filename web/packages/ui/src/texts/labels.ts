//! What the models call things, in the officer's words. Names without a word stay as the model wrote them.
const LABELS: Record<string, string> = {
  person: '人', 'cell phone': '手机', phone: '手机', cat: '猫', dog: '狗', bird: '鸟', mouse: '鼠', rat: '鼠', animal: '动物',
  bottle: '瓶', cup: '杯', bowl: '碗', knife: '刀', spoon: '勺', fork: '叉', oven: '烤箱', refrigerator: '冰箱', sink: '水槽', microwave: '微波炉',
  chair: '椅子', 'dining table': '台面', 'potted plant': '盆栽', backpack: '背包', handbag: '手提包', laptop: '电脑', tv: '屏幕', clock: '钟', book: '书', 'teddy bear': '玩偶',
};

export const labelText = (label: string): string => LABELS[label.toLowerCase()] ?? label;
