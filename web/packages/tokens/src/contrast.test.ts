// @vitest-environment node
//! Every text colour is readable (AA, 4.5 : 1) on the surfaces it stands on, in both themes.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const block = (selector: string) => {
  const from = css.indexOf(`${selector} {`);
  return css.slice(from, css.indexOf('\n}', from));
};
const declared = (text: string) => new Map([...text.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((m) => [m[1]!, m[2]!.trim()]));
const light = declared(block(':root'));
const dark = new Map([...light, ...declared(block(':root[data-theme="dark"]'))]);

function luminance(theme: Map<string, string>, name: string): number {
  let value = theme.get(name) ?? '';
  while (value.startsWith('var(')) value = theme.get(value.slice(4, -1)) ?? '';
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(value.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
function contrast(theme: Map<string, string>, a: string, b: string): number {
  const [x, y] = [luminance(theme, a), luminance(theme, b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const pairs: [string, string][] = [
  ...['--color-text', '--color-text-soft', '--color-text-quiet', '--color-accent', '--color-danger', '--color-soon', '--color-judge', '--color-done'].flatMap(
    (t): [string, string][] => [[t, '--color-page'], [t, '--color-surface']],
  ),
  ['--color-text-quiet', '--color-surface-quiet'], ['--color-text-quiet', '--color-accent-soft'],
  ...['danger', 'soon', 'judge', 'done', 'closed'].map((s): [string, string] => [`--color-${s}`, `--color-${s}-soft`]),
  ['--color-accent-strong', '--color-accent-soft'], ['--color-accent-strong', '--color-accent-line'],
  ['--color-on-accent', '--color-accent'], ['--color-on-danger', '--color-danger'],
  ['--color-box-about-text', '--color-box-about'], ['--color-box-other-text', '--color-box-other'],
  ['--map-label', '--map-land'], ['--map-label', '--map-district'],
];

describe.each([['light', light], ['dark', dark]] as const)('the %s theme', (_name, theme) => {
  it.each(pairs)('%s is readable on %s', (text, surface) => {
    expect(contrast(theme, text, surface)).toBeGreaterThanOrEqual(4.5);
  });
});
