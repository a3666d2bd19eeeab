import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Budget, type BudgetNotice, openBudget } from '../../src/usage/budget.ts';
import { parseLimits } from '../../src/usage/budget-limits.ts';
import { openLedger } from '../../src/usage/ledger.ts';
import { loadPriceList } from '../../src/usage/price-list.ts';
import { recordOf } from '../../src/usage/record.ts';
import { AS_CODEX, errorOf, type Rig, startRig } from '../support/relay-client.ts';
import {
  errorReply,
  type Script,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../support/scripted-upstream.ts';
import { NOON, recordWith, temporaryFolder } from './support.ts';

const prices = { list: await loadPriceList(), own: new Map() };
const DEEPSEEK = { upstream: 'deepseek', service: 'deepseek', model: 'deepseek-chat' };

interface Opened {
  budget: Budget;
  warnings: string[];
  clock: { now: number };
}

async function openAt(
  folder: string,
  text: string,
  own = new Map(),
  onNotice = (_: BudgetNotice) => {},
): Promise<Opened> {
  const warnings: string[] = [];
  const quiet = () => {};
  const clock = { now: NOON };
  const budget = await openBudget({
    limits: parseLimits(text) ?? assert.fail(`${text} is no budget`),
    folder,
    owns: () => false,
    prices: { ...prices, own },
    logger: { debug: quiet, info: quiet, error: quiet, warn: (line) => warnings.push(line) },
    where: 'HERE',
    onNotice,
    now: () => clock.now,
  });
  return { budget, warnings, clock };
}

const costing = (usd: number, parts = {}) => recordWith({ statedUsd: usd, ...parts });

describe('a budget', () => {
  it('is parsed into limits, each once', () => {
    assert.deepEqual(parseLimits('day=5, month=$50.5,z.ai-2.day=0'), [
      { span: 'day', upstream: undefined, usd: 5 },
      { span: 'month', upstream: undefined, usd: 50.5 },
      { span: 'day', upstream: 'z.ai-2', usd: 0 },
    ]);
    for (const text of [
      '',
      ',',
      'day',
      'day=',
      'day=-1',
      'week=5',
      'day=5,day=6',
      'x.day=1,x.day=1',
      '.day=1',
      'day=1e3',
    ])
      assert.equal(parseLimits(text), undefined, text);
  });

  it('of zero refuses, without a warning first', async () => {
    await using folder = await temporaryFolder();
    const notices: string[] = [];
    const { budget, warnings } = await openAt(folder.path, 'deepseek.day=0', new Map(), ({ kind }) =>
      notices.push(kind),
    );
    assert.deepEqual([warnings, notices], [[], []]);
    await assert.rejects(budget.allow(DEEPSEEK), { code: 'insufficient_quota' });
    assert.deepEqual(notices, ['used-up']);
  });

  it('judges none of several requests at once by outdated sums', async () => {
    await using folder = await temporaryFolder();
    const { budget, clock } = await openAt(folder.path, 'day=5');
    const other = openLedger({ folder: folder.path });
    other.put(costing(6));
    await other.flush();
    clock.now += 10_000;
    const answers = await Promise.allSettled([1, 2, 3].map(() => budget.allow(DEEPSEEK)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
  });

  it('warns at 80 % once a day, and at 100 % refuses and says where to raise it', async () => {
    await using folder = await temporaryFolder();
    const { budget, warnings, clock } = await openAt(folder.path, 'day=10');
    budget.add(costing(7.99));
    assert.deepEqual(warnings, []);
    budget.add(costing(0.01));
    budget.add(costing(1.99));
    await budget.allow(DEEPSEEK);
    assert.deepEqual(warnings, ['$8.00 of the budget of $10.00 a day are spent; raise it HERE']);
    budget.add(costing(0.01));
    await assert.rejects(budget.allow(DEEPSEEK), {
      code: 'insufficient_quota',
      status: 402,
      message:
        'The budget of $10.00 a day is used up ($10.00 spent), so nothing was sent: raise it HERE, or wait until tomorrow.',
    });
    clock.now += 86_400_000;
    await budget.allow(DEEPSEEK);
    budget.add(costing(9, { time: clock.now }));
    assert.equal(warnings.join('\n').match(/are spent/g)?.length, 2);
  });

  it('reports each limit once in its day or month', async () => {
    await using folder = await temporaryFolder();
    const notices: BudgetNotice[] = [];
    const { budget, clock } = await openAt(folder.path, 'day=1,month=2', new Map(), (notice) =>
      notices.push(notice),
    );
    const heard = () => notices.splice(0).map(({ kind, limit: { span }, period }) => [kind, span, period]);
    budget.add(costing(0.9));
    budget.add(costing(0.8));
    for (let at = 0; at < 2; at++) await assert.rejects(budget.allow(DEEPSEEK));
    assert.deepEqual(heard(), [
      ['near', 'day', '2026-11-28'],
      ['near', 'month', '2026-11'],
      ['used-up', 'day', '2026-11-28'],
    ]);
    clock.now += 86_400_000;
    budget.add(costing(0.5, { time: clock.now }));
    await assert.rejects(budget.allow(DEEPSEEK), /a month/);
    assert.deepEqual(heard(), [['used-up', 'month', '2026-11']]);
  });

  it('applies by day and by month, to one provider and to all', async () => {
    await using folder = await temporaryFolder();
    const { budget, clock } = await openAt(folder.path, 'month=10,deepseek.day=2');
    const kimi = { upstream: 'kimi', service: 'kimi', model: 'kimi-k3' };
    budget.add(costing(2));
    await assert.rejects(budget.allow(DEEPSEEK), /\$2\.00 a day for deepseek/);
    await budget.allow(kimi);
    budget.add(costing(8, { upstream: 'kimi' }));
    await assert.rejects(budget.allow(kimi), /\$10\.00 a month is used up.*next month/);
    clock.now += 86_400_000;
    await assert.rejects(budget.allow(DEEPSEEK), /a month/);
    clock.now = new Date(2026, 11, 1).getTime();
    await budget.allow(DEEPSEEK);
  });

  it('never refuses what costs nothing, and says once what it cannot count', async () => {
    await using folder = await temporaryFolder();
    const { budget, warnings } = await openAt(folder.path, 'day=0');
    await budget.allow({ upstream: 'ollama', service: 'local', model: 'q' });
    await budget.allow({ upstream: 'kimi-coding', service: 'plan', model: 'k' });
    await assert.rejects(budget.allow(DEEPSEEK), /used up/);
    warnings.length = 0;
    for (let at = 0; at < 3; at++)
      budget.add(recordWith({ upstream: 'corp', service: undefined, model: 'x' }));
    assert.deepEqual(warnings, ['The budget does not count requests to corp/x for which no price is known']);
  });

  it('counts earlier runs and other relays, in this month only, and each record once', async () => {
    await using folder = await temporaryFolder();
    const other = openLedger({ folder: folder.path });
    other.put(costing(50, { time: new Date(2026, 9, 31, 23).getTime() }));
    other.put(costing(3));
    await other.flush();
    const { budget, clock } = await openAt(folder.path, 'month=10');
    await budget.allow(DEEPSEEK);
    other.put(costing(6.5));
    await other.flush();
    clock.now += 5_000;
    await budget.allow(DEEPSEEK);
    clock.now += 5_000;
    await budget.allow(DEEPSEEK);
    other.put(costing(0.5));
    await other.flush();
    clock.now += 5_000;
    await assert.rejects(budget.allow(DEEPSEEK), /\$10\.00 spent/);
  });
});

/** A chat answer that states its cost, as OpenRouter does. */
function costly(usd: number) {
  const usage = { prompt_tokens: 10, completion_tokens: 5, cost: usd };
  return streamReply(textChunks('a'), { choices: [], usage });
}

interface Budgeted {
  rig: Rig;
  spent: () => number;
}

async function startBudgeted(
  folder: string,
  text: string,
  script: Script,
): Promise<Budgeted & AsyncDisposable> {
  let spent = 0;
  const ledger = openLedger({ folder });
  const quiet = () => {};
  const budget = await openBudget({
    limits: parseLimits(text) ?? [],
    folder,
    owns: (file) => ledger.owns(file),
    prices,
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    where: 'with --budget',
  });
  const rig = await startRig(script, {
    budget,
    onRequest: (report) => {
      const record = recordOf(report);
      if (record === undefined) return;
      ledger.put(record);
      budget.add(record);
      spent += record.statedUsd ?? 0;
    },
  });
  return {
    rig,
    spent: () => spent,
    [Symbol.asyncDispose]: async () => {
      await rig.stop();
      await ledger.flush();
    },
  };
}

describe('a relay with a budget', () => {
  const REQUEST = { model: 'm', input: 'x', stream: true };

  it('finishes what runs, and refuses the rest of 50 concurrent requests before they are sent', async () => {
    await using folder = await temporaryFolder();
    const gate = Promise.withResolvers<void>();
    const running = 10;
    let asked = 0;
    const script: Script = () => {
      asked += 1;
      const { body } = costly(0.3);
      return { body: [gate.promise, ...body] };
    };
    await using budgeted = await startBudgeted(join(folder.path, 'usage'), 'day=1', script);
    const { rig, spent } = budgeted;
    const first = Array.from({ length: running }, () => rig.post(REQUEST));
    await rig.upstream.chat(running - 1);
    gate.resolve();
    for (const reply of await Promise.all(first)) assert.match(await reply.text(), /response\.completed/);
    assert.ok(spent() > 1);
    const rest = await Promise.all(Array.from({ length: 40 }, () => rig.post(REQUEST, AS_CODEX)));
    for (const reply of rest) {
      assert.equal(reply.status, 400);
      assert.match(await reply.text(), /^The budget of \$1\.00 a day is used up .*raise it with --budget/);
    }
    assert.equal(asked, running);
  });

  it('overshoots by no more than what was running, whatever the order in which 50 requests come and end', async () => {
    await using folder = await temporaryFolder();
    const lanes: Promise<unknown>[] = [];
    let running = 0;
    let mostRunning = 0;
    const script: Script = () => {
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      return costly(0.1);
    };
    await using budgeted = await startBudgeted(join(folder.path, 'usage'), 'day=1', script);
    const { rig, spent } = budgeted;
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        // Five lanes, so that some end before others begin.
        if (at >= 5) await lanes[at % 5];
        const done = rig.post(REQUEST).then(async (reply) => {
          await reply.text();
          if (reply.status === 200) running -= 1;
          return reply.status;
        });
        lanes[at % 5] = done;
        return done;
      }),
    );
    assert.ok(answers.includes(402));
    assert.ok(spent() <= 1 + 0.1 * mostRunning + 1e-9, `${spent()} with ${mostRunning} at once`);
  });

  it('counts an answer before the client can ask again', async () => {
    await using folder = await temporaryFolder();
    await using budgeted = await startBudgeted(join(folder.path, 'usage'), 'day=1', () => costly(0.25));
    const statuses: number[] = [];
    for (let at = 0; at < 6; at++) {
      const reply = await budgeted.rig.post(at % 2 === 0 ? REQUEST : { ...REQUEST, stream: false });
      statuses.push(reply.status);
      if (reply.status === 402) assert.equal((await errorOf(reply)).code, 'insufficient_quota');
      else await reply.text();
    }
    assert.deepEqual(statuses, [200, 200, 200, 200, 402, 402]);
  });

  it('uses no stand-in whose own budget is used up', async () => {
    await using folder = await temporaryFolder();
    const budget = await openBudget({
      limits: [{ span: 'day', upstream: 'second', usd: 0 }],
      folder: folder.path,
      owns: () => false,
      prices,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      where: 'with --budget',
    });
    const [first, second] = await Promise.all([
      startScriptedUpstream(() => errorReply(401, 'bad key')),
      startScriptedUpstream(() => costly(0)),
    ]);
    const rig = await startRig([], {
      budget,
      upstreams: [
        { id: 'first', upstream: first.url },
        { id: 'second', upstream: second.url },
      ],
      fallbacks: { '*': ['second/scripted-model'] },
    });
    assert.equal((await rig.post({ model: 'first/m', input: 'x' })).status, 401);
    assert.equal(second.chats.length, 0);
    await rig.stop();
    await first.stop();
    await second.stop();
  });
});
