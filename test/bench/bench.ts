/**
 * `npm run bench`: the relay beside the provider that it talks to and beside a pass-through, in one run on one
 * machine. Prints Markdown.
 *
 *     --with NAME=PLACE   another relay beside ours, as often as wanted: the path of another build's cli.js, or the
 *                         base URL of a relay that runs already and whose upstream is this bench
 *     --port PORT         of the bench's provider (http://127.0.0.1:PORT/v1), for relays that run already
 *     --only PART         a part alone: latency, streams, memory, start-up, budget, history, usage, websocket or team
 *     --write             puts the table into test/README.md
 *     --quick             every measure once with little load, to show that they work; its numbers mean nothing
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { BUDGET_COLUMNS, measureBudget } from './budget.ts';
import { FULL_HISTORY, HISTORY_COLUMNS, measureHistory, QUICK_HISTORY } from './history.bench.ts';
import { measureCold, measureWarm } from './latency.ts';
import { measureGrowth, measurePeak, measureResident } from './memory.ts';
import { markdown, type Row } from './report.ts';
import { codexRequest, streamOf } from './requests.ts';
import { measureStartUp } from './start-up.ts';
import { measureStreams } from './streams.ts';
import { startBench } from './targets.ts';
import { FULL_TEAM, measureTeam, QUICK_TEAM, TEAM_COLUMNS } from './team.bench.ts';
import { FULL_USAGE, measureUsage, QUICK_USAGE, USAGE_COLUMNS } from './usage.bench.ts';
import { FULL_SOCKET, measureWebSocket, QUICK_SOCKET, SOCKET_COLUMNS } from './websocket.bench.ts';

const FULL = {
  latency: { cold: 30, warmUp: 300, small: 200, large: 30 },
  streams: { rounds: 15, size: 1 },
  requests: 5_000,
  startUps: 7,
  budget: 60,
  history: FULL_HISTORY,
  usage: FULL_USAGE,
  team: FULL_TEAM,
  webSocket: FULL_SOCKET,
};
const QUICK: typeof FULL = {
  latency: { cold: 1, warmUp: 1, small: 1, large: 1 },
  streams: { rounds: 1, size: 0.02 },
  requests: 50,
  startUps: 1,
  budget: 2,
  history: QUICK_HISTORY,
  usage: QUICK_USAGE,
  team: QUICK_TEAM,
  webSocket: QUICK_SOCKET,
};
const PAGE = new URL('../README.md', import.meta.url);

const { values } = parseArgs({
  options: {
    with: { type: 'string', multiple: true, default: [] },
    port: { type: 'string', default: '0' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
});
const effort = values.quick ? QUICK : FULL;
const wants = (part: string) => values.only === undefined || values.only === part;
const startedAt = performance.now();
const loadBefore = load();

const columns: string[] = [];
const rows: Row[] = [];
const others = values.with.map(
  (text) => [text.split('=', 1)[0] ?? '', text.slice(text.indexOf('=') + 1)] as const,
);
// First, because `codex-relay usage` sums in a process that has done nothing else.
const usage = wants('usage') ? await measureUsage(effort.usage) : [];
const bench = await startBench(others, Number(values.port));
try {
  columns.push(...bench.targets.map(({ name }) => name));
  const idle = measureResident('resident: idle', bench, 70);
  const cold = await measureCold(bench, effort.latency);
  const everyday = measureResident('resident: after the first requests', bench, 75);
  if (wants('latency')) rows.push(...cold, ...(await measureWarm(bench, effort.latency)));
  if (wants('streams')) rows.push(...(await measureStreams(bench, effort.streams)));
  if (wants('memory')) {
    rows.push(idle, everyday, measurePeak(bench, 120), await measureGrowth(bench, effort.requests));
  }
  if (wants('start-up')) {
    const question = await bench.question(codexRequest(streamOf('text', 1), 2, 40_000, ''));
    rows.push(...(await measureStartUp(bench, question, effort.startUps)));
  }
} finally {
  await bench.stop();
}
const table = markdown(columns, rows);
if (rows.length > 0) print(table);
if (wants('budget')) print(`\n${markdown(BUDGET_COLUMNS, await measureBudget(effort.budget))}`);
if (wants('history')) print(`\n${markdown(HISTORY_COLUMNS, await measureHistory(effort.history))}`);
if (usage.length > 0) print(`\n${markdown(USAGE_COLUMNS, usage)}`);
if (wants('websocket')) print(`\n${markdown(SOCKET_COLUMNS, await measureWebSocket(effort.webSocket))}`);
const team = wants('team') ? await measureTeam(effort.team) : [];
const teamTable = team.length > 0 ? markdown(TEAM_COLUMNS, team) : '';
if (teamTable !== '') print(`\n${teamTable}`);
const seconds = Math.round((performance.now() - startedAt) / 1000);
const place = `Node ${process.version}, ${availableParallelism()} processors, load ${loadBefore} to ${load()}`;
print(`\n${place}, ${seconds} s. Client, targets and provider share the processors with all else that runs.`);
if (values.write && rows.length > 0) writeTable(`${table}\n\n${place}.\n`, 'bench');
if (values.write && teamTable !== '') writeTable(`${teamTable}\n\n${place}.\n`, 'team');

function writeTable(text: string, name: string): void {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  writeFileSync(PAGE, `${page.slice(0, before)}\n${text}\n${page.slice(after)}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function load(): string {
  return loadavg()[0]?.toFixed(2) ?? '';
}
