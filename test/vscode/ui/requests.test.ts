/** The Requests view in a side bar of 300 px: what matters is read without a hover; and the page behind a request. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import {
  errorReply,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  usageChunk,
} from '../../support/scripted-upstream.ts';
import { violationsIn } from '../kit/axe.ts';
import { pathWithCodex } from '../kit/fake-codex.ts';
import { appears, type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

const WIDTH = 300;
const LONG = 'anthropic/claude-sonnet-4.5';
const BROKEN = 'moonshotai/kimi-k3-instruct';
const MODELS = ['deepseek-v4-pro', LONG, BROKEN];
const SHOWN = ['deepseek-v4-pro', 'claude-sonne…4.5', 'kimi-k3-inst…uct'];

describe('the Requests view at 300 px', function () {
  this.bail(true);
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-requests-'));
  const home = join(root, 'codex-home');
  let machine: Machine;
  let window: Workbench;
  let port: number;
  let acme: ScriptedUpstream;

  before(async function () {
    this.timeout(120_000);
    mkdirSync(join(root, 'project'));
    port = await freePort();
    acme = await startScriptedUpstream(
      ({ body: { model } }) =>
        model === BROKEN
          ? errorReply(402, 'Insufficient Balance', { code: 'insufficient_quota' })
          : streamReply(textChunks('Hello.'), usageChunk(12_300, 210)),
      MODELS,
    );
    machine = await startMachine({
      vsix: vsix(),
      env: { CODEX_HOME: home, PATH: pathWithCodex(root) },
      settings: {
        'codexRelay.port': port,
        'codexRelay.provider': 'acme',
        'codexRelay.models': { acme: 'deepseek-v4-pro' },
        'codexRelay.customProviders': [{ id: 'acme', name: 'Acme', baseUrl: acme.url, needsKey: false }],
        'codexRelay.mutedNotifications': ['quota'],
        'workbench.colorTheme': 'Default Light Modern',
      },
    });
    window = await machine.openWindow(join(root, 'project'));
    await window.waitStatus('Acme', 'codex-relay-logo');
    await window.run('Codex Relay: Generate Codex Config');
    await window.choose('Write');
    await window.answerToast('Codex is set up.');
    await window.run('Codex Relay: Show Requests');
    for (const [model, thread, turn] of [
      [LONG, 'b', '1'],
      ['deepseek-v4-pro', 'a', '1'],
      [LONG, 'a', '1'],
      ['deepseek-v4-pro', 'a', '2'],
      [LONG, 'a', '2'],
      [BROKEN, 'a', '2'],
    ] as const)
      await ask(model, thread, turn);
  });
  after(async () => {
    await machine?.close();
    await acme?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(picture('failed-requests'));
  });

  async function ask(model: string, thread: string, turn: string): Promise<void> {
    const profile = readFileSync(join(home, 'codex-relay.config.toml'), 'utf8');
    const token = /experimental_bearer_token = "(.*)"/.exec(profile)?.[1];
    const reply = await fetch(`http://127.0.0.1:${port}/v1/responses`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        originator: 'codex_exec',
        'thread-id': `thread-${thread}`,
        'x-codex-turn-metadata': JSON.stringify({ turn_id: `turn-${turn}`, request_kind: 'turn' }),
      },
      body: JSON.stringify({ model, input: 'A question.', stream: true }),
    });
    await reply.text();
  }

  /** What of each row's text lies inside the row: its name, and as many parts of what follows as are seen whole. */
  const rowsSeen = async () =>
    (await window.page.evaluate(`[...document.querySelectorAll('.part.sidebar .monaco-list-row')].map((row) => {
      const name = row.querySelector('.label-name');
      const rest = row.querySelector('.label-description');
      if (!name || !rest) return undefined;
      // A cut shows in the innermost part that hides what does not fit, and its mark takes room there.
      const parts = [];
      for (let part = rest; part !== row; part = part.parentElement)
        if (getComputedStyle(part).overflowX !== 'visible') parts.push(part);
      const isCut = parts.some((part) => part.scrollWidth > part.clientWidth + 1);
      const edge = Math.min(...[...parts, row].map((part) => part.getBoundingClientRect().right)) + 0.5;
      const end = isCut ? edge - 14 : edge;
      const text = rest.textContent;
      const node = document.createTreeWalker(rest, NodeFilter.SHOW_TEXT).nextNode();
      let at = 0;
      const seen = text.split(' · ').filter((part) => {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + part.length);
        at += part.length + 3;
        return range.getBoundingClientRect().right <= end;
      });
      return { name: name.textContent, isWhole: name.getBoundingClientRect().right <= end, seen, text };
    }).filter(Boolean)`)) as { name: string; isWhole: boolean; seen: string[]; text: string }[];

  /** A row may be open already, and is drawn anew when a request comes: a click too many would close it. */
  async function openRow(group: string, member: string): Promise<void> {
    const row = window.treeRows.filter({ hasText: group }).first();
    const inside = window.treeRows.filter({ hasText: member }).first();
    await row.waitFor();
    for (let tries = 0; tries < 10 && !(await appears(inside, 1500)); tries++) {
      if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
    }
    await inside.waitFor();
  }

  it('is 300 px wide', async () => {
    const sidebar = window.page.locator('.part.sidebar');
    const { x = 0, y = 0, width = 0 } = (await sidebar.boundingBox()) ?? {};
    await window.page.mouse.move(x + width, y + 200);
    await window.page.mouse.down();
    await window.page.mouse.move(x + WIDTH, y + 200, { steps: 4 });
    await window.page.mouse.up();
    const now = (await sidebar.boundingBox())?.width ?? 0;
    assert.ok(Math.abs(now - WIDTH) <= 2, `${now}`);
  });

  it('shows of each request its model, the time, and how it went', async () => {
    await openRow('Conversation', '3 requests');
    await openRow('3 requests', 'no credit');
    await window.page.mouse.move(780, 520);
    const rows = await rowsSeen();
    await window.screenshot(picture('requests-300'));
    const requests = rows.filter(({ name }) => SHOWN.includes(name));
    assert.ok(requests.length >= 3, JSON.stringify(rows));
    for (const row of rows) assert.ok(row.isWhole, JSON.stringify(row));
    for (const row of requests) {
      // The time, and the duration or what went wrong; tokens come after that where there is room.
      assert.deepEqual(row.seen.slice(0, 2), row.text.split(' · ').slice(0, 2), JSON.stringify(row));
      assert.match(row.seen[0] ?? '', /^\d{1,2}:\d\d/);
    }
    assert.ok(rows.some(({ seen }) => seen.includes('no credit')));
  });

  it('does not scroll sideways', async () => {
    const overflow = await window.page
      .locator(
        '.part.sidebar .monaco-list .monaco-scrollable-element > .scrollbar.horizontal:not(.invisible)',
      )
      .count();
    assert.equal(overflow, 0);
  });

  it('has a page behind each request that axe-core finds nothing against', async () => {
    await window.treeRows.filter({ hasText: 'no credit' }).first().click();
    const page = window.webview();
    await page.getByRole('row', { name: /Insufficient Balance/ }).waitFor();
    await page
      .getByRole('row', { name: new RegExp(BROKEN) })
      .first()
      .waitFor();
    assert.deepEqual(await violationsIn(page, '.markdown-body'), []);
  });
});
