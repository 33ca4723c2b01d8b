// Measures the running platform: start, memory, camera event → screen, first live picture. Prints JSON.
// Run by scripts/bench with a release build; needs Chromium and journeys/node_modules.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..');
const { chromium } = createRequire(join(root, 'journeys/package.json'))('@playwright/test');
const program = join(root, 'target/release/shian');
const EVENTS = Number(process.env.BENCH_EVENTS ?? 40);
const VIEWS = Number(process.env.BENCH_VIEWS ?? 60);

const quantile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
};
const figures = (values) => ({ n: values.length, p50: Math.round(quantile(values, 0.5)), p95: Math.round(quantile(values, 0.95)), max: Math.round(Math.max(...values)) });
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function start(folder) {
  const begun = performance.now();
  const server = spawn(program, ['demo', '--json', '--quiet-town', '--at', '2026-11-21T12:00:00+08:00', '--listen', '127.0.0.1:0', '--data', folder], { stdio: ['ignore', 'pipe', 'ignore'] });
  const line = await new Promise((found, failed) => {
    createInterface({ input: server.stdout }).once('line', found);
    server.once('exit', (code) => failed(new Error(`the demo ended with ${code}`)));
  });
  const told = JSON.parse(line);
  const url = told.url.replace('localhost', '127.0.0.1');
  for (;;) {
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    if (answer?.ok) break;
    await sleep(5);
  }
  return { server, told, url, took: performance.now() - begun };
}

async function stop({ server }) {
  const ended = new Promise((done) => server.once('exit', done));
  server.kill('SIGTERM');
  await ended;
}

// Resident memory of the server and its children, in MB: [server, children].
function memory(pid) {
  const read = (id) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  const children = readdirSync('/proc').filter((id) => /^\d+$/.test(id)).filter((id) => {
    try { return Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]) === pid; } catch { return false; }
  });
  return [read(pid), children.map(read).reduce((a, b) => a + b, 0)];
}

const folder = mkdtempSync(join(tmpdir(), 'shian-bench-'));
const result = { binary_mb: +(statSync(program).size / 1e6).toFixed(1) };
let town;
let browser;
try {
  town = await start(folder);
  result.first_start_ms = Math.round(town.took);
  await stop(town);
  const starts = [];
  for (let i = 0; i < 5; i += 1) {
    town = await start(folder);
    starts.push(town.took);
    if (i < 4) await stop(town);
  }
  result.start_ms = figures(starts);

  const account = town.told.accounts.find((one) => one.account === 'sunli');
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  const context = await browser.newContext({ baseURL: town.url });
  const page = await context.newPage();
  const signed = await page.request.post(`${town.url}/api/sessions`, { data: { account: account.account, password: account.password } });
  if (signed.status() !== 201) throw new Error(`cannot sign in: ${signed.status()}`);
  await page.goto('/healthz');

  // All cameras up before anything is measured.
  let cameras = [];
  for (let i = 0; i < 120; i += 1) {
    cameras = (await (await page.request.get(`${town.url}/api/cameras?page_size=200`)).json()).items;
    if (cameras.filter((one) => one.state === 'online').length >= cameras.length - 2) break;
    await sleep(500);
  }
  const online = cameras.filter((one) => one.state === 'online');
  result.cameras_seen_by_this_officer = cameras.length;
  await sleep(35_000);
  const [server, children] = memory(town.server.pid);
  result.memory_mb = { cameras_in_all: 30, server: Math.round(server), vision_children: Math.round(children) };

  // First live picture: from opening the WebSocket to the first decoded frame, in Chromium, on a warm stream.
  const views = [];
  const firstBytes = [];
  const h264 = online.filter((one) => one.codec === 'h264');
  for (let i = 0; i < VIEWS; i += 1) {
    const camera = h264[i % h264.length];
    const took = await page.evaluate(async (id) => {
      const begun = performance.now();
      const video = document.createElement('video');
      video.muted = true;
      document.body.replaceChildren(video);
      const source = new MediaSource();
      video.src = URL.createObjectURL(source);
      await new Promise((done) => source.addEventListener('sourceopen', done, { once: true }));
      const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/api/cameras/${id}/live`);
      socket.binaryType = 'arraybuffer';
      const queue = [];
      let buffer = null;
      let bytesAt = 0;
      const feed = () => { if (buffer && !buffer.updating && queue.length) buffer.appendBuffer(queue.shift()); };
      socket.onmessage = ({ data }) => {
        if (typeof data === 'string') {
          const told = JSON.parse(data);
          if (told.type === 'init') { buffer = source.addSourceBuffer(told.mime); buffer.mode = 'segments'; buffer.addEventListener('updateend', () => { if (video.buffered.length && video.currentTime < video.buffered.start(0)) video.currentTime = video.buffered.start(0); feed(); }); }
          return;
        }
        queue.push(data);
        if (queue.length > 1 && !bytesAt) bytesAt = performance.now();
        feed();
      };
      video.play().catch(() => {});
      const seen = await Promise.race([
        new Promise((done) => video.requestVideoFrameCallback(() => done(performance.now()))),
        new Promise((done) => setTimeout(() => done(null), 8000)),
      ]);
      socket.close();
      return { picture: seen === null ? null : seen - begun, bytes: bytesAt ? bytesAt - begun : null };
    }, camera.id);
    if (took.picture === null) throw new Error(`no picture of ${camera.business_name} ${camera.name} within 8 s`);
    views.push(took.picture);
    if (took.bytes !== null) firstBytes.push(took.bytes);
  }
  result.first_live_picture_ms = figures(views);

  // Camera event → screen: a cook takes out a phone; until the officer's page is told over its event stream.
  // It takes three of five looks, one a second, to be confirmed; black and frozen pictures wait 20 s and more by rule.
  await page.evaluate(() => {
    window.told = [];
    const source = new EventSource('/api/events');
    for (const kind of ['alert.raised', 'alert.merged']) {
      source.addEventListener(kind, (event) => window.told.push({ kind, at: Date.now(), data: JSON.parse(event.data) }));
    }
  });
  await sleep(1000);
  const control = `http://${town.told.cameras_control}`;
  const change = (id, scene) => fetch(`${control}/cameras/cam-${id.slice(0, 8)}/fault`, { method: 'POST', body: JSON.stringify({ kind: 'scene', scene }) });
  const truth = async (id) => (await (await fetch(`${control}/cameras/cam-${id.slice(0, 8)}`)).json()).scene;
  const delays = [];
  const missed = [];
  const quiet = [];
  // A kitchen that is cooking is open: a dark kitchen after hours is no finding.
  for (const camera of online) if ((await truth(camera.id)) === 'cooking') quiet.push(camera);
  for (let i = 0; i < Math.min(EVENTS, quiet.length); i += 1) {
    const camera = quiet[i];
    await change(camera.id, 'phone');
    const at = Date.now();
    let seen = null;
    while (!seen && Date.now() - at < 20_000) {
      seen = await page.evaluate((id) => window.told.find((one) => one.data.camera_id === id && one.data.scene === 'phone') ?? null, camera.id);
      if (!seen) await sleep(20);
    }
    if (seen) delays.push(seen.at - at);
    else missed.push(`${camera.business_name} ${camera.name}`);
    await fetch(`${control}/cameras/cam-${camera.id.slice(0, 8)}/fault`, { method: 'DELETE' });
  }
  result.event_to_screen_ms = { ...figures(delays), not_within_20_s: missed };
} finally {
  await browser?.close();
  if (town && town.server.exitCode === null) await stop(town);
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(result, null, 2));
