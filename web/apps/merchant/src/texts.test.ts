import { expect, test } from 'vitest';
import { texts } from './texts';

const sources = import.meta.glob<string>(['./**/*.vue', './**/*.ts', '!./**/*.test.ts', '!./texts.ts'], { query: '?raw', import: 'default', eager: true });
const code = Object.values(sources).join('\n');

/** `state.failed` for every text; a table that is read by a key counts as one. */
function paths(of: object, at: string[] = []): string[] {
  return Object.entries(of).flatMap(([name, value]) => {
    const path = [...at, name];
    const isTable = code.includes(`texts.${path.join('.')}[`);
    return typeof value === 'object' && value !== null && !isTable ? paths(value as object, path) : [path.join('.')];
  });
}

test('every text is on some page', () => {
  const unused = paths(texts).filter((path) => !new RegExp(`texts\\.${path.replaceAll('.', '\\.')}\\b`).test(code));
  expect(unused).toEqual([]);
});

test('nobody is shouted at', () => {
  expect(JSON.stringify(texts)).not.toMatch(/[!！]/);
});

test('pages hold no words of their own', () => {
  const WORDS_ALLOWED = ['./hours.ts', './days.ts', './kinds.ts', './licences.ts'];
  const strays = Object.entries(sources)
    .filter(([path]) => !WORDS_ALLOWED.includes(path))
    .filter(([, text]) => /[\u4e00-\u9fff]/.test(withoutComments(text)))
    .map(([path]) => path);
  expect(strays).toEqual([]);
});

function withoutComments(text: string): string {
  return text.replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').replace(/\\u4e00-\\u9fff/g, '');
}
