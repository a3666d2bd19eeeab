/**
 * Makes a model that plays scripts, for servers that load real ones. It is a Llama of one layer which computes nothing:
 * attention and feed-forward are zero, so the next token hangs on the last one only. Each token of a script has one
 * successor; after all others the end comes first. The chat template picks the script by the words "PLAY name" in the
 * last message of the user; behind the result of a tool the script `done` is played.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GgufTensor, writeGguf } from './gguf.ts';

/** What the model calls: Codex's own tool. */
export const TOOL_NAME = 'exec_command';

const call = (command: string) =>
  `<tool_call>\n{"name": "${TOOL_NAME}", "arguments": {"cmd": "echo ${command}"}}\n</tool_call>`;

/** What it says; `slow` never ends. */
export const SCRIPTS = {
  tool: call('scripted-output'),
  hello: 'Hello from the tiny scripted model.',
  think: '<think>\nLet me ponder this briefly.\n</think>\n\nThe pondered answer is 42.',
  two: `${call('first')}\n${call('second')}`,
  done: 'The tool has answered and all went well.',
  slow: 'ash birch cedar dogwood elm fir ginkgo hazel ironwood juniper katsura larch maple nutmeg oak pine ',
} as const;

export type ScriptName = keyof typeof SCRIPTS;

const SCRIPT_NAMES = Object.keys(SCRIPTS) as ScriptName[];

export interface ModelOptions {
  /** Whether the chat template shows tools to the model. Default true. */
  tools?: boolean;
  /** Tokens that it was "trained" for. Default 131,072. */
  window?: number;
}

const WIDTH = 512;
const HEADS = 8;
const HEAD = WIDTH / HEADS;
const FEED_FORWARD = 64;
/** Words of Codex's own prompts that get a token, so that these are thousands of tokens and not tens of thousands. */
const WORDS = 3000;
/** Types of tokens in the format. */
const [NORMAL, CONTROL] = [1, 3];
/** Well above anything else, so that nothing is left to chance. */
const SURE = 40;
const FIXTURES = new URL('../../fixtures/codex_0_171_0/', import.meta.url).pathname;

/** Writes the model to `path`, some 15 MB. */
export async function makeModel(path: string, { tools = true, window = 131_072 }: ModelOptions = {}) {
  const vocabulary = new Vocabulary();
  for (let byte = 0; byte < 256; byte += 1) vocabulary.add(String.fromCharCode(byte));
  for (const word of await frequentWords()) vocabulary.add(word);
  const end = vocabulary.add('<|im_end|>', CONTROL);
  vocabulary.add('<|im_start|>', CONTROL);
  const successors = scriptSuccessors(vocabulary, end);
  const { texts, types } = vocabulary;
  await writeGguf(
    path,
    {
      'general.architecture': 'llama',
      'general.name': 'scripted',
      'general.file_type': 0,
      'llama.context_length': window,
      'llama.embedding_length': WIDTH,
      'llama.block_count': 1,
      'llama.feed_forward_length': FEED_FORWARD,
      'llama.attention.head_count': HEADS,
      'llama.attention.head_count_kv': 1,
      'llama.attention.layer_norm_rms_epsilon': { float: 1e-6 },
      'llama.rope.dimension_count': HEAD,
      'llama.vocab_size': texts.length,
      // RWKV's tokenizer takes the longest token that fits: it needs no merges, and so nothing has to be trained.
      'tokenizer.ggml.model': 'rwkv',
      'tokenizer.ggml.tokens': texts.map(escaped),
      'tokenizer.ggml.token_type': { int32s: types },
      'tokenizer.ggml.eos_token_id': end,
      'tokenizer.ggml.bos_token_id': end,
      'tokenizer.ggml.add_bos_token': false,
      'tokenizer.chat_template': template(tools),
    },
    tensors(vocabulary, successors, end),
  );
}

class Vocabulary {
  readonly texts: string[] = [];
  readonly types: number[] = [];
  readonly #ids = new Map<string, number>();

  /** The token of that text (one character a byte), a new one where there is none. */
  add(text: string, type = NORMAL): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.texts.length);
    this.types.push(type);
    return this.texts.push(text) - 1;
  }
}

/** What follows a token of a script: the next one and, where a grammar forbids that, another. */
interface Successor {
  next: number;
  otherwise?: number;
}

function scriptSuccessors(vocabulary: Vocabulary, end: number): Map<number, Successor> {
  const successors = new Map<number, Successor>();
  const used = new Set<string>();
  const firsts = new Map<ScriptName, number>();
  for (const name of SCRIPT_NAMES) {
    const [first = end, ...others] = pieces(SCRIPTS[name], used).map((piece) => vocabulary.add(piece));
    firsts.set(name, first);
    let last = vocabulary.add(startToken(name), CONTROL);
    for (const next of [first, ...others]) {
      successors.set(last, { next });
      last = next;
    }
    // Where a call is required, the server forbids the end until there is one.
    successors.set(last, { next: name === 'slow' ? first : end, otherwise: firsts.get('tool') ?? end });
  }
  return successors;
}

/** `text` in pieces of which none was used before: a token has one successor only. */
function pieces(text: string, used: Set<string>): string[] {
  const found: string[] = [];
  for (let from = 0; from < text.length; from += found.at(-1)?.length ?? 1) {
    let to = from + 4;
    while (used.has(text.slice(from, to))) to += 1;
    const piece = text.slice(from, to);
    used.add(piece);
    found.push(piece);
  }
  return found;
}

