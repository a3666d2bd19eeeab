/** Who is asked for a balance, where, and with which key. */
import assert from 'node:assert/strict';
import { accountBalance } from '../../../src/index.ts';
import type { UpstreamOptions } from '../../../src/relay/options.ts';
import type { UpstreamRequest } from '../../../src/relay/transport.ts';

const KEY = 'sk-0123456789abcdef';

/** Asks with a network that answers this, and says what went out. */
async function ask(options: UpstreamOptions, body: string, status = 200, headers = {}) {
  const sent: UpstreamRequest[] = [];
  const balance = await accountBalance({
    ...options,
    transport: async (request) => {
      sent.push(request);
      return { status, headers, body: [Buffer.from(body)].values() as never };
    },
  }).catch((error: unknown) => String(error));
  return { balance, sent };
}

const TOLD = '{"balance_infos":[{"currency":"USD","total_balance":"12.5"}]}';

describe('asking for a balance', () => {
  it("goes to the provider's own origin with the key, whatever the path of its base URL", async () => {
    for (const upstream of ['https://api.deepseek.com', 'https://api.deepseek.com/v1?x=1']) {
      const { balance, sent } = await ask({ upstream, apiKey: KEY, moreApiKeys: ['sk-second-key-1'] }, TOLD);
      assert.deepEqual(balance, { amounts: [{ amount: 12.5, currency: 'USD' }], isOfKey: false });
      assert.deepEqual(
        sent.map(({ method, url, headers }) => [method, url, headers['authorization']]),
        [['GET', 'https://api.deepseek.com/user/balance', `Bearer ${KEY}`]],
      );
    }
  });

  it('is refused without a documented address, at another program, or without a key', async () => {
    for (const [options, said] of [
      [{ provider: 'groq', apiKey: KEY }, /Groq has no documented way/],
      [{ provider: 'deepseek', upstream: 'https://gateway.example/v1', apiKey: KEY }, /no documented way/],
      [{ provider: 'deepseek', upstream: 'http://127.0.0.1:9/v1', apiKey: KEY }, /no documented way/],
      [{ provider: 'kimi-coding', apiKey: KEY }, /no documented way/],
      [{ provider: 'deepseek' }, /DeepSeek is not asked for its balance: no key is set/],
    ] as const) {
      const { balance, sent } = await ask(options, TOLD);
      assert.match(String(balance), said);
      assert.deepEqual(sent, []);
    }
  });

  it('fails with a sentence that names the provider, and never the key', async () => {
    const deepseek = { provider: 'deepseek', apiKey: KEY };
    const cases: [body: string, status: number, said: RegExp][] = [
      [`{"error":{"message":"Your key ${KEY} is invalid"}}`, 401, /DeepSeek.*key/],
      ['', 302, /redirects to another address.*the key does not follow/],
      ['<html>', 200, /DeepSeek answered \/user\/balance with something that is no balance/],
      ['{"balance_infos":[]}', 200, /no balance/],
    ];
    for (const [body, status, said] of cases) {
      const { balance, sent } = await ask(deepseek, body, status, { location: 'https://elsewhere.example/' });
      assert.match(String(balance), said);
      assert.ok(!String(balance).includes(KEY));
      assert.equal(sent.length, 1);
    }
  });
});
