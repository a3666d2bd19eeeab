/** How much later the first text comes when the relay stands in between. */
import type { Contenders, Question } from './contenders.ts';
import { codexRequest, script, THINKING_SCRIPT } from './requests.ts';
import { alternate, median, spread } from './statistics.ts';
import { ms, type Row, three } from './table.ts';

const KB = 1000;

interface Case {
  name: string;
  items: number;
  bytes: number;
  /** Milliseconds; undefined for what only shows how the cost grows. */
  aim?: number;
}

const CASES: readonly Case[] = [
  { name: 'first token, 40 KB request', items: 2, bytes: 40 * KB, aim: 1 },
  { name: 'first token, 0.5 MB, 200 items', items: 200, bytes: 500 * KB },
  { name: 'first token, 1 MB, 400 items', items: 400, bytes: 1000 * KB, aim: 5 },
  { name: 'first token, 2 MB, 800 items', items: 800, bytes: 2000 * KB },
];

/** Batches are compared as wholes; within one, requests alternate. */
export interface FirstTokenEffort {
  /** Requests before the first that counts: in a relay that runs all day, V8 has compiled what is used. */
  warmUp: number;
  batches: number;
  /** Megabytes that one batch sends per contender; small requests are sent more often. */
  megabytes: number;
}

export async function measureFirstToken(contenders: Contenders, effort: FirstTokenEffort): Promise<Row[]> {
  const sealed = await sealedReasoning(contenders);
  await batch(
    contenders,
    await contenders.question(codexRequest(script(1, 1), 2, 40 * KB, sealed)),
    effort.warmUp,
  );
  const rows: Row[] = [];
  for (const { name, items, bytes, aim } of CASES) {
    const question = await contenders.question(codexRequest(script(1, 1), items, bytes, sealed));
    const requests = Math.min(50, Math.max(2, Math.round((effort.megabytes * 1000 * KB) / bytes)));
    await batch(contenders, question, requests);
    const batches = [];
    for (let at = 0; at < effort.batches; at++) batches.push(await batch(contenders, question, requests));
    const added = spread(batches.map(({ direct, relay }) => relay - direct));
    rows.push({
      measure: name,
      direct: ms(median(batches.map(({ direct }) => direct))),
      relay: ms(median(batches.map(({ relay }) => relay))),
      compared: `+${three(added, (value) => value.toFixed(2))} ms`,
      aim: aim === undefined ? '' : `<= +${aim} ms`,
      ...(aim === undefined ? {} : { met: added.median <= aim }),
    });
  }
  return rows;
}

async function batch({ direct, relay }: Contenders, question: Question, requests: number) {
  const answers = await alternate(
    requests,
    () => direct(question),
    () => relay(question),
  );
  return {
    direct: median(answers.a.map(({ firstTokenMs }) => firstTokenMs)),
    relay: median(answers.b.map(({ firstTokenMs }) => firstTokenMs)),
  };
}

/** Reasoning as the relay seals it: its history is full of it, and every turn opens it again. */
async function sealedReasoning(contenders: Contenders): Promise<string> {
  const question = await contenders.question(codexRequest(THINKING_SCRIPT, 2, 40 * KB, ''));
  const { last } = await contenders.relay(question);
  const sealed = last.response?.output.find(({ type }) => type === 'reasoning')?.encrypted_content;
  if (sealed === undefined) throw new Error('The relay gave no sealed reasoning.');
  return sealed;
}
