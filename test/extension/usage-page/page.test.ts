/** What the page's buttons do, over as much of VS Code as they touch. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { registerHooks } from 'node:module';
import type { UpstreamOptions } from '../../../src/relay/options.ts';
import { Overview } from '../../../src/usage/overview.ts';
import { loadPriceList } from '../../../src/usage/price-list.ts';
import type { PageModel } from '../../../src/webview/model.ts';
import { NOON, recordWith } from '../../usage/support.ts';

const prices = { list: await loadPriceList(), own: new Map() };

/** A panel, and what became of it. Emits `model` for what the page is sent, and `said` for messages to the user. */
class Desk extends EventEmitter<{ model: [PageModel]; said: [string] }> {
  html = '';
  saveTo: string | undefined;
  written = '';
  receive: (message: unknown) => void = () => {};
}

async function loadPage(desk: Desk): Promise<typeof import('../../../src/extension/usage-page/page.ts')> {
  Object.assign(globalThis, { codexRelayDesk: desk });
  const stub = `
    const desk = globalThis.codexRelayDesk;
    const nothing = () => ({ dispose() {} });
    export const l10n = { t: (text, ...values) => text.replace(/\\{(\\d)\\}/g, (_, at) => values[at]) };
    export const env = { language: 'en' };
    export const Uri = { joinPath: (folder, name) => folder + '/' + name, file: (path) => ({ fsPath: path }) };
    export const ViewColumn = {};
    export const ProgressLocation = {};
    export class ThemeIcon {}
    export const commands = { executeCommand: async () => {} };
    export const workspace = { fs: { writeFile: async (to, bytes) => { desk.written = new TextDecoder().decode(bytes); } } };
    const say = async (text) => void desk.emit('said', text);
    export const window = {
      showInformationMessage: say,
      showErrorMessage: say,
      showSaveDialog: async () => desk.saveTo && { fsPath: desk.saveTo },
      withProgress: (options, work) => work(),
      createWebviewPanel: () => ({
        visible: true,
        reveal() {},
        dispose() {},
        onDidDispose: nothing,
        onDidChangeViewState: nothing,
        webview: {
          cspSource: 'https://own',
          asWebviewUri: (uri) => uri,
          set html(text) { desk.html = text; },
          onDidReceiveMessage: (listener) => { desk.receive = listener; return nothing(); },
          postMessage: async (model) => void desk.emit('model', model),
        },
      }),
    };`;
  const url = `data:text/javascript,${encodeURIComponent(stub)}`;
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'vscode') return { url, shortCircuit: true };
      const found = next(specifier, context);
      // A fresh copy of the module, whatever another test has loaded.
      return found.url.includes('/src/extension/') ? { ...found, url: `${found.url}?page` } : found;
    },
  });
  try {
    return await import('../../../src/extension/usage-page/page.ts?page' as string);
  } finally {
    hooks.deregister();
  }
}

const provider = (id: string, preset: string, baseUrl: string) => ({
  id,
  name: id.toUpperCase(),
  preset,
  baseUrl,
  needsKey: true,
  custom: false,
});
const PROVIDERS = [
  provider('deepseek', 'deepseek', 'https://api.deepseek.com'),
  provider('kimi', 'kimi', 'https://api.moonshot.ai/v1'),
  provider('gateway', 'deepseek', 'https://gateway.example/v1'),
  provider('groq', 'groq', 'https://api.groq.com/openai/v1'),
];

describe('the usage page of a window', () => {
  const desk = new Desk();
  const asked: UpstreamOptions[] = [];
  let fails = false;
  let withKey = ['deepseek', 'gateway', 'groq'];
  const launcher = {
    usage: async () => {
      if (fails) throw new Error('EIO: the disk is gone');
      const overview = new Overview(prices, NOON, 30);
      overview.add([recordWith({ model: 'm', statedUsd: 1 })]);
      return overview.data();
    },
    askBalance: async (upstream: UpstreamOptions) => {
      asked.push(upstream);
      return { amounts: [{ amount: 12, currency: 'USD' }], isOfKey: false };
    },
  };
  const choices = {
    providers: PROVIDERS,
    settings: { usage: true },
    nameOf: (id: string) => id,
    keys: { status: async ({ id }: { id: string }) => (withKey.includes(id) ? 'present' : 'missing') },
    upstreamOf: async ({ id }: { id: string }) => ({ id, apiKey: 'sk-1' }),
  };

  before(async () => {
    const { UsagePage } = await loadPage(desk);
    const page = new UsagePage({
      choices,
      launcher,
      dist: 'dist',
      log: { error: () => {} },
    } as never);
    page.show();
  });
  beforeEach(() => {
    fails = false;
    asked.length = 0;
  });

  async function press(action: string): Promise<PageModel> {
    const [[model]] = await Promise.all([once(desk, 'model'), desk.receive({ action })]);
    return model;
  }

  it('is drawn once it is loaded, without asking a provider', async () => {
    assert.match(desk.html, /Content-Security-Policy/);
    const { buttons, balances } = await press('ready');
    assert.deepEqual(
      buttons.map(({ action }) => action),
      ['refresh', 'exportCsv', 'askBalances', 'openSettings'],
    );
    assert.equal(balances, undefined);
    assert.deepEqual(asked, []);
  });

  it('asks for balances only with a key, at the provider’s own address', async () => {
    withKey = ['deepseek', 'gateway', 'groq'];
    const { balances } = await press('askBalances');
    assert.deepEqual(
      asked.map(({ id }) => id),
      ['deepseek'],
    );
    assert.deepEqual(balances?.rows, [['DEEPSEEK', '$12.00']]);
  });

  it('offers no balances if no provider tells one', async () => {
    withKey = ['groq', 'gateway'];
    const { buttons } = await press('ready');
    assert.ok(!buttons.some(({ action }) => action === 'askBalances'));
  });

  it('exports to the file that the user chose, and nowhere else', async () => {
    desk.receive({ action: 'exportCsv' });
    desk.saveTo = '/somewhere/[x](command:y).csv';
    const [[said]] = await Promise.all([once(desk, 'said'), desk.receive({ action: 'exportCsv' })]);
    assert.match(desk.written, /^day,provider,model,.*\n2026-11-28,deepseek,m,1,/);
    assert.equal(said, 'The usage of the last 30 days is in /somewhere/[x] (command:y).csv.');
  });

  it('reports what goes wrong', async () => {
    fails = true;
    const [[said]] = await Promise.all([once(desk, 'said'), desk.receive({ action: 'refresh' })]);
    assert.equal(said, 'The usage page could not do that: EIO: the disk is gone');
  });

  it('ignores messages that are not its own', () => {
    for (const message of [undefined, null, 'refresh', {}, { action: 'deleteAll' }, { action: 7 }])
      desk.receive(message);
    assert.deepEqual(asked, []);
  });
});
