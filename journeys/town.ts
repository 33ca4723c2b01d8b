// The demo town as a fixture: the real server with its real cameras, on a port of its own, at noon of a Saturday.

import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Account { account: string; password: string; post: string; name: string }

export class Town {
  constructor(
    readonly url: string,
    readonly accounts: Account[],
    private readonly control: string,
  ) {}

  account(name: string): Account {
    const found = this.accounts.find((one) => one.account === name);
    if (!found) throw new Error(`the town knows no account ${name}`);
    return found;
  }

  /** Makes a camera show another scene, as something happening in that kitchen would. */
  async show(cameraId: string, scene: string): Promise<void> {
    const path = `http://${this.control}/cameras/cam-${cameraId.slice(0, 8)}/fault`;
    const answer = await fetch(path, { method: 'POST', body: JSON.stringify({ kind: 'scene', scene }) });
    if (!answer.ok) throw new Error(`the camera did not change: ${answer.status} ${await answer.text()}`);
  }

  /** A camera's id, by business and name, as an officer sees it. */
  async camera(page: Page, business: string, name: string): Promise<string> {
    const answer = await page.request.get(`${this.url}/api/cameras?page_size=200`);
    const { items } = await answer.json();
    const found = items.find((one: { business_name: string; name: string }) => one.business_name === business && one.name === name);
    if (!found) throw new Error(`no camera ${business} ${name} in this officer's scope`);
    return found.id;
  }
}

async function begin(site: string): Promise<{ town: Town; server: ChildProcess; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'shian-journey-'));
  const program = process.env.SHIAN_PROGRAM ?? join(import.meta.dirname, '../target/debug/shian');
  const place = ['--listen', '127.0.0.1:0', '--data', folder];
  if (site) {
    const config = join(folder, 'shian.toml');
    writeFileSync(config, `[law]\nfolder = ${JSON.stringify(site)}\n`);
    place.push('--config', config);
  }
  const database = process.env.SHIAN_ENGINE === 'postgres' ? ['--database', process.env.TEST_POSTGRES ?? ''] : [];
  const server = spawn(program, ['demo', '--json', '--quiet-town', '--at', '2026-11-21T12:00:00+08:00', ...place, ...database], {
    stdio: ['ignore', 'pipe', process.env.SHIAN_JOURNEY_LOG ? 'inherit' : 'ignore'],
    // The kitchens' films are drawn once and kept between runs.
    // Where the shared test material lies beside the checkout, the town has its person detector too.
    cwd: join(import.meta.dirname, '..'),
    env: { SHIAN_CAMERA_FILMS: join(import.meta.dirname, '../.local/camera-films'), ...process.env },
  });
  const line = await new Promise<string>((found, failed) => {
    createInterface({ input: server.stdout! }).once('line', found);
    server.once('exit', (code) => failed(new Error(`the demo ended with ${code} before it was up`)));
  });
  const told = JSON.parse(line);
  const url = told.url.replace('localhost', '127.0.0.1');
  return { town: new Town(url, told.accounts, told.cameras_control), server, folder };
}

export interface People {
  /** Opens a page as somebody of the town; `null` is the public. */
  as(account: string | null, device?: 'desk' | 'phone'): Promise<Page>;
}

export const test = base.extend<{ people: People }, { site: string; town: Town }>({
  // A folder of the site's own law, forms and procedures.
  site: ['', { option: true, scope: 'worker' }],
  town: [
    async ({ site }, use) => {
      const { town, server, folder } = await begin(site);
      await use(town);
      const ended = new Promise((done) => server.once('exit', done));
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  people: async ({ browser, town }, use) => {
    const contexts: BrowserContext[] = [];
    await use({
      async as(account, device = 'desk') {
        const viewport = device === 'desk' ? { width: 1440, height: 900 } : { width: 390, height: 844 };
        const context = await browser.newContext({ baseURL: town.url, viewport, hasTouch: device === 'phone', locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
        contexts.push(context);
        const page = await context.newPage();
        // The town's day, so that 今天 is today on the screen as well.
        await page.clock.install({ time: new Date('2026-11-21T12:00:30+08:00') });
        if (account) {
          const { password } = town.account(account);
          const answer = await page.request.post(`${town.url}/api/sessions`, { data: { account, password } });
          if (answer.status() !== 201) throw new Error(`${account} cannot sign in: ${answer.status()} ${await answer.text()}`);
        }
        return page;
      },
    });
    for (const context of contexts) await context.close();
  },
});

export { expect } from '@playwright/test';
