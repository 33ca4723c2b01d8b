// The browser says of every bundle what the program says: the same file, made by kernel/proof/tests/vectors.rs [B07 G12].
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Misfit, fileHash, readKey, verify } from './verify';

interface Case { name: string; key: string | null; code: string | null; entry: number | null; bundle: string }
// happy-dom gives files another base than their own.
const file = join(process.cwd().replace(/web.*$/, ''), 'kernel/proof/vectors/bundles.json');
const cases: Case[] = JSON.parse(readFileSync(file, 'utf8'));

test.each(cases)('$name', ({ bundle, key, code, entry }) => {
  const said = (() => {
    try {
      verify(bundle, key === null ? null : readKey(key));
      return { code: null, entry: null };
    } catch (error) {
      if (error instanceof Misfit) return { code: error.code, entry: error.entry };
      throw error;
    }
  })();
  expect(said).toEqual({ code, entry });
});

test('what fits is told: the matter, its steps, its files', () => {
  const found = verify(cases[0]!.bundle, null);
  expect(found.opening['title']).toBe('王记面馆 后厨玩手机');
  expect(found.acts.map((act) => act['act_title'])).toEqual(['责令改正', '签收', '提交整改', '复核通过']);
  expect(found.files[0]?.['sha256']).toBe(fileHash(Uint8Array.of(1, 2, 3, 4)));
  expect(found.fingerprint).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
});

test('a file is known by its bytes', () => {
  expect(fileHash(Uint8Array.of(1, 2, 3, 4))).toBe('9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a');
});

test('a mistyped key is none', () => {
  const key = cases[0]!.key!;
  expect(readKey(key)?.text).toBe(key);
  expect(readKey(key.replace('shian', 'shien'))).toBeNull();
  expect(readKey('')).toBeNull();
});
