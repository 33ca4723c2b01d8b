//! Emits the service worker with the list of files that make up the shell, known only after the build.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** `template` is the worker's source; `__SHELL__` and `__VERSION__` in it are replaced. */
export function shellWorker(template: string, extra: string[]): Plugin {
  let base = '/';
  return {
    name: 'shian-shell-worker',
    apply: 'build',
    configResolved(config) {
      base = config.base;
    },
    generateBundle(_, bundle) {
      const built = Object.keys(bundle).filter((name) => /\.(js|css|woff2)$/.test(name));
      const shell = [base, ...extra.map((name) => base + name), ...built.map((name) => base + name)];
      const source = readFileSync(template, 'utf8');
      // Built names carry their own hash, so the list of names is the version of the shell.
      const version = createHash('sha256').update(shell.join()).update(source).digest('hex').slice(0, 12);
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: source.replace("'__SHELL__'", JSON.stringify(shell)).replace('__VERSION__', version),
      });
    },
  };
}
