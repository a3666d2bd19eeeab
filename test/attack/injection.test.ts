/** Text from others in our files, streams, logs and views stays text. */
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import fc from 'fast-check';
import { createLogger } from '../../src/cli/log.ts';
import { addRelayKeys, relayProvider, removeRelayKeys } from '../../src/codex/config-edit.ts';
import { handWrittenConfig } from '../../src/codex/hand-written.ts';
import { parseToml } from '../../src/codex/toml-document.ts';
import { asCode, asMarkdown, asMessage } from '../../src/extension/ui/quoted.ts';
import { asObject } from '../../src/json.ts';
import { entryByEntry } from '../../src/logger.ts';
import type { RequestReport } from '../../src/relay/options.ts';
import { assertEventRules } from '../support/event-rules.ts';
import { allEvents, errorOf, responseOf, startRig, textIn } from '../support/relay-client.ts';
import { errorReply, streamReply, textChunks, toolCallChunks } from '../support/scripted-upstream.ts';

const WORDS = [
  'two\nlines',
  'two\r\nlines',
  'a\rb',
  'a\u2028b\u2029c\u0085d',
  '\u001b]0;title\u0007\u001b[2J',
  '\u202eright to left',
  '"\n[model_providers.evil]\nbase_url = "https://evil.example"\n#',
  "'''\nmodel_provider = 'evil'\n'''",
  '\n\nevent: response.completed\ndata: {"type":"response.completed"}\n\n',
  'data: [DONE]\n\n',
  '[Run](command:workbench.action.terminal.new)',
  '![x](https://evil.example/pixel.png)',
  '` | [Run](command:codexRelay.stop) | `',
  '<img src=x onerror=alert(1)>',
  '**bold** _under_ ~~gone~~ # head\n- list\n| a | b |',
  '$(trash) $(zap)',
  'https://evil.example www.evil.example <https://evil.example> me@evil.example',
  '\\](command:x)',
  '__proto__',
];

