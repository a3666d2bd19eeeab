/** What every history promises, whatever its backend. */
import assert from 'node:assert/strict';
import type { StoredExchange } from '../../src/history/store.ts';
import type { InputItem } from '../../src/wire/responses.ts';
import { BACKENDS } from './backends.ts';
import { type Bench, itemsOf, reasoningOf, turnOf, wholeTurnOf } from './support.ts';

const HOUR = 3_600_000;

/** Records turns one minute apart; `b<a` continues `a`. */
async function recordAll(bench: Bench, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const [id = '', previous = null] = name.split('<');
    bench.now += 60_000;
    await bench.store.record(turnOf(`resp_${id}`, previous && `resp_${previous}`));
  }
}

/** Which of these can be continued. Asking counts as use, so tests ask once, at their end. */
async function alive(bench: Bench, ...ids: readonly string[]): Promise<string[]> {
  const found = [];
  for (const id of ids) if (await bench.store.conversation(`resp_${id}`)) found.push(id);
  return found;
}

for (const [name, open] of BACKENDS) {
  describe(`history in ${name}`, () => {
    describe('conversations', () => {
      it('returns a turn as it was recorded', async () => {
        await using bench = await open();
        const turn = turnOf('resp_a');
        await bench.store.record(turn);
        assert.deepEqual(await bench.store.exchange('resp_a'), turn);
        assert.deepEqual(await bench.store.conversation('resp_a'), itemsOf(turn));
      });

      it('joins the turns of a chain, oldest first', async () => {
        await using bench = await open();
        const [a, b, c] = [turnOf('resp_a'), turnOf('resp_b', 'resp_a'), turnOf('resp_c', 'resp_b')];
        for (const turn of [a, b, c]) await bench.store.record(turn);
        assert.deepEqual(await bench.store.conversation('resp_c'), itemsOf(a, b, c));
        assert.deepEqual(await bench.store.conversation('resp_b'), itemsOf(a, b));
      });

      it('keeps the branches of a fork apart', async () => {
        await using bench = await open();
        const [a, left, right] = [turnOf('resp_a'), turnOf('resp_l', 'resp_a'), turnOf('resp_r', 'resp_a')];
        for (const turn of [a, left, right]) await bench.store.record(turn);
        assert.deepEqual(await bench.store.conversation('resp_l'), itemsOf(a, left));
        assert.deepEqual(await bench.store.conversation('resp_r'), itemsOf(a, right));
      });

      it('has nothing that was never recorded, or whose beginning is missing', async () => {
        await using bench = await open();
        await recordAll(bench, 'child<missing');
        assert.equal(await bench.store.conversation('resp_none'), undefined);
        assert.equal(await bench.store.exchange('resp_none'), undefined);
        assert.equal(await bench.store.conversation('resp_child'), undefined);
        assert.equal((await bench.store.exchange('resp_child'))?.response.id, 'resp_child');
      });

      for (const id of ['../../escape', 'a/b', 'CON', 'Resp_A', 'resp_a'.repeat(60), 'ключ 🔑', '', '.']) {
        it(`takes the id ${JSON.stringify(id.slice(0, 20))}`, async () => {
          await using bench = await open();
          await bench.store.record(turnOf(id));
          await bench.store.record(turnOf('resp_next', id));
          assert.deepEqual(
            await bench.store.conversation('resp_next'),
            itemsOf(turnOf(id), turnOf('resp_next')),
          );
        });
      }

      it('distinguishes ids that differ only by case or by what a file name cannot hold', async () => {
        await using bench = await open();
        const ids = ['Resp_A', 'resp_a', 'RESP_A', 'resp/a', 'resp:a', 'resp_a '];
        for (const id of ids) await bench.store.record(turnOf(id));
        for (const id of ids) assert.deepEqual(await bench.store.exchange(id), turnOf(id));
      });

      it('takes many turns at once', async () => {
        await using bench = await open();
        const ids = Array.from({ length: 50 }, (_, at) => `resp_${at}`);
        await Promise.all(ids.map((id) => bench.store.record(turnOf(id))));
        for (const id of ids) assert.deepEqual(await bench.store.exchange(id), turnOf(id));
      });
    });

    describe('clients that send their whole history', () => {
      /** A conversation in which each request repeats everything before. */
      async function converse(bench: Bench, count: number): Promise<StoredExchange[]> {
        const turns: StoredExchange[] = [];
        for (let at = 0; at < count; at++) {
          const before = turns.at(-1);
          const turn = wholeTurnOf(`resp_${at}`, before ? itemsOf(before) : [], 5_000);
          turns.push(turn);
          bench.now += 1000;
          await bench.store.record(turn);
        }
        return turns;
      }

      async function assertReadable(bench: Bench, turns: readonly StoredExchange[]): Promise<void> {
        const reads = turns.map(async (turn) => {
          assert.deepEqual(await bench.store.exchange(turn.response.id), turn);
          assert.deepEqual(await bench.store.conversation(turn.response.id), itemsOf(turn));
        });
        await Promise.all(reads);
      }

      it('get each turn back as it was recorded, and can continue it', async () => {
        await using bench = await open();
        const turns = await converse(bench, 6);
        await assertReadable(bench, turns);
        const next = turnOf('resp_next', 'resp_3');
        await bench.store.record(next);
        assert.deepEqual(await bench.store.exchange('resp_next'), next);
        assert.deepEqual(await bench.store.conversation('resp_next'), itemsOf(...turns.slice(3, 4), next));
      });

      const EDITS: [what: string, edit: (items: readonly InputItem[]) => readonly InputItem[]][] = [
        ['drops the beginning', (items) => items.slice(1)],
        ['drops the end', (items) => items.slice(0, -1)],
        ['drops the middle', (items) => items.toSpliced(2, 1)],
        ['says the answer in its own words', (items) => items.map((item) => ({ ...item, status: 'x' }))],
        ['changes the last item', (items) => items.with(-1, { type: 'message', id: 'other', role: 'user' })],
        ['begins anew', () => []],
      ];
      for (const [what, edit] of EDITS) {
        it(`may be one that ${what}`, async () => {
          await using bench = await open();
          const turns = await converse(bench, 3);
          const edited = wholeTurnOf('resp_edited', edit(itemsOf(...turns.slice(-1))), 10);
          await bench.store.record(edited);
          await assertReadable(bench, [...turns, edited]);
        });
      }

      for (const [which, deleted] of [
        ['the first', [0]],
        ['one in the middle', [2]],
        ['the last', [5]],
        ['neighbours', [3, 2]],
        ['all but the last, at once', [0, 1, 2, 3, 4]],
      ] as const) {
        it(`can delete ${which}, even while others are read and recorded`, async () => {
          await using bench = await open();
          const turns = await converse(bench, 6);
          const [fork, left] = [
            wholeTurnOf('resp_fork', itemsOf(...turns.slice(2, 3)), 10),
            turns.filter((_, at) => !(deleted as readonly number[]).includes(at)),
          ];
          const [answers] = await Promise.all([
            Promise.all(deleted.map((at) => bench.store.delete(`resp_${at}`))),
            bench.store.record(fork),
            assertReadable(bench, left),
          ]);
          assert.ok(answers.every((was) => was));
          for (const at of deleted) assert.equal(await bench.store.exchange(`resp_${at}`), undefined);
          await assertReadable(bench, [...left, fork]);
        });
      }

      it('keep what the last turn repeats, beyond count and age', async () => {
        await using bench = await open({ maxSessions: 1, ttlHours: 1 });
        const turns = await converse(bench, 4);
        bench.now += 0.9 * HOUR;
        await assertReadable(bench, turns.slice(-1));
        bench.now += 0.9 * HOUR;
        await assertReadable(bench, turns.slice(-1));
        bench.now += 1.1 * HOUR;
        for (const turn of turns) assert.equal(await bench.store.exchange(turn.response.id), undefined);
      });

      it('are kept even if all their turns together exceed the budget', async () => {
        await using bench = await open({ maxMemoryMb: 1 });
        const turns: StoredExchange[] = [];
        for (let at = 0; at < 120; at++) {
          // A window that slides: no request begins with the one before.
          const before = itemsOf(...turns.slice(-1)).slice(-20);
          turns.push(wholeTurnOf(`resp_${at}`, before, 5_000));
          bench.now += 1000;
          await bench.store.record(turns.at(-1) ?? assert.fail());
        }
        await assertReadable(bench, turns.slice(-5));
        assert.equal(bench.logger.lines.filter((line) => line.startsWith('warn')).length, 0);
      });
    });

    describe('deletion', () => {
      it('forgets the turn, says whether there was one, and leaves later turns readable', async () => {
        await using bench = await open();
        await recordAll(bench, 'a', 'b<a', 'c<b');
        assert.equal(await bench.store.delete('resp_b'), true);
        assert.equal(await bench.store.delete('resp_b'), false);
        assert.equal(await bench.store.exchange('resp_b'), undefined);
        assert.equal(await bench.store.conversation('resp_c'), undefined);
        assert.deepEqual(await bench.store.exchange('resp_c'), turnOf('resp_c', 'resp_b'));
        assert.deepEqual(await bench.store.conversation('resp_a'), itemsOf(turnOf('resp_a')));
      });

      it('removes the reasoning that came with the response', async () => {
        await using bench = await open();
        await recordAll(bench, 'a', 'b');
        for (const id of ['a', 'b']) {
          const entry = { responseId: `resp_${id}`, callIds: [`call_${id}`], fingerprint: id };
          await bench.store.retainReasoning({ ...entry, reasoning: reasoningOf(id) });
        }
        await bench.store.delete('resp_a');
        assert.equal(await bench.store.reasoningByCallId('call_a'), undefined);
        assert.equal(await bench.store.reasoningByFingerprint('a'), undefined);
        assert.deepEqual(await bench.store.reasoningByCallId('call_b'), reasoningOf('b'));
      });

      it('removes everything', async () => {
        await using bench = await open();
        await recordAll(bench, 'a', 'b<a');
        await bench.store.retainReasoning({
          responseId: 'resp_other',
          callIds: ['call_1'],
          fingerprint: 'f',
          reasoning: reasoningOf('r'),
        });
        await bench.store.clear();
        assert.deepEqual(await alive(bench, 'a', 'b'), []);
        assert.equal(await bench.store.reasoningByCallId('call_1'), undefined);
        await recordAll(bench, 'c');
        assert.deepEqual(await alive(bench, 'c'), ['c']);
      });
    });

    describe('reasoning', () => {
      const details = [{ type: 'reasoning.text', text: 'hm', signature: 's' }];
      const full = { ...reasoningOf('because'), details, callExtras: { call_1: { google: { sig: 'x' } } } };

      it('is found by each call id and by the turn', async () => {
        await using bench = await open();
        const { store } = bench;
        await store.retainReasoning({
          responseId: 'resp_other',
          callIds: ['call_1', 'call_2'],
          fingerprint: 'f1',
          reasoning: full,
        });
        assert.deepEqual(await store.reasoningByCallId('call_1'), full);
        assert.deepEqual(await store.reasoningByCallId('call_2'), full);
        assert.deepEqual(await store.reasoningByFingerprint('f1'), full);
        assert.equal(await store.reasoningByCallId('call_3'), undefined);
        assert.equal(await store.reasoningByFingerprint('f2'), undefined);
      });

      it('of a turn without calls is found by the turn', async () => {
        await using bench = await open();
        await bench.store.retainReasoning({
          responseId: 'resp_other',
          callIds: [],
          fingerprint: 'f1',
          reasoning: full,
        });
        assert.deepEqual(await bench.store.reasoningByFingerprint('f1'), full);
      });

      it('of two turns with one call id is distinguished by turn; the id finds the later', async () => {
        await using bench = await open();
        const [first, second] = [reasoningOf('first'), reasoningOf('second')];
        const callIds = ['functions.shell:0'];
        await bench.store.retainReasoning({
          responseId: 'resp_other',
          callIds,
          fingerprint: 'f1',
          reasoning: first,
        });
        bench.now += 1;
        await bench.store.retainReasoning({
          responseId: 'resp_other',
          callIds,
          fingerprint: 'f2',
          reasoning: second,
        });
        assert.deepEqual(await bench.store.reasoningByFingerprint('f1'), first);
        assert.deepEqual(await bench.store.reasoningByFingerprint('f2'), second);
        assert.deepEqual(await bench.store.reasoningByCallId('functions.shell:0'), second);
      });

      it('of two turns with one call id is found by it when the earlier is gone', async () => {
        await using bench = await open({ ttlHours: 1 });
        const callIds = ['functions.shell:0'];
        await bench.store.retainReasoning({
          responseId: 'resp_other',
          callIds,
          fingerprint: 'f1',
          reasoning: reasoningOf('first'),
        });
        bench.now += 0.9 * HOUR;
        await bench.store.retainReasoning({
          responseId: 'resp_other',
          callIds,
          fingerprint: 'f2',
          reasoning: reasoningOf('second'),
        });
        bench.now += 0.9 * HOUR;
        assert.equal(await bench.store.reasoningByFingerprint('f1'), undefined);
        assert.deepEqual(await bench.store.reasoningByCallId('functions.shell:0'), reasoningOf('second'));
      });

      it('of the same turn replaces the earlier one', async () => {
        await using bench = await open();
        for (const text of ['old', 'new']) {
          await bench.store.retainReasoning({
            responseId: 'resp_other',
            callIds: ['c'],
            fingerprint: 'f',
            reasoning: reasoningOf(text),
          });
        }
        assert.deepEqual(await bench.store.reasoningByFingerprint('f'), reasoningOf('new'));
      });
    });

    describe('limits', () => {
      it('drops what was idle for its time to live', async () => {
        await using bench = await open({ ttlHours: 2 });
        await recordAll(bench, 'old', 'used');
        await bench.store.retainReasoning({
          responseId: 'resp_other',
          callIds: ['c'],
          fingerprint: 'f',
          reasoning: reasoningOf('r'),
        });
        bench.now += 1.5 * HOUR;
        assert.ok(await bench.store.exchange('resp_used'));
        bench.now += 0.6 * HOUR;
        assert.deepEqual(await alive(bench, 'old', 'used'), ['used']);
        assert.equal(await bench.store.reasoningByCallId('c'), undefined);
      });

      it('keeps the most recently used responses', async () => {
        await using bench = await open({ maxSessions: 3 });
        await recordAll(bench, 'a', 'b', 'c');
        assert.ok(await bench.store.conversation('resp_a'));
        await recordAll(bench, 'd');
        assert.deepEqual(await alive(bench, 'a', 'b', 'c', 'd'), ['a', 'c', 'd']);
      });

      it('keeps all that a continued conversation needs, beyond count and age', async () => {
        await using bench = await open({ maxSessions: 2, ttlHours: 1 });
        await recordAll(bench, 'a');
        for (const name of ['b<a', 'c<b', 'd<c', 'e<d']) {
          bench.now += 0.9 * HOUR;
          assert.ok(await bench.store.conversation(`resp_${name.at(-1)}`));
          await recordAll(bench, name);
        }
        const chain = ['a', 'b<a', 'c<b', 'd<c', 'e<d'].map((name) => {
          const [id, previous] = name.split('<');
          return turnOf(`resp_${id}`, previous ? `resp_${previous}` : null);
        });
        assert.deepEqual(await bench.store.conversation('resp_e'), itemsOf(...chain));
      });

      it('drops a conversation as a whole when its last turn goes, but not what a fork still needs', async () => {
        await using bench = await open({ maxSessions: 1 });
        await recordAll(bench, 'a', 'b<a', 'c<b', 'other');
        assert.deepEqual(await alive(bench, 'a', 'b', 'c', 'other'), ['other']);
        await recordAll(bench, 'p', 'q<p', 'r<q', 'fork<p');
        assert.equal(await bench.store.exchange('resp_q'), undefined);
        assert.equal(await bench.store.exchange('resp_r'), undefined);
        assert.ok(await bench.store.conversation('resp_fork'));
      });

      it('stays within the budget, and makes use of it', async () => {
        await using bench = await open({ maxMemoryMb: 1, maxSessions: 1000 });
        const size = 20_000;
        for (let at = 0; at < 120; at++) {
          bench.now += 1000;
          await bench.store.record(turnOf(`resp_${at}`, null, size));
        }
        const ids = Array.from({ length: 120 }, (_, at) => `${at}`);
        const kept = await alive(bench, ...ids);
        assert.deepEqual(kept, ids.slice(-kept.length));
        const budget = 1024 * 1024;
        assert.ok(kept.length * size <= budget);
        assert.ok((kept.length + 1) * (size + 2_500) > 0.9 * budget, `only ${kept.length} were kept`);
      });

      it('weighs reasoning and responses together, oldest first', async () => {
        await using bench = await open({ maxMemoryMb: 1 });
        const half = 450_000;
        const reasoning = reasoningOf('r'.repeat(half));
        await bench.store.record(turnOf('resp_a', null, half));
        bench.now += 1;
        await bench.store.retainReasoning({
          responseId: 'resp_other',
          callIds: ['c'],
          fingerprint: 'f',
          reasoning,
        });
        bench.now += 1;
        await bench.store.record(turnOf('resp_b', null, half));
        assert.deepEqual(await alive(bench, 'a', 'b'), ['b']);
        assert.ok(await bench.store.reasoningByFingerprint('f'));
      });

      it('refuses what alone exceeds the budget, says so, and keeps everything else', async () => {
        await using bench = await open({ maxMemoryMb: 1 });
        await recordAll(bench, 'a', 'b<a');
        assert.equal(await bench.store.record(turnOf('resp_huge', null, 2_000_000)), false);
        assert.equal(await bench.store.record(turnOf('resp_small')), true);
        assert.deepEqual(await alive(bench, 'a', 'b', 'huge'), ['a', 'b']);
        const said = bench.logger.lines.filter((line) => line.startsWith('warn'));
        assert.equal(said.length, 1);
        assert.match(said[0] ?? '', /response resp_huge is not kept.* 1\.9 of the whole budget of 1\.0 MiB/);
      });

      it('refuses the turn with which a conversation outgrows the budget', async () => {
        await using bench = await open({ maxMemoryMb: 1 });
        await bench.store.record(turnOf('resp_a', null, 600_000));
        await bench.store.record(turnOf('resp_b', 'resp_a', 600_000));
        assert.deepEqual(await alive(bench, 'a', 'b'), ['a']);
      });
    });
  });
}
