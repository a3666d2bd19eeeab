/** How much later an answer begins, or a blocking one ends, when a target stands in between. */
import { type Answer, ask } from './client.ts';
import { type Aim, added, atMost, ms, numbers, type Row } from './report.ts';
import { blockingRequest, codexRequest, smallRequest, streamOf, THINKING } from './requests.ts';
import { interleaved, medians } from './statistics.ts';
import { type Bench, DIRECT, type Question, type Target } from './targets.ts';

const KB = 1000;
const SHORT = streamOf('text', 1);

export interface LatencyEffort {
  cold: number;
  warmUp: number;
  /** Requests to each target that count. */
  small: number;
  large: number;
}

/** The first requests of each process, before V8 has compiled what they use. To be measured before all else. */
export async function measureCold(bench: Bench, { cold }: LatencyEffort): Promise<Row[]> {
  const question = await bench.question(codexRequest(SHORT, 2, 40 * KB, ''));
  const answers = await interleaved(bench.targets, cold, (target) => askFor(target, question));
  return rowsOf('40 KB Codex request, cold', answers, {});
}

export async function measureWarm(bench: Bench, effort: LatencyEffort): Promise<Row[]> {
  const sealed = await sealedReasoning(bench);
  const hello = await bench.question(smallRequest(SHORT));
  const codex = await bench.question(codexRequest(SHORT, 2, 40 * KB, sealed));
  const each = (question: Question, rounds: number) =>
    interleaved(bench.targets, rounds, (target) => askFor(target, question));
  await each(codex, effort.warmUp);
  const rows = [
    ...rowsOf('"hi"', await each(hello, effort.small), {
      byte: atMost(1.2, ' ms'),
      text: atMost(1.4, ' ms'),
    }),
    ...rowsOf('40 KB Codex request', await each(codex, effort.small), { byte: atMost(2, ' ms') }),
  ];
  const big = codexRequest(SHORT, 401, 1000 * KB, sealed);
  rows.push(
    ...rowsOf('1 MB, 401 items, each a new thread', await newThreads(bench, big, effort.large), {
      text: atMost(8, ' ms'),
    }),
    ...rowsOf('1 MB, 401 items, 30th turn of a thread', await turns(bench, big, effort.large), {
      text: atMost(5, ' ms'),
    }),
  );
  return [...rows, ...(await measureBlocking(bench, effort))];
}

/** Every request has a history that the target has not seen. */
async function newThreads(bench: Bench, big: object, rounds: number): Promise<Map<string, Answer[]>> {
  const text = JSON.stringify(big);
  const fresh = (at: number) => text.replaceAll('answer', `answ${String(at).padStart(2, '0')}`);
  const questions: Question[] = [];
  for (let at = 0; at < rounds; at++) questions.push(await bench.question(JSON.parse(fresh(at)) as object));
  return eachInTurn(bench, questions);
}

/** Every request is the one before with one more message. */
async function turns(bench: Bench, big: object, rounds: number): Promise<Map<string, Answer[]>> {
  const input = 'input' in big && Array.isArray(big.input) ? [...big.input] : [];
  const questions: Question[] = [];
  for (let at = 0; at < rounds + 2; at++) {
    input.push({ type: 'message', role: 'user', content: [{ type: 'input_text', text: `Step ${at}.` }] });
    questions.push(await bench.question({ ...big, input }));
  }
  const answers = await eachInTurn(bench, questions);
  return new Map([...answers].map(([name, all]) => [name, all.slice(2)]));
}

/** Asks every target every question once, in this order. */
async function eachInTurn(bench: Bench, questions: readonly Question[]): Promise<Map<string, Answer[]>> {
  const all = new Map<string, Answer[]>(bench.targets.map(({ name }) => [name, []]));
  for (const question of questions) {
    const one = await interleaved(bench.targets, 1, (target) => askFor(target, question));
    for (const [name, answers] of one) all.get(name)?.push(...answers);
  }
  return all;
}

/** Compared with a direct *stream*: upstream is asked for one, whatever the client wants. */
async function measureBlocking(bench: Bench, { large }: LatencyEffort): Promise<Row[]> {
  const model = streamOf('text', 2000);
  const streamed = await bench.question(smallRequest(model));
  const blocking = Buffer.from(JSON.stringify(blockingRequest(model)));
  const question = { chat: streamed.chat, responses: blocking };
  const answers = await interleaved(bench.targets, large, (target) => askFor(target, question, 'block'));
  const totals = medians(answers, ({ totalMs }) => totalMs);
  return [
    numbers('blocking answer of 2,000 chunks, over a direct stream', over(totals), added, atMost(2, ' ms')),
  ];
}

async function askFor({ url, form }: Target, question: Question, how?: 'block'): Promise<Answer> {
  const answer = await ask(url, question[form]);
  if (answer.characters === 0 && how === undefined) throw new Error(`${url} answered without text.`);
  return answer;
}

function rowsOf(name: string, answers: Map<string, Answer[]>, aims: { byte?: Aim; text?: Aim }): Row[] {
  const bytes = medians(answers, ({ firstByteMs }) => firstByteMs);
  const texts = medians(answers, ({ firstTextMs }) => firstTextMs);
  const direct = new Map([[DIRECT, ms(bytes.get(DIRECT) ?? Number.NaN)]]);
  const row = (measure: string, values: Map<string, number>, aim: Aim | undefined): Row => {
    const { cells, ...rest } = numbers(measure, over(values), added, aim);
    return { ...rest, cells: new Map([...cells, ...direct]) };
  };
  return [row(`${name}: first byte`, bytes, aims.byte), row('- first text', texts, aims.text)];
}

function over(values: ReadonlyMap<string, number>): Map<string, number> {
  const direct = values.get(DIRECT) ?? Number.NaN;
  return new Map(
    [...values].filter(([name]) => name !== DIRECT).map(([name, value]) => [name, value - direct]),
  );
}

/** Reasoning as the relay seals it: its history is full of it, and every turn opens it again. */
async function sealedReasoning(bench: Bench): Promise<string> {
  const request = codexRequest(THINKING, 2, 40 * KB, '');
  const relay = bench.targets.find(({ form }) => form === 'responses');
  const { last } = await ask(relay?.url ?? '', Buffer.from(JSON.stringify(request)));
  const sealed = last.response?.output.find(({ type }) => type === 'reasoning')?.encrypted_content;
  if (sealed === undefined) throw new Error('The relay gave no sealed reasoning.');
  return sealed;
}
