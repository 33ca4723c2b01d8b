//! The large-type switch (适老化), remembered on the device.
import { ref, watchEffect } from 'vue';

const KEY = 'shian.type';
export const isLargeType = ref(remembered());

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) === 'large';
  } catch {
    return false;
  }
}

watchEffect(() => {
  if (isLargeType.value) document.documentElement.dataset.type = 'large';
  else delete document.documentElement.dataset.type;
  try {
    if (isLargeType.value) localStorage.setItem(KEY, 'large');
    else localStorage.removeItem(KEY);
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
});
