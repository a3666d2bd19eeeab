/** VS Code's own models behind the relay: they are played by a second extension, and everything between is real. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { asObject, type JsonObject } from '../../../src/json.ts';
import { type CodexPlace, createPlace, runCodex } from '../../real-codex/codex.ts';
import { codexCache, installCodex, NEWEST } from '../../real-codex/install.ts';
import { freePort } from '../../support/ports.ts';
import { activateExtension, type Extension, reached, set, takeMessages, until } from './extension-parts.ts';

/** What the second extension's provider is given. */
interface Asked {
  model: vscode.LanguageModelChatInformation;
  messages: readonly vscode.LanguageModelChatRequestMessage[];
  options: vscode.ProvideLanguageModelChatResponseOptions;
  report(part: unknown): void;
  token: vscode.CancellationToken;
}

interface PlayedModels {
  offer(models: readonly vscode.LanguageModelChatInformation[]): void;
  play(script: (asked: Asked) => Promise<void>): void;
}

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const TOOL = {
  type: 'function',
  name: 'shell',
  description: 'Runs a command.',
  parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
};

function info(
  id: string,
  more: Partial<vscode.LanguageModelChatInformation> = {},
): vscode.LanguageModelChatInformation {
  return {
    id,
    name: `Played ${id}`,
    family: id,
    version: '1',
    maxInputTokens: 90_000,
    maxOutputTokens: 8_000,
    capabilities: { toolCalling: true, imageInput: true },
    ...more,
  };
}

