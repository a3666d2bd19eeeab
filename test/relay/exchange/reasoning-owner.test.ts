/** Reasoning goes back to the server that sent it, and to no other that speaks the same dialect. */
import assert from 'node:assert/strict';
import { type RelayHandle, start } from '../../../src/index.ts';
import { PRESETS } from '../../../src/providers/index.ts';
import type { UpstreamOptions } from '../../../src/relay/options.ts';
import { resolveProvider } from '../../../src/relay/routing/provider.ts';
import { ownerOf } from '../../../src/translate/reasoning/reasoning.ts';
import type { OutputItem } from '../../../src/wire/responses.ts';
import { responseOf } from '../../support/relay-client.ts';
import {
  deltaChunk,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  toolCallChunks,
} from '../../support/scripted-upstream.ts';

const SEALED = ['reasoning.encrypted_content'];
const MODEL = 'claude-x';
const SIGNED = { type: 'reasoning.text', index: 0, text: 'A thought.', signature: 'signed-by-one' };
const REPLY = streamReply([
  deltaChunk({ reasoning_details: [SIGNED] }),
  ...toolCallChunks({ id: 'call_1', name: 'run', arguments: {} }),
]);

describe('the owner of reasoning', () => {
  const ownerAt = (options: UpstreamOptions) => ownerOf(resolveProvider(options).profile);

  it('is the preset at its own addresses, as in earlier seals', () => {
    for (const { profile, baseUrl, hosts } of PRESETS) {
      if (baseUrl !== undefined) assert.equal(ownerAt({ upstream: baseUrl }), profile.id);
      for (const host of hosts) {
        assert.equal(ownerAt({ provider: profile.id, upstream: `http://${host}/other/v9` }), profile.id);
      }
    }
  });

  it('is the server at any other address, whatever dialect it speaks', () => {
    const rows: [UpstreamOptions, string][] = [
      [{ upstream: 'https://gateway.example/v1' }, 'openai-compatible@gateway.example'],
      [{ upstream: 'https://other.example/v1' }, 'openai-compatible@other.example'],
      [{ upstream: 'http://127.0.0.1:4000/v1' }, 'openai-compatible@127.0.0.1:4000'],
      [{ provider: 'kimi', upstream: 'https://gateway.example/v1' }, 'kimi@gateway.example'],
      [{ provider: 'ollama', upstream: 'http://192.168.1.9:11434/v1' }, 'ollama@192.168.1.9:11434'],
      [{ provider: 'ollama', upstream: 'http://127.0.0.1:11434/v1' }, 'ollama'],
      [
        { provider: 'openrouter', upstream: 'https://openrouter.ai.example/v1' },
        'openrouter@openrouter.ai.example',
      ],
    ];
    for (const [options, owner] of rows) assert.equal(ownerAt(options), owner);
  });
});

for (const provider of ['openai-compatible', 'openrouter']) {
  describe(`a thread that moves between two servers of ${provider}`, () => {
    let relay: RelayHandle;
    let one: ScriptedUpstream;
    let two: ScriptedUpstream;

    before(async () => {
      one = await startScriptedUpstream(() => REPLY, [MODEL]);
      two = await startScriptedUpstream(() => REPLY, [MODEL]);
      const upstreamOf = (id: string, { url: upstream }: ScriptedUpstream): UpstreamOptions => ({
        id,
        provider,
        upstream,
        apiKey: `key-of-${id}`,
        model: MODEL,
      });
      relay = await start({ port: 0, upstreams: [upstreamOf('one', one), upstreamOf('two', two)] });
    });

    after(async () => {
      await relay.stop();
      await one.stop();
      await two.stop();
    });

    /** One answer of the first server, and what a client sends next. */
    async function nextTurn(include: string[] = SEALED): Promise<unknown[]> {
      const { output } = await ask('one', [{ role: 'user', content: 'Hi' }], include);
      return [
        { role: 'user', content: 'Hi' },
        ...output.filter(({ type }) => include.length > 0 || type !== 'reasoning'),
        { type: 'function_call_output', call_id: 'call_1', output: 'done' },
      ];
    }

    async function ask(
      id: string,
      input: unknown[],
      include: string[] = [],
    ): Promise<{ output: OutputItem[] }> {
      const reply = await fetch(`${relay.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: `${id}/${MODEL}`,
          input,
          store: false,
          include,
          tools: [{ type: 'function', name: 'run', parameters: { type: 'object', properties: {} } }],
        }),
      });
      assert.equal(reply.status, 200);
      return responseOf(reply);
    }

    const sentTo = ({ chats }: ScriptedUpstream) => JSON.stringify(chats.at(-1)?.body.messages);

    it('keeps its signature at the same one', async () => {
      await ask('one', await nextTurn());
      assert.ok(sentTo(one).includes('signed-by-one'));
    });

    it('loses it at the other, and keeps what was said', async () => {
      await ask('two', await nextTurn());
      assert.ok(!sentTo(two).includes('signed-by-one'));
      assert.ok(sentTo(two).includes('call_1'));
    });

    it('loses it at the other even if the relay itself remembers it', async () => {
      const input = await nextTurn([]);
      await ask('one', input);
      assert.ok(sentTo(one).includes('signed-by-one'));
      await ask('two', input);
      assert.ok(!sentTo(two).includes('signed-by-one'));
    });
  });
}