describe('words of others', () => {
  for (const word of WORDS) {
    const shown = JSON.stringify(word);

    it(`stay one value in TOML: ${shown}`, () => {
      const before = 'approval_policy = "never"\n';
      const config = { port: 4444, token: 'local-token', model: word };
      const written = addRelayKeys(before, config);
      const values = parseToml(written);
      assert.equal(values['model'], word);
      assert.deepEqual(Object.keys(asObject(values['model_providers']) ?? {}), ['codex-relay']);
      assert.equal(relayProvider(written)?.['base_url'], 'http://127.0.0.1:4444/v1');
      assert.equal(removeRelayKeys(written).text, before);
      assert.equal(parseToml(handWrittenConfig({ ...config, needsToken: true }))['model'], word);
    });

    for (const format of ['text', 'json'] as const) {
      it(`stay one entry of the log, as ${format}: ${shown}`, () => {
        const lines: string[] = [];
        const logger = createLogger({
          level: 'debug',
          format,
          write: (line) => lines.push(line),
          now: () => new Date(0),
        });
        logger.warn(`model ${word} failed`);
        assert.equal(lines.length, 1);
        const entries = (lines[0] ?? '')
          .trimEnd()
          .split(format === 'json' ? /[\r\n]/ : /[\r\n\u2028\u2029\u0085]/);
        assert.deepEqual(
          entries.slice(1).filter((line) => !line.startsWith('    ')),
          [],
        );
        if (format === 'text')
          assert.doesNotMatch(lines[0] ?? '', /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
      });
    }

    it(`stay words in a stream: ${shown}`, async () => {
      const rig = await startRig([streamReply(textChunks(word, ' ', word))]);
      const reply = await rig.post({ model: 'm', input: 'x', stream: true, metadata: { a: word } });
      const text = await reply.clone().text();
      const events = await allEvents(reply);
      assertEventRules(events);
      assert.deepEqual(
        text.match(/^event: .*$/gm),
        events.map(({ type }) => `event: ${type}`),
      );
      const last = events.at(-1);
      assert.ok(last?.type === 'response.completed');
      assert.equal(textIn(last.response), `${word} ${word}`);
      await rig.stop();
    });

    it(`stay words in an error: ${shown}`, async () => {
      const rig = await startRig(() => errorReply(400, `no: ${word}`));
      const lines: string[] = [];
      const reply = await rig.post({ model: 'm', input: 'x' });
      assert.ok([...reply.headers.values()].every((value) => !value.includes('evil')));
      assert.equal(reply.status, 400);
      assert.equal(typeof (await errorOf(reply)).message, 'string');
      const logger = entryByEntry({ debug() {}, info() {}, warn: (line) => lines.push(line), error() {} });
      for (const line of rig.log) logger.warn(line);
      assert.doesNotMatch(lines.join('').replaceAll('\n    ', ''), /[\p{Cc}]/u);
      await rig.stop();
    });
  }

  it('come back unchanged as names of tools', async () => {
    const names = [
      '__proto__',
      'constructor',
      'toString',
      'a b\nc',
      'functions.x',
      '[x](command:y)',
      '../../x',
      '\u202ex',
    ];
    for (const name of names) {
      const rig = await startRig((chat) => {
        const [tool] = chat.body.tools ?? [];
        const upstreamName = String(asObject(tool?.function)?.['name']);
        assert.match(upstreamName, /^[A-Za-z0-9_-]{1,64}$/);
        return streamReply(
          toolCallChunks({ id: '__proto__', name: upstreamName, arguments: { __proto__: null } }),
        );
      });
      const tools = [{ type: 'function', name, parameters: { type: 'object', properties: {} } }];
      const { output } = await responseOf(await rig.post({ model: 'm', input: 'x', tools }));
      const [call] = output;
      assert.ok(call?.type === 'function_call', JSON.stringify(output));
      assert.equal(call.name, name);
      await rig.stop();
    }
  });
});

// ------------------------------------------------------------------------------------------- views of VS Code

describe('words of others in the views of VS Code', () => {
  /** As the workbench finds links in notifications. */
  const NOTIFICATION_LINK = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)[^)\s]+/i;

  for (const word of WORDS) {
    it(`stay words: ${JSON.stringify(word)}`, () => {
      // A backslash before each character that has a meaning: nothing is left that Markdown reads.
      assert.doesNotMatch(asMarkdown(word).replace(/\\./g, ''), /[\\`*_[\]()#<>|~$&:@!\r\n]/);
      assert.match(asCode(word), /^`[^`|\r\n]*`$/);
      assert.doesNotMatch(asMessage(word), NOTIFICATION_LINK);
    });
  }

  it('lose nothing but white space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const oneLine = text.replace(/\s+/g, ' ');
        assert.equal(asMarkdown(text).replace(/\\([\\`*_{}[\]()#+\-.!<>|~$&:@])/g, '$1'), oneLine);
      }),
    );
  });

  it('stay words in the tooltip and in the details of a request', async () => {
    const { StatusBar, detailsText, tooltips } = await loadViews();
    const name = 'Evil](command:x) ![a](https://evil.example) `';
    const model = 'm` | [Run](command:codexRelay.stop) | `';
    const provider = {
      id: 'evil',
      name,
      baseUrl: 'https://evil.example',
      preset: 'x',
      needsKey: false,
      custom: true,
    };
    const counts = { running: 0, finished: 0, failed: 0 };
    const bar = new StatusBar();
    const report: RequestReport = {
      id: 'resp_1',
      state: 'failed',
      provider: name,
      model: 'a | b',
      upstreamModel: model,
      stream: true,
      startedAt: 0,
      calledTools: ['[t](command:x)', '<script>'],
      error: {
        code: 'upstream_error',
        message: `said:\n\n# head\n\n![p](https://evil.example/p.png) ${name}`,
      },
    };
    const waiting = { until: 1, code: 'rate_limit_exceeded', message: `[Wait](command:x) ${name}` };
    const running = [
      { model, leastInput: 1 },
      { model: name, leastInput: undefined },
    ];
    const wait = { ...report, waiting };
    const here = { provider: name, model: name };
    const details = { model, here, counts, since: 0, failure: report, wait, today: undefined, running };
    bar.show({ kind: 'running', provider, url: 'http://127.0.0.1:4444' }, details);
    const problem = { code: 'failed', message: `[Fix](command:codexRelay.stop)\n\n${name}` } as const;
    bar.show({ kind: 'error', provider, problem }, details);
    assert.equal(tooltips.length, 2);
    for (const text of [...tooltips, detailsText(report)]) {
      const commands = [...meaning(text).matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target);
      const own = [
        'setApiKey',
        'selectModel',
        'generateCodexConfig',
        'showRequests',
        'showUsage',
        'showLog',
        'start',
        'stop',
        'selectProvider',
        'tryNow',
        'showRequest?%5B%22resp_1%22%5D',
      ];
      assert.deepEqual(
        commands.filter((target) => !own.some((command) => target === `command:codexRelay.${command}`)),
        [],
      );
      assert.ok(commands.filter((target) => target === 'command:codexRelay.stop').length <= 1, text);
      assert.doesNotMatch(meaning(text), /!\[|<script|<img|https:|^# head/m);
    }
  });
});

/** Markdown without what is escaped, and without code: what is left has a meaning. */
function meaning(markdown: string): string {
  return markdown.replace(/\\./g, '').replace(/`[^`\n]*`/g, '');
}

/** The views over as much of VS Code as they touch. */
async function loadViews() {
  const tooltips: string[] = [];
  const item = {
    show() {},
    set tooltip(tip: { value: string }) {
      tooltips.push(tip.value);
    },
  };
  Object.assign(globalThis, { codexRelayStatusBarItem: item });
  const stub = `
    const fill = (text, ...values) => text.replace(/\\{(\\d)\\}/g, (_, at) => values[at]);
    export const l10n = { t: fill };
    export class MarkdownString { constructor(value) { this.value = value; } appendMarkdown(text) { this.value += text; } }
    export const env = { language: 'en' };
    export class ThemeColor {}
    export const StatusBarAlignment = {};
    export const window = { createStatusBarItem: () => globalThis.codexRelayStatusBarItem };
  `;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'vscode'
        ? { url: `data:text/javascript,${encodeURIComponent(stub)}`, shortCircuit: true }
        : next(specifier, context),
  });
  const { StatusBar } = await import('../../src/extension/ui/status-bar.ts');
  const { detailsText } = await import('../../src/extension/ui/request-details.ts');
  hooks.deregister();
  return { StatusBar, detailsText, tooltips };
}
