import { type BlockMark, jsonCalls, type LeakFamily } from './family.ts';

/** Granite's and Phi 4's; only Phi closes it, and both write nothing more in an answer with calls. */
const TOKEN: BlockMark = { open: '<|tool_call|>', close: null };

/** Models that write the JSON of Hermes between tags of their own (chat templates, 2026-11). */
const TAGS: readonly BlockMark[] = [
  { open: '<function_call>', close: '</function_call>' },
  { open: '<functioncall>', close: '</functioncall>' },
  // Nemotron.
  { open: '<TOOLCALL>', close: '</TOOLCALL>' },
  // LongCat.
  { open: '<longcat_tool_call>', close: '</longcat_tool_call>' },
  // Command R7B and Command A.
  { open: '<|START_ACTION|>', close: '<|END_ACTION|>' },
  // LFM2, if told to write JSON.
  { open: '<|tool_call_start|>', close: '<|tool_call_end|>' },
  // InternLM 2.5 and 3.
  { open: '<|action_start|><|plugin|>', close: '<|action_end|>' },
  // Qwen 2.5, which takes the tag around the tools for the one around calls.
  { open: '<tools>', close: '</tools>' },
  { open: '<tool_use>', close: '</tool_use>' },
];

export const TAGGED: LeakFamily = {
  name: 'JSON between tags',
  marks: [TOKEN, ...TAGS],
  starts: /^\s*(?:```\w*\s*)?[[{]/,
  read: (block) => {
    const mark = [TOKEN, ...TAGS].find(({ open }) => block.startsWith(open));
    if (mark === undefined) return undefined;
    const body = block.slice(mark.open.length).trimEnd();
    const close = mark.close ?? '<|/tool_call|>';
    return jsonCalls(body.endsWith(close) ? body.slice(0, -close.length) : body);
  },
};
