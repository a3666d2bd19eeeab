/** The table in `fixtures/VERSIONS.md`: which releases of Codex are recorded, and what is particular in each. */
import type { InputItem, Tool } from '../../src/wire/responses.ts';
import type { Fixture } from '../support/fixtures.ts';

export interface VersionRow {
  release: string;
  /** Day of the recording, `YYYY-MM-DD`. */
  date: string;
  scenes: number;
  wire: string;
}

/** `table` with the release's row put in, or put in place of its older one; newest release first. */
export function withVersionRow(table: string, { release, date, scenes, wire }: VersionRow): string {
  const lines = table.trimEnd().split('\n');
  const isRow = (line: string) => /^\| \d/.test(line);
  const others = lines.filter((line) => isRow(line) && !line.startsWith(`| ${release} `));
  const rows = [...others, `| ${release} | ${date} | ${scenes} | ${wire} |`];
  const numeric = new Intl.Collator('en', { numeric: true });
  rows.sort((one, other) => numeric.compare(other, one));
  const rest = lines.filter((line) => !isRow(line));
  const head = rest.findIndex((line) => line.startsWith('|---')) + 1;
  return `${rest.toSpliced(head, 0, ...rows).join('\n')}\n`;
}

/** The traits in which releases are known to differ, read from what was recorded. */
export function describeWire(fixtures: readonly Fixture[]): string {
  const requests = fixtures.flatMap(({ exchanges }) => exchanges.map(({ request }) => request));
  const items = requests.flatMap(({ body }) => body['input'] as unknown as InputItem[]);
  const tools = requests.flatMap(({ body }) => body['tools'] as unknown as Tool[]);
  const namespaces = new Set(tools.flatMap(({ type, name }) => (type === 'namespace' && name) || []));
  const mcpOutput = items.find(({ call_id, output }) => call_id === 'call_mcp' && output)?.output;
  const headers = Object.keys(requests[0]?.headers ?? {});

  return [
    requests.some(({ body }) => 'instructions' in body)
      ? 'prompt in `instructions`'
      : 'prompt as the first developer message',
    items.some(({ id }) => id) ? 'items with ids' : 'items without ids',
    namespaces.size === 0
      ? 'no namespaces'
      : `namespaces ${[...namespaces].map((name) => `\`${name}\``).join(', ')}`,
    describeAgents(tools),
    `MCP output as ${Array.isArray(mcpOutput) ? 'a list of parts' : 'text'}`,
    tools.some(({ name }) => name === 'update_plan') ? '`update_plan` offered' : 'no `update_plan`',
    `header \`${headers.find((name) => /^session.id$/.test(name))}\``,
  ].join('; ');
}

function describeAgents(tools: readonly Tool[]): string {
  if (tools.some(({ name }) => name === 'spawn_agent')) return 'sub-agents as plain functions';
  const isOffered = tools.some(({ name }) => /agent|collab/.test(name ?? ''));
  return isOffered ? 'sub-agents in a namespace' : 'no sub-agents';
}
