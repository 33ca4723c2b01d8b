//! Keys of a page. Silent while someone types or a dialog is open.
import { onBeforeUnmount, onMounted } from 'vue';

export type Keys = Record<string, (e: KeyboardEvent) => void>;

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type);
}

const dialogIsOpen = () => document.querySelector('dialog[open], .el-overlay:not([style*="display: none"]) [role="dialog"]') !== null;

export function useKeys(keys: Keys): void {
  const press = (e: KeyboardEvent) => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (isTyping(e.target) && e.key !== 'Escape') return;
    if (dialogIsOpen()) return;
    const act = keys[e.key] ?? keys[e.key.toLowerCase()];
    if (!act) return;
    // Space and Enter on a focused button belong to the button.
    if ((e.key === ' ' || e.key === 'Enter') && e.target instanceof HTMLElement && e.target.closest('button, a, input, summary, label')) return;
    e.preventDefault();
    act(e);
  };
  onMounted(() => window.addEventListener('keydown', press));
  onBeforeUnmount(() => window.removeEventListener('keydown', press));
}