function tensors(
  { texts }: Vocabulary,
  successors: ReadonlyMap<number, Successor>,
  end: number,
): GgufTensor[] {
  const embedding = new Float32Array(texts.length * WIDTH);
  const output = new Float32Array(texts.length * WIDTH);
  // The norm divides by the root of the mean square: these scales turn its output into logits.
  const [plain, scripted] = [Math.sqrt(WIDTH), Math.sqrt(WIDTH / 2)];
  texts.forEach((_, token) => {
    embedding[token * WIDTH] = 1;
    output[token * WIDTH] = likelihood(texts[token] ?? '', token === end) / plain;
  });
  let state = 0;
  for (const [token, { next, otherwise }] of successors) {
    state += 1;
    if (state >= WIDTH) throw new Error('The scripts are too long for the width of the model.');
    embedding[token * WIDTH + state] = 1;
    output[next * WIDTH + state] = (2 * SURE) / scripted;
    if (otherwise !== undefined && otherwise !== next) output[otherwise * WIDTH + state] = SURE / scripted;
  }
  const zeros = (name: string, ...shape: [number, number]) => ({
    name: `blk.0.${name}.weight`,
    shape,
    values: new Float32Array(shape[0] * shape[1]),
  });
  const ones = (name: string) => ({
    name: `${name}.weight`,
    shape: [WIDTH],
    values: new Float32Array(WIDTH).fill(1),
  });
  return [
    { name: 'token_embd.weight', shape: [WIDTH, texts.length], values: embedding },
    { name: 'output.weight', shape: [WIDTH, texts.length], values: output },
    ones('output_norm'),
    ones('blk.0.attn_norm'),
    ones('blk.0.ffn_norm'),
    zeros('attn_q', WIDTH, WIDTH),
    zeros('attn_k', WIDTH, HEAD),
    zeros('attn_v', WIDTH, HEAD),
    zeros('attn_output', WIDTH, WIDTH),
    zeros('ffn_gate', WIDTH, FEED_FORWARD),
    zeros('ffn_up', WIDTH, FEED_FORWARD),
    zeros('ffn_down', FEED_FORWARD, WIDTH),
  ];
}

/** Where no script leads, and a grammar forbids the end: close what is open, so that JSON is short. */
function likelihood(text: string, isEnd: boolean): number {
  if (isEnd) return 24;
  return { '"': 18, '}': 12, ']': 12 }[text] ?? 0;
}

function startToken(name: ScriptName): string {
  return `<|play:${name}|>`;
}

/** As the tokenizer writes its tokens: a backslash introduces bytes that are not printable. */
function escaped(text: string): string {
  return text.replace(/[^ -[\]-~]/g, (character) =>
    character === '\\' ? '\\\\' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The most frequent words of what Codex sends, with the blank before them. */
async function frequentWords(): Promise<string[]> {
  const counts = new Map<string, number>();
  for (const name of (await readdir(FIXTURES, { recursive: true })).toSorted()) {
    if (!name.endsWith('.json')) continue;
    for (const [word] of (await readFile(join(FIXTURES, name), 'utf8')).matchAll(/ ?[A-Za-z]{3,}/g)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const byCount = [...counts].toSorted(([, one], [, other]) => other - one);
  return byCount.slice(0, WORDS).map(([word]) => word);
}

/** Writes turns, tools, calls and thinking the way Qwen's models do; llama.cpp derives its parser from that. */
function template(tools: boolean): string {
  const system = `{%- set system = messages[0].content if messages[0].role == 'system' else '' -%}`;
  const offered = tools
    ? `{%- if tools -%}
{%- set list = namespace(text='') -%}
{%- for tool in tools -%}{%- set list.text = list.text + '\\n' + (tool | tojson) -%}{%- endfor -%}
{%- set system = system + '\\n\\nTools:\\n<tools>' + list.text + '\\n</tools>\\nA call is written as\\n<tool_call>\\n{"name": <function-name>, "arguments": <args-json-object>}\\n</tool_call>' -%}
{%- endif -%}`
    : '';
  const calls = tools
    ? `{%- for call in message.tool_calls -%}
{{- '\\n<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' -}}
{{- call.function.arguments if call.function.arguments is string else (call.function.arguments | tojson) -}}
{{- '}\\n</tool_call>' -}}
{%- endfor -%}`
    : '';
  const thinking = `{%- if message.reasoning_content -%}{{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' -}}{%- endif -%}`;
  const picks = SCRIPT_NAMES.map(
    (name) => `{%- if 'PLAY ${name}' in message.content -%}{%- set script.name = '${name}' -%}{%- endif -%}`,
  );
  return `${system}${offered}
{%- set script = namespace(name='') -%}
{%- if system -%}{{- '<|im_start|>system\\n' + system + '<|im_end|>\\n' -}}{%- endif -%}
{%- for message in messages -%}
{%- if message.role == 'tool' -%}
{{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' -}}
{%- if script.name -%}{%- set script.name = 'done' -%}{%- endif -%}
{%- elif message.role == 'assistant' -%}
{{- '<|im_start|>assistant\\n' -}}
${thinking}
{%- if message.content -%}{{- message.content -}}{%- endif -%}
${calls}
{{- '<|im_end|>\\n' -}}
{%- elif message.role == 'user' or not loop.first -%}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}
${picks.join('\n')}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- '<|im_start|>assistant\\n' -}}
{%- if enable_thinking is defined and not enable_thinking -%}{{- '<think>\\n\\n</think>\\n\\n' -}}{%- endif -%}
{%- if script.name -%}{{- '<|play:' + script.name + '|>' -}}{%- endif -%}
{%- endif -%}`;
}
