//! Which theme the person chose on this device, and the token values for drawing that CSS cannot reach (maps, canvases).

export type Theme = 'light' | 'dark' | 'auto';

const KEY = 'shian.theme';
const darkPreferred = () => window.matchMedia('(prefers-color-scheme: dark)');

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === 'dark' || kept === 'auto' ? kept : 'light';
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  applyTheme();
}

/** Call once before the app is mounted; follows the system while the choice is 'auto'. */
export function applyTheme(): void {
  const theme = chosenTheme();
  const dark = theme === 'dark' || (theme === 'auto' && darkPreferred().matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

export function followSystemTheme(): void {
  darkPreferred().addEventListener('change', applyTheme);
}

export function tokenValue(name: `--${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
