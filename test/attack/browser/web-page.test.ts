/**
 * What web pages can do to a relay without a token, in a real Chromium: a page of another site, and one whose name
 * came to mean this machine (DNS rebinding). Neither spends the user's key nor reads a word.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createMemoryStore } from '../../../src/history/memory-store.ts';
import { turnOf } from '../../history/support.ts';
import { type Rig, startRig } from '../../support/relay-client.ts';
import { streamReply, textChunks } from '../../support/scripted-upstream.ts';
import { findChromium } from '../../vscode/kit/chromium.ts';

const SCRIPT = readFileSync(new URL('page-script.js', import.meta.url), 'utf8');
const SECRET = 'the-secret-answer';

describe('a web page', () => {
  let rig: Rig;
  let site: Server;
  let browser: Browser;
  let page: Page;

  before(async function () {
    this.timeout(300_000);
    const history = createMemoryStore();
    await history.record(turnOf('resp_kept'));
    rig = await startRig(() => streamReply(textChunks(SECRET)), { apiKey: 'key', history });
    site = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>evil</title>');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({
      executablePath: findChromium((line) => process.stderr.write(`${line}\n`)),
      // The browser's own guard of local networks is off: not every browser has one, and ours is tested here.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
        '--host-resolver-rules=MAP *.evil.example 127.0.0.1',
      ],
    });
  });
  beforeEach(async () => {
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.close();
    assert.equal(rig.upstream.chats.length, 0, 'no request was sent to the provider');
    assert.ok((await fetch(`${rig.relay.url}/v1/responses/resp_kept`)).ok, 'what is stored is still there');
  });
  after(async () => {
    await browser?.close();
    site?.close();
    await rig?.stop();
  });

  interface Try {
    what: string;
    /** As far as the page may read it. */
    got: string;
  }

  async function attack(address: string): Promise<Try[]> {
    await page.addScriptTag({ content: SCRIPT });
    return page.evaluate(`attack(${JSON.stringify(address)})`);
  }

  function assertNothingRead(results: readonly Try[]): void {
    for (const { what, got } of results) {
      assert.doesNotMatch(
        got,
        new RegExp(`${SECRET}|scripted-model|resp_kept|codex-relay|"status"|opened`),
        what,
      );
      assert.doesNotMatch(got, /^(basic|cors) 2\d\d/, `${what}: ${got}`);
    }
  }

  const portOf = (server: Server) => (server.address() as AddressInfo).port;

  for (const host of ['127.0.0.1', 'localhost']) {
    it(`of another site gets nowhere at ${host}`, async () => {
      await page.goto(`http://www.evil.example:${portOf(site)}/`);
      const results = await attack(`http://${host}:${rig.relay.port}`);
      assertNothingRead(results);
      // It was the relay that refused: requests that the browser lets through unread did arrive.
      assert.ok(results.some(({ got }) => got.startsWith('opaque')));
    });
  }

  it('of another port of this machine gets nowhere', async () => {
    await page.goto(`http://127.0.0.1:${portOf(site)}/`);
    assertNothingRead(await attack(`http://127.0.0.1:${rig.relay.port}`));
  });

  it('whose name came to mean this machine gets nowhere', async () => {
    const origin = `http://rebound.evil.example:${rig.relay.port}`;
    // The first answer comes from the attacker's own machine; from then on the name leads to the relay.
    await page.route(`${origin}/`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
    );
    await page.goto(`${origin}/`);
    const results = await attack(origin);
    assertNothingRead(results);
    const refused = results.filter(({ got }) => got.startsWith('basic 403'));
    assert.ok(refused.length >= 8, 'the page reads its own refusals: they came from the relay');
  });

  it('that leads the user to the relay shows a refusal', async () => {
    await page.goto(`http://www.evil.example:${portOf(site)}/`);
    const arrived = page.waitForNavigation({ url: /\/v1\/models/ });
    await page.evaluate(`location.assign('${rig.relay.url}/v1/models')`);
    const reply = await arrived;
    assert.equal(reply?.status(), 403);
  });
});
