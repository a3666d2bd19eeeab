import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRelay } from '../../../src/extension/thread/relay-work.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../../src/history/store.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import { createNodeHttpTransport } from '../../../src/relay/upstream/node-http-transport.ts';
import { startScriptedUpstream, streamReply, textChunks } from '../../support/scripted-upstream.ts';
import { readAll } from '../../usage/support.ts';

describe('the relay in its thread', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'codex-relay-work-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const end of ['stop', 'drain'] as const) {
    it(`saves bindings and usage even if its history fails at the end (${end})`, async () => {
      const upstream = await startScriptedUpstream(() => streamReply(textChunks('OK')));
      const [usageFolder, historyDir] = [join(folder, end, 'usage'), join(folder, end, 'history')];
      const bindingsFile = join(folder, end, 'bindings.json');
      const server = {
        port: 0,
        token: 't',
        toolDenylist: [],
        webSocket: false,
        heal: true,
        historyDir,
        historyLimits: DEFAULT_HISTORY_LIMITS,
        isUsageKept: true,
      };
      const routing = {
        upstreams: [{ id: 'a', provider: 'openai-compatible', upstream: upstream.url, model: 'm' }],
        active: 'a',
        standIns: { fallbacks: {}, roles: {} },
        budgets: [],
      };
      const relay = await runRelay(
        { server, routing, bindingsFile, usageFolder },
        {
          logger: SILENT_LOGGER,
          transport: createNodeHttpTransport(),
          onRequest: () => {},
          onModels: () => {},
          onBudget: () => {},
        },
      );
      // The lock cannot be given back.
      await rm(join(historyDir, 'lock.1'), { recursive: true });
      await writeFile(join(historyDir, 'lock.1'), '');
      const reply = await fetch(`${relay.url}/v1/responses`, {
        method: 'POST',
        headers: { authorization: 'Bearer t', 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ model: 'm', input: 'hi', prompt_cache_key: 'thread' }),
      });
      assert.equal(reply.status, 200);
      await reply.text();
      await assert.rejects(relay[end](), { code: 'ENOTDIR' });
      assert.equal((await readAll(usageFolder)).length, 1);
      assert.match(await readFile(bindingsFile, 'utf8'), /thread/);
      await upstream.stop();
    });
  }
});