describe("VS Code's own models in the extension host", () => {
  let extension: Extension;
  let models: PlayedModels;

  before(async () => {
    extension = await activateExtension();
    const second = vscode.extensions.getExtension<PlayedModels>('codex-relay-tests.models');
    assert.ok(second, 'the extension with the models is installed');
    models = await second.activate();
    await set('codexRelay.port', await freePort());
  });
  after(async () => {
    models.offer([]);
    await extension.api.stop();
    for (const name of ['provider', 'models', 'port', 'fallbacks'])
      await set(`codexRelay.${name}`, undefined);
  });

  const choices = () => extension.parts.choices;
  const own = () => {
    const provider = choices().providers.find(({ id }) => id === 'vscode');
    assert.ok(provider);
    return provider;
  };
  const post = async (body: object, init: RequestInit = {}) => {
    const token = await choices().keys.token();
    return fetch(`${extension.api.status.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'codex-relay', ...body }),
      ...init,
    });
  };
  const ask = async (body: object): Promise<JsonObject> => {
    const answer = asObject(await (await post(body)).json());
    assert.ok(answer);
    return answer;
  };
  /** Texts, calls and results of a message, as the provider sees them. */
  const seen = ({ content }: vscode.LanguageModelChatRequestMessage) =>
    content.map((part) => {
      if (part instanceof vscode.LanguageModelTextPart) return part.value;
      if (part instanceof vscode.LanguageModelToolCallPart) return [part.callId, part.name, part.input];
      if (part instanceof vscode.LanguageModelToolResultPart)
        return [part.callId, part.content.map((one) => (one as vscode.LanguageModelTextPart).value)];
      if (part instanceof vscode.LanguageModelDataPart) return [part.mimeType, part.data.length];
      return undefined;
    });

  it('are offered and served as soon as there are any, and not before', async () => {
    assert.equal(choices().isOffered(own()), false);
    await set('codexRelay.provider', 'demo');
    await extension.api.start();
    const served = () => extension.parts.controller.plan?.routing.upstreams.map(({ id }) => id) ?? [];
    models.offer([info('large'), info('blind', { capabilities: { toolCalling: true } })]);
    await until(() => choices().isOffered(own()) && served().includes('vscode'));
    const listed = async () => {
      const catalog = (await extension.parts.controller.served?.catalog()) ?? [];
      return catalog.find(({ id }) => id === 'vscode')?.listed ?? [];
    };
    while ((await listed()).length < 2);
    assert.deepEqual(
      (await listed()).map(({ id, contextWindow, images, name }) => [id, contextWindow, images, name]),
      [
        ['played/large', 90_000, true, 'Played large'],
        ['played/blind', 90_000, false, 'Played blind'],
      ],
    );
    const token = await choices().keys.token();
    const reply = await fetch(`${extension.api.status.url}/v1/models`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.match(await reply.text(), /"vscode\/played\/large"/);
  });

  it('are chosen like any provider, without a key', async () => {
    await set('codexRelay.models', { vscode: 'played/large' });
    await vscode.commands.executeCommand('codexRelay.selectProvider', 'vscode');
    await reached(extension.api, ({ state, provider }) => state === 'running' && provider?.id === 'vscode');
    models.play(async ({ model, report }) => report(new vscode.LanguageModelTextPart(`I am ${model.id}.`)));
    assert.match(JSON.stringify(await ask({ input: 'Who?' })), /I am large\./);
    assert.match(JSON.stringify(await ask({ input: 'Who?', model: 'vscode/played/blind' })), /I am blind\./);
  });

  it('get instructions, calls, outputs, images and tools, and give text, thinking and calls', async () => {
    let asked: Asked | undefined;
    models.play(async (given) => {
      asked = given;
      const { report } = given;
      if ('LanguageModelThinkingPart' in vscode) {
        const Thinking = vscode.LanguageModelThinkingPart as new (text: string) => object;
        report(new Thinking('I think.'));
      }
      report(new vscode.LanguageModelTextPart('Now '));
      report(new vscode.LanguageModelTextPart('this.'));
      report(new vscode.LanguageModelToolCallPart('c3', 'shell', { cmd: 'pwd' }));
    });
    const { output, usage } = await ask({
      instructions: 'Be brief.',
      tools: [TOOL],
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look' },
            { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
          ],
        },
        { type: 'function_call', call_id: 'c1', name: 'shell', arguments: '{"cmd":"ls"}' },
        { type: 'function_call', call_id: 'c2', name: 'shell', arguments: '{"cmd":"id"}' },
        { type: 'function_call_output', call_id: 'c1', output: 'a.ts' },
        { type: 'function_call_output', call_id: 'c2', output: 'root' },
      ],
    });
    assert.deepEqual(asked?.messages.map(seen), [
      ['Be brief.'],
      ['Look', ['image/png', Buffer.from(PNG, 'base64').length]],
      [
        ['c1', 'shell', { cmd: 'ls' }],
        ['c2', 'shell', { cmd: 'id' }],
      ],
      [
        ['c1', ['a.ts']],
        ['c2', ['root']],
      ],
    ]);
    const { User, Assistant } = vscode.LanguageModelChatMessageRole;
    assert.deepEqual(
      asked?.messages.map(({ role }) => role),
      [User, User, Assistant, User],
    );
    assert.deepEqual(
      asked?.options.tools?.map(({ name, description, inputSchema }) => [name, description, inputSchema]),
      [['shell', TOOL.description, TOOL.parameters]],
    );
    const said = JSON.stringify(output);
    for (const word of ['I think.', 'Now this.', '"call_id":"c3"', '{\\"cmd\\":\\"pwd\\"}'])
      assert.ok(said.includes(word), `${word} in ${said}`);
    assert.ok(Number(asObject(usage)?.['input_tokens']) > 20);
    assert.ok(Number(asObject(usage)?.['output_tokens']) > 10);
  });

  it('get no image if they take none', async () => {
    let asked: Asked | undefined;
    models.play(async (given) => {
      asked = given;
      given.report(new vscode.LanguageModelTextPart('Seen.'));
    });
    const image = { type: 'input_image', image_url: `data:image/png;base64,${PNG}` };
    await ask({ model: 'vscode/played/blind', input: [{ role: 'user', content: [image] }] });
    assert.deepEqual(asked?.messages.map(seen), [['[an image was here; this model reads text only]']]);
  });

  it('describe images for models that cannot see, and the user is told once where images go', async () => {
    const messages = takeMessages();
    try {
      await set('codexRelay.visionModel', 'vscode/played/large');
      const told = () => messages.shown.filter((message) => /are now sent to/.test(message));
      await until(() => told().length > 0);
      let asked: Asked | undefined;
      models.play(async (given) => {
        if (given.model.id === 'blind') asked = given;
        given.report(new vscode.LanguageModelTextPart(given.model.id === 'large' ? 'A dot.' : 'I see.'));
      });
      const image = { type: 'input_image', image_url: `data:image/png;base64,${PNG}` };
      const input = [{ role: 'user', content: [image] }];
      assert.match(JSON.stringify(await ask({ model: 'vscode/played/blind', input })), /I see\./);
      assert.match(JSON.stringify(asked?.messages.map(seen)), /another model describes it:\]\\nA dot\./);
      const roles = extension.parts.requests.reports.slice(0, 2).map(({ role }) => role);
      assert.ok(roles.includes('vision'), 'it is among the requests');
      await extension.parts.upkeep.checkSettings();
      assert.deepEqual(told(), [
        'Images for models that cannot see are now sent to VS Code (Copilot and others), where played/large describes them.',
      ]);
    } finally {
      messages.restore();
      await set('codexRelay.visionModel', undefined);
    }
  });

  it('are cancelled when the client leaves', async () => {
    const began = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    models.play(({ report, token }) => {
      report(new vscode.LanguageModelTextPart('One '));
      began.resolve();
      return new Promise((resolve) =>
        token.onCancellationRequested(() => {
          left.resolve();
          resolve();
        }),
      );
    });
    const client = new AbortController();
    const asked = post({ input: 'Count', stream: true }, { signal: client.signal }).then((reply) =>
      reply.text(),
    );
    await began.promise;
    client.abort();
    await assert.rejects(asked);
    await left.promise;
  });

  const FAILURES: readonly [what: string, error: () => unknown, told: RegExp][] = [
    [
      'the user refused to let us use it',
      () => vscode.LanguageModelError.NoPermissions('Not for you'),
      /Not for you\. Allow Codex Relay .*Manage Language Model Access/,
    ],
    [
      'it is blocked',
      () => vscode.LanguageModelError.Blocked('Too many requests'),
      /Too many requests\. Its provider blocks Codex Relay for now/,
    ],
    [
      'the quota is used up',
      () => Object.assign(new Error('No premium requests are left'), { name: 'ChatQuotaExceeded' }),
      /No premium requests are left\. Wait until the quota renews/,
    ],
    [
      'it finds the question off topic',
      () => new Error('Response got filtered: off_topic'),
      /only answers what it takes for programming/,
    ],
    ['it breaks', () => new Error('engine died'), /engine died/],
  ];
  for (const [what, error, told] of FAILURES) {
    it(`say in words that ${what}`, async () => {
      models.play(async () => {
        throw error();
      });
      const reply = await post({ input: 'Hi' }, {});
      assert.match(await reply.text(), told);
      models.play(async ({ report }) => {
        report(new vscode.LanguageModelTextPart('Well, '));
        throw error();
      });
      assert.match(await (await post({ input: 'Hi', stream: true })).text(), told);
    });
  }

  it('are not asked without consent, and a refusal says how to give it', async () => {
    // VS Code asks its user before a model of this kind is used, and refuses by itself where tests run.
    const guarded = { ...info('guarded'), requiresAuthorization: true };
    models.offer([info('large'), info('blind', { capabilities: { toolCalling: true } }), guarded]);
    await until(() => choices().languageModels.count === 3);
    let isAsked = false;
    models.play(async () => {
      isAsked = true;
    });
    const reply = await post({ model: 'vscode/played/guarded', input: 'Hi' });
    assert.match(
      await reply.text(),
      /does not allow this request.*Allow Codex Relay .*Manage Language Model Access/,
    );
    assert.equal(isAsked, false);
  });

  it('stand in for a provider that fails', async () => {
    models.play(async ({ report }) => report(new vscode.LanguageModelTextPart('I stand in.')));
    await set('codexRelay.customProviders', [
      { id: 'down', name: 'Down', baseUrl: 'http://127.0.0.1:9/v1', needsKey: false },
    ]);
    await set('codexRelay.fallbacks', ['vscode/played/large']);
    await until(
      () =>
        extension.parts.controller.plan?.routing.standIns.fallbacks['*']?.[0] === 'vscode/played/large' &&
        extension.parts.controller.plan.routing.upstreams.some(({ id }) => id === 'down'),
    );
    // It has failed before, and would be passed over.
    await vscode.commands.executeCommand('codexRelay.resetTargets');
    assert.match(JSON.stringify(await ask({ model: 'down/any', input: 'Hi' })), /I stand in\./);
    await set('codexRelay.customProviders', undefined);
    await set('codexRelay.fallbacks', undefined);
  });

  it('work with the real Codex: a tool is called and its output comes back', async function () {
    if (!existsSync(join(codexCache(), `${NEWEST}-${process.platform}-${process.arch}`))) this.skip();
    this.timeout(90_000);
    const rounds: string[][] = [];
    models.play(async ({ messages, options, report }) => {
      const results = messages.flatMap(({ content }) =>
        content.filter((part) => part instanceof vscode.LanguageModelToolResultPart),
      );
      rounds.push((options.tools ?? []).map(({ name }) => name));
      if (results.length > 0) {
        const [text] = results[0]?.content ?? [];
        assert.ok(text instanceof vscode.LanguageModelTextPart);
        report(new vscode.LanguageModelTextPart(`Done: ${/hello-from-codex/.exec(text.value)?.[0]}`));
        return;
      }
      const input = { cmd: 'echo hello-from-codex' };
      report(new vscode.LanguageModelToolCallPart('call_1', 'exec_command', input));
    });
    const token = await choices().keys.token();
    let place: CodexPlace | undefined;
    try {
      place = await createPlace({ baseUrl: `${extension.api.status.url}/v1`, token });
      const args = ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];
      const executable = await installCodex(NEWEST);
      const run = await runCodex({ executable, place, token, args: [...args, '--', 'Say hello'] });
      assert.equal(run.stdout.trim(), 'Done: hello-from-codex', run.stderr);
      assert.equal(run.exitCode, 0);
      assert.ok(rounds[0]?.includes('exec_command'));
    } finally {
      await place?.remove();
    }
  });

  it('that are gone are reported as missing, and can come back', async () => {
    models.offer([]);
    await until(() => choices().languageModels.count === 0);
    const reply = await post({ input: 'Hi' });
    assert.match(await reply.text(), /offers no language model\. Sign in to GitHub Copilot/);
    models.play(async ({ report }) => report(new vscode.LanguageModelTextPart('Back.')));
    models.offer([info('large')]);
    await until(() => choices().languageModels.count === 1);
    assert.match(JSON.stringify(await ask({ input: 'Hi' })), /Back\./);
  });
});
