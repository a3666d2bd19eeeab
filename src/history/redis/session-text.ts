/**
 * The format of a turn in the store: its items, which every later turn reads, and separately the rest of its response,
 * which echoes tools and instructions and is only read if the response itself is requested.
 */
import { asObject, parseObject } from '../../json.ts';
import type { InputItem, OutputItem, ResponseResource } from '../../wire/responses.ts';
import type { SessionHeader, SessionRecord } from '../records.ts';
import type { TurnItems } from '../stored-conversations.ts';

export interface SessionText {
  items: string;
  rest: string;
}

export function sessionText({ header, input, response }: SessionRecord): SessionText {
  return {
    items: JSON.stringify({ record: header, input, output: response.output }),
    rest: JSON.stringify({ ...response, output: [] }),
  };
}

/** The size of the same turn in one piece, as every store counts it. */
export function bytesOf({ items, rest }: SessionText): number {
  // In one piece it is `{"record":...,"input":...,"response":{...}}` and the end of a line.
  return Buffer.byteLength(items) + Buffer.byteLength(rest) + 1;
}

/** Only relays write here, so all that is checked is whether it is a turn at all. */
export function readItems(text: string): TurnItems | undefined {
  const { record, input, output } = parseObject(text) ?? {};
  const { kind, id } = asObject(record) ?? {};
  if (kind !== 'session' || typeof id !== 'string') return undefined;
  if (!Array.isArray(input) || !Array.isArray(output)) return undefined;
  return {
    header: record as unknown as SessionHeader,
    input: input as unknown as InputItem[],
    response: { output: output as unknown as OutputItem[] },
  };
}

export function readTurn({ items, rest }: SessionText): SessionRecord | undefined {
  const turn = readItems(items);
  const response = asObject(parseObject(rest));
  if (turn === undefined || response === undefined) return undefined;
  const whole = { ...response, output: turn.response.output } as unknown as ResponseResource;
  return { header: turn.header, input: turn.input, response: whole };
}
