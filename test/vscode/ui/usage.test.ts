/** The usage page: with nothing, with a month of requests, in every theme, narrow and wide, by keyboard. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headLine, newFileName } from '../../../src/usage/ledger-files.ts';
import { encodeRecord, type UsageRecord } from '../../../src/usage/record.ts';
import { freePort } from '../../support/ports.ts';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';
import { recordWith } from '../../usage/support.ts';
import { violationsIn } from '../kit/axe.ts';
import { pathWithCodex } from '../kit/fake-codex.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** The activity bar of VS Code stands beside the page. */
const BESIDE = 48;
const THEMES = [
  ['light', 'Light Modern'],
  ['dark', 'Dark Modern'],
  ['contrast', 'Dark High Contrast'],
  ['contrast-light', 'Light High Contrast'],
] as const;
const WIDTHS = [300, 1600];

const PROVIDERS: readonly Partial<UsageRecord>[] = [
  { upstream: 'deepseek', service: 'deepseek', model: 'deepseek-v4-pro' },
  { upstream: 'kimi', service: 'kimi', model: 'kimi-k3' },
  { upstream: 'openrouter', service: 'openrouter', model: 'anthropic/claude-sonnet-4.5', statedUsd: 0.0731 },
  { upstream: 'ollama', service: 'local', model: 'qwen3:8b' },
  { upstream: 'corp', service: undefined, model: '<img src=x onerror=alert(1)>' },
  { upstream: 'mistral', service: 'mistral', model: 'mistral-large-latest' },
  { upstream: 'groq', service: 'groq', model: 'openai/gpt-oss-120b' },
];

/** Some requests for each of the last 40 days, the same at every run. */
function aMonth(now: number): UsageRecord[] {
  return Array.from({ length: 40 }, (_, back) =>
    Array.from({ length: 4 + ((back * 7) % 13) }, (_, at) => {
      const inputTokens = 20_000 + ((back * 31 + at * 17) % 50) * 4_000;
      return recordWith({
        ...PROVIDERS[(back + at) % PROVIDERS.length],
        time: now - back * DAY_MS - at * 1000,
        state: at % 9 === 8 ? 'failed' : 'completed',
        tokens: {
          inputTokens,
          cachedTokens: Math.floor(inputTokens * 0.7),
          cacheWriteTokens: 0,
          outputTokens: 900 + at * 50,
          reasoningTokens: 300,
        },
        totalMs: 1500 + ((back * 41 + at * 13) % 90) * 1000,
        thread: `${back % 9}b0c0ffee${at % 3}a0`.padEnd(12, '0').slice(0, 12),
      });
    }),
  ).flat();
}

