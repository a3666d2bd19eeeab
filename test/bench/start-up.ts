/** From starting the process to the first text of the first answer, beside the least that Node could do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { ask } from './client.ts';
import { addressOf, end, type Question, spawnRelay } from './contenders.ts';
import { alternate, spread } from './statistics.ts';
import { ms, type Row, three } from './table.ts';

const BARE_SERVER = `
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => {
      response.end('data: {"choices":[{"delta":{"content":"Hello"}}]}\\n\\ndata: [DONE]\\n\\n');
    });
  });
  server.listen(0, '127.0.0.1', () => console.error('listens on http://127.0.0.1:' + server.address().port));`;

export async function measureStartUp(upstreamUrl: string, question: Question, rounds: number): Promise<Row> {
  const { a: bare, b: relay } = await alternate(
    rounds,
    () => timeToFirstAnswer(() => spawnBareServer(), '/', question.direct),
    () => timeToFirstAnswer(() => spawnRelay(upstreamUrl), '/v1/responses', question.relay),
  );
  const own = spread(relay);
  return {
    measure: 'start-up to first answer (direct: bare node:http)',
    direct: ms(spread(bare).median),
    relay: ms(own.median),
    compared: `${three(own, (value) => value.toFixed(0))} ms`,
    aim: '',
  };
}

function spawnBareServer(): ChildProcess {
  return spawn(process.execPath, ['-e', BARE_SERVER], { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function timeToFirstAnswer(start: () => ChildProcess, path: string, body: Buffer): Promise<number> {
  const startedAt = performance.now();
  const child = start();
  try {
    const origin = await addressOf(child);
    const askedAt = performance.now();
    const { firstTokenMs } = await ask(origin + path, body);
    return askedAt - startedAt + firstTokenMs;
  } finally {
    await end(child);
  }
}