describe('the usage page', function () {
  this.bail(true);
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-usage-page-'));
  let machine: Machine;
  let window: Workbench;
  let upstream: ScriptedUpstream;
  let port: number;
  let ledger: string;

  before(async function () {
    this.timeout(120_000);
    port = await freePort();
    mkdirSync(join(root, 'project'));
    const usage = { prompt_tokens: 1200, completion_tokens: 30, cost: 0.45 };
    upstream = await startScriptedUpstream(
      () => streamReply(textChunks('Hello.'), { choices: [], usage }),
      ['local-model'],
    );
    machine = await startMachine({
      vsix: vsix(),
      env: { CODEX_HOME: join(root, 'codex-home'), HOME: root, PATH: pathWithCodex(root) },
      settings: {
        'codexRelay.port': port,
        'codexRelay.provider': 'local',
        'codexRelay.models': { local: 'local-model' },
        'codexRelay.customProviders': [
          { id: 'local', name: 'Local', baseUrl: upstream.url, needsKey: false },
        ],
        'codexRelay.budgets': { 'local.day': 1 },
        'workbench.colorTheme': 'Default Dark Modern',
      },
    });
    ledger = join(machine.dataFolder.path, 'data/User/globalStorage/codex-relay.codex-relay/usage');
    window = await machine.openWindow(join(root, 'project'));
    await window.waitStatus('Local', 'codex-relay-logo');
    await window.run('View: Toggle Primary Side Bar Visibility');
  });
  after(async () => {
    await machine?.close();
    await upstream?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(picture('failed-usage'));
  });

  const page = () => window.webview();
  const clean = async (what: string) => assert.deepEqual(await violationsIn(page()), [], what);

  it('says what to do if nothing is recorded', async () => {
    await window.run('Codex Relay: Show Usage');
    await page().getByText('No request of the last 30 days is recorded.').waitFor();
    assert.equal(await page().locator('table, .chart, .card').count(), 0);
    assert.equal(await page().getByRole('button', { name: 'Export CSV' }).count(), 0);
    await clean('empty');
    await window.screenshot(picture('usage-empty'));
  });

  it('loads its own files and nothing else', async () => {
    const policy = await page().locator('meta[http-equiv]').getAttribute('content');
    assert.match(
      policy ?? '',
      /^default-src 'none'; style-src \S+( \S+)*; script-src 'nonce-[^']+'; base-uri/,
    );
    assert.doesNotMatch(policy ?? '', /unsafe|\*;|data:/);
    // Scripts without the nonce do not run, however they get into the page.
    const ran = await page()
      .locator('body')
      .evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.wasRun = true';
      document.body.append(script);
      script.remove();
      return globalThis.wasRun === true;
    })()`);
    assert.equal(ran, false);
  });

  it('shows a month of requests: sums, days, conversations, what was slow and what failed', async () => {
    const noon = new Date().setHours(0, 0, 0, 0) + HOUR_MS / 60;
    const lines = aMonth(noon).map(encodeRecord).join('');
    mkdirSync(ledger, { recursive: true });
    writeFileSync(join(ledger, newFileName(Date.now())), headLine('test') + lines);
    await page().getByRole('button', { name: 'Refresh' }).click();
    const cards = page().locator('.card');
    await cards.nth(2).waitFor();
    assert.deepEqual(await cards.locator('h2').allTextContents(), ['Today', '7 days', '30 days']);
    assert.match(
      (await cards.nth(2).textContent()) ?? '',
      /at least \$\d+\.\d\d.*From caches70%.*at least \$/,
    );
    for (const title of ['Conversations that cost most', 'Slowest requests', 'Requests that failed'])
      assert.ok((await page().getByRole('region', { name: title }).locator('tbody tr').count()) > 5, title);
    assert.match(
      (await page().locator('main').textContent()) ?? '',
      /genai-prices .*No price is known for corp <img/,
    );
    assert.equal(await page().locator('img').count(), 0, 'a name is a text');
    const legend = await page().locator('.legend li').allTextContents();
    assert.equal(legend.pop(), '2 others');
    assert.deepEqual(legend.toSorted(), ['DeepSeek', 'Groq', 'Kimi (Moonshot)', 'Mistral', 'OpenRouter']);
  });

  it('announces each day by keyboard, and shows all of them in a table', async () => {
    await page().locator('#chart').focus();
    await window.page.keyboard.press('End');
    await page()
      .locator('.said')
      .filter({ hasText: /Total \$/ })
      .waitFor();
    const last = await page().locator('.said').textContent();
    await window.page.keyboard.press('ArrowLeft');
    await page()
      .locator('.said')
      .filter({ hasNotText: last ?? '' })
      .filter({ hasText: /Total \$/ })
      .waitFor();
    await page().getByText('Show as a table').focus();
    await window.page.keyboard.press('Enter');
    const rows = page().locator('#chart-rows tbody tr');
    assert.equal(await rows.count(), 30);
    const [first] = await rows.allTextContents();
    const sum = /Total (\$[\d.]+)/.exec(last ?? '')?.[1] ?? assert.fail(String(last));
    assert.ok(first?.endsWith(sum), `${first} and ${last}`);
    await page().getByLabel('Tokens', { exact: true }).check();
    await page().locator('#chart-rows tbody tr').first().filter({ hasNotText: '$' }).waitFor();
    await clean('with the table open');
    await page().getByLabel('Cost', { exact: true }).check();
    await page().getByText('Show as a table').press('Enter');
  });

  it('draws bars in the colours of its legend', async () => {
    const colours = await page()
      .locator('canvas')
      .evaluate(`(() => {
      const canvas = document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const counts = new Map();
      for (let at = 0; at < data.length; at += 4) {
        const colour = 'rgb(' + data[at] + ', ' + data[at + 1] + ', ' + data[at + 2] + ')';
        if (data[at + 3] === 255) counts.set(colour, (counts.get(colour) ?? 0) + 1);
      }
      return [...document.querySelectorAll('.swatch')].map((swatch) =>
        (counts.get(getComputedStyle(swatch).backgroundColor) ?? 0));
    })()`);
    assert.ok(Array.isArray(colours) && colours.length === 6);
    for (const pixels of colours.slice(0, 4)) assert.ok(Number(pixels) > 20, JSON.stringify(colours));
  });

  /** Colours of the legend that hardly differ from the background: below 3:1, which WCAG asks of graphics. */
  const faintColours = () =>
    page()
      .locator('html')
      .evaluate(`(() => {
      const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
      const light = (colour) => channels(colour)
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
        .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0.05);
      const behind = light(getComputedStyle(document.body).backgroundColor);
      return [...document.querySelectorAll('.swatch')]
        .map((swatch) => getComputedStyle(swatch).backgroundColor)
        .map((colour) => [colour, light(colour)])
        .map(([colour, own]) => [colour, Math.max(own, behind) / Math.min(own, behind)])
        .filter(([, contrast]) => contrast < 3);
    })()`);

  it('can be used with the Tab key alone', async () => {
    await page().getByRole('button', { name: 'Refresh' }).focus();
    const seen: string[] = [];
    for (let at = 0; at < 12; at++) {
      seen.push(String(await page().locator('html').evaluate('document.activeElement.id')));
      await window.page.keyboard.press('Tab');
    }
    assert.deepEqual(seen.slice(0, 5), ['refresh', 'exportCsv', 'openSettings', 'measure-cost', 'chart']);
    for (const id of ['threads', 'slowest', 'failed']) assert.ok(seen.includes(id), seen.join());
  });

  it('exports what it shows as CSV', async () => {
    await page().getByRole('button', { name: 'Export CSV' }).press('Enter');
    // The dialog offers a name, and then lists what is there: typed before, a path would be lost.
    await window.quickInput.locator('.monaco-list-row').first().waitFor();
    const file = join(root, 'usage.csv');
    await window.input.fill(file);
    await window.quickInput.locator('.quick-input-action', { hasText: 'OK' }).first().click();
    await window.toast(`The usage of the last 30 days is in ${file}`).waitFor();
    const [head, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
    assert.match(head ?? '', /^day,provider,model,requests,failed,/);
    assert.ok(rows.length > 60 && rows.every((row) => /^\d{4}-\d\d-\d\d,/.test(row)));
    await window.run('Notifications: Clear All Notifications');
  });

  for (const [name, theme] of THEMES) {
    for (const width of WIDTHS) {
      it(`is clean in ${theme} at ${width} px`, async () => {
        await window.page.setViewportSize({ width: 1280, height: 900 });
        await window.run('Preferences: Color Theme');
        await window.find(theme);
        const kind = { light: 'vs', dark: 'vs-dark', contrast: 'hc-black', 'contrast-light': 'hc-light' }[
          name
        ];
        await window.page.locator(`.monaco-workbench.${kind}`).waitFor();
        await window.page.setViewportSize({ width: width + BESIDE, height: 1500 });
        await page().locator('.cards').waitFor();
        const sizes = await page()
          .locator('html')
          .evaluate(
            '[document.documentElement, document.documentElement, document.querySelector("canvas")].map((one, at) => at === 1 ? one.scrollWidth : one.clientWidth)',
          );
        assert.ok(Array.isArray(sizes));
        const [client = 0, scroll = 0, canvas = 0] = sizes.map(Number);
        assert.ok(Math.abs(client - width) < 30, `${client} px`);
        assert.ok(scroll <= client, `${scroll} of ${client} px: the page scrolls sideways`);
        assert.ok(canvas <= client && canvas > client * 0.6, `the chart has ${canvas} of ${client} px`);
        assert.deepEqual(await faintColours(), []);
        await clean(`${theme} ${width}`);
        await window.screenshot(picture(`usage-${name}-${width}`));
      });
    }
  }

  const ask = async () => {
    const token = /experimental_bearer_token = "(.*)"/.exec(
      readFileSync(join(root, 'codex-home', 'codex-relay.config.toml'), 'utf8'),
    )?.[1];
    const reply = await fetch(`http://127.0.0.1:${port}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'local/local-model', input: 'Hello?' }),
    });
    return { status: reply.status, text: await reply.text() };
  };

  it('follows new requests, and warns and stops at a budget', async () => {
    await window.page.setViewportSize({ width: 1280, height: 900 });
    await window.run('Codex Relay: Generate Codex Config');
    await window.choose('Write');
    await window.answerToast('Codex is set up');
    await window.run('Codex Relay: Show Usage');
    assert.equal((await ask()).status, 200);
    await page().locator('.legend').filter({ hasText: '3 others' }).waitFor();
    assert.equal((await ask()).status, 200);
    await window.toast("$0.90 of today's budget of $1.00 for Local are spent.").waitFor();
    await window.screenshot(picture('usage-budget-near'));
    assert.equal((await ask()).status, 200);
    const { status, text } = await ask();
    assert.equal(status, 402);
    assert.match(
      text,
      /budget of \$1\.00 a day for local is used up .*setting codexRelay\.budgets of VS Code/,
    );
    await window.answerToast("Today's budget of $1.00 for Local is used up", 'Show Usage');
    assert.equal(upstream.chats.length, 3);
  });

  it('is opened from the status item, which shows what today cost', async () => {
    await window.run('View: Close All Editors');
    await window.page.locator('iframe.webview').first().waitFor({ state: 'detached' });
    await window.statusItem.hover();
    const hover = window.page.locator('.monaco-hover:visible').filter({ hasText: 'Cost today' });
    await hover.filter({ hasText: /Cost today\s*\$1\.\d\d, [\d.]+k tokens/ }).waitFor();
    await window.page.screenshot({ path: picture('usage-tooltip') });
    await hover.getByRole('link', { name: 'Usage' }).click();
    await page().locator('.cards').waitFor();
  });
});
