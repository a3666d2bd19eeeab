/** Calls that leak into the text: read where a block is whole and calls what was declared, left as text elsewhere. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatChunk } from '../../../../src/wire/chat.ts';
import { outputOf } from '../../../support/output-line.ts';
import { deltaChunk, finishChunk } from '../../../support/scripted-upstream.ts';
import { eventsOf, streamFor } from '../../../support/translating.ts';

const parameters = {
  type: 'object',
  properties: { x: { type: 'string' }, n: { type: 'integer' }, o: { type: 'object' } },
};
const TOOLS = {
  tools: [
    { type: 'function', name: 'run', parameters },
    { type: 'custom', name: 'patch' },
  ],
};
const STOP = finishChunk('stop');
const said = (content: string): ChatChunk => deltaChunk({ content });

/** A block of each family, and the calls that it holds. */
const BLOCKS: [what: string, block: string, calls: string][] = [
  ['Hermes', '<tool_call>\n{"name": "run", "arguments": {"x": "a"}}\n</tool_call>', 'run{"x":"a"}'],
  [
    'Hermes, twice',
    '<tool_call>{"name":"run","arguments":{"x":"a"}}</tool_call>\n<tool_call>{"name":"run","arguments":{"x":"b"}}</tool_call>',
    'run{"x":"a"} run{"x":"b"}',
  ],
  [
    'Hermes, its own close in an argument',
    '<tool_call>{"name":"run","arguments":{"x":"</tool_call>"}}</tool_call>',
    'run{"x":"</tool_call>"}',
  ],
  [
    'Hermes, a line end in a string',
    '<tool_call>{"name":"run","arguments":{"x":"a\nb"}}</tool_call>',
    'run{"x":"a\\nb"}',
  ],
  [
    'Hermes, free text',
    '<tool_call>{"name":"patch","arguments":{"input":"a\\nb"}}</tool_call>',
    'patch<a\nb>',
  ],
  [
    'Hunyuan',
    '<tool_calls>[{"name":"run","arguments":{"x":"a"}},{"name":"run","arguments":{}}]</tool_calls>',
    'run{"x":"a"} run{}',
  ],
  [
    'Qwen Coder',
    '<tool_call>\n<function=run>\n<parameter=x>\na\nb\n</parameter>\n<parameter=n>\n5\n</parameter>\n</function>\n</tool_call>',
    'run{"x":"a\\nb","n":5}',
  ],
  [
    'Qwen Coder without its opening tag',
    '<function=run>\n<parameter=x>\na\n</parameter>\n</function>\n</tool_call>',
    'run{"x":"a"}',
  ],
  [
    'Seed-OSS',
    '<seed:tool_call><function=run><parameter=x>a</parameter></function></seed:tool_call>',
    'run{"x":"a"}',
  ],
  ['Llama, custom', '<function=run>{"x": "a"}</function>', 'run{"x":"a"}'],
  ['Llama', '<|python_tag|>{"name": "run", "parameters": {"x": "a"}}<|eom_id|>', 'run{"x":"a"}'],
  [
    'Llama, twice',
    '<|python_tag|>{"name":"run","parameters":{"x":"a"}}; {"name":"run","parameters":{"x":"b"}}',
    'run{"x":"a"} run{"x":"b"}',
  ],
  [
    'GLM',
    '<tool_call>run\n<arg_key>x</arg_key>\n<arg_value>12</arg_value>\n<arg_key>o</arg_key>\n<arg_value>{"y":1}</arg_value>\n</tool_call>',
    'run{"x":"12","o":{"y":1}}',
  ],
  [
    'DeepSeek V3',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>run\n```json\n{"x": "a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    'run{"x":"a"}',
  ],
  [
    'DeepSeek V3.1',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>run<｜tool▁sep｜>{"x":"a"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>run<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    'run{"x":"a"} run{}',
  ],
  [
    'DeepSeek with other bars',
    '<|tool▁calls▁begin|><|tool▁call▁begin|>run<|tool▁sep|>{"x":"a"}<|tool▁call▁end|><|tool▁calls▁end|>',
    'run{"x":"a"}',
  ],
  [
    'DeepSeek without its outer marks',
    '<|tool_call_begin|>run<|tool_sep|>{"x":"a"}<|tool_call_end|>',
    'run{"x":"a"}',
  ],
  [
    'DeepSeek V3.2',
    '<｜DSML｜function_calls>\n<｜DSML｜invoke name="run">\n<｜DSML｜parameter name="x" string="true">a</｜DSML｜parameter>\n<｜DSML｜parameter name="n" string="false">5</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    'run{"x":"a","n":5}',
  ],
  ['DeepSeek V4', '<|DSML|tool_calls><|DSML|invoke name="run"></|DSML|invoke></|DSML|tool_calls>', 'run{}'],
  [
    'Kimi',
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.run:0<|tool_call_argument_begin|>{"x":"a"}<|tool_call_end|><|tool_calls_section_end|>',
    'run{"x":"a"}',
  ],
  [
    'Kimi without its section',
    '<|tool_call_begin|>functions.run:0<|tool_call_argument_begin|>{"x":"a"}<|tool_call_end|>',
    'run{"x":"a"}',
  ],
  [
    'MiniMax',
    '<minimax:tool_call>\n<invoke name="run">\n<parameter name="x">a</parameter>\n</invoke>\n</minimax:tool_call>',
    'run{"x":"a"}',
  ],
  ['a bare invoke', '<invoke name="run"><parameter name="x">a</parameter></invoke>', 'run{"x":"a"}'],
  [
    'Mistral',
    '[TOOL_CALLS][{"name":"run","arguments":{"x":"a"}},{"name":"run","arguments":{}}]',
    'run{"x":"a"} run{}',
  ],
  [
    'Mistral since 2025',
    '[TOOL_CALLS]run[ARGS]{"x":"a"}[TOOL_CALLS]run[CALL_ID]abc[ARGS]{}',
    'run{"x":"a"} run{}',
  ],
  [
    'gpt-oss',
    '<|channel|>commentary to=functions.run <|constrain|>json<|message|>{"x":"a"}<|call|>',
    'run{"x":"a"}',
  ],
];

const NO_CALLS: [what: string, text: string][] = [
  ['an unknown tool', '<tool_call>{"name":"what","arguments":{}}</tool_call>'],
  ['half a block', '<tool_call>{"name":"run","arguments":{"x":"a"}}'],
  ['half a mark', 'see <tool_ca'],
  ['no arguments', '<tool_call>{"name":"run"}</tool_call>'],
  ['no JSON', '<tool_call>run it</tool_call>'],
  ['half of the JSON', '<tool_call>{"name":"run","arguments":{"x":</tool_call>'],
  ['a code block', 'like this:\n```\n<tool_call>{"name":"run","arguments":{}}</tool_call>\n```'],
  ['a quote', 'write `<tool_call>{"name":"run","arguments":{}}</tool_call>`'],
  ['prose about the tags', 'put it between <tool_call> and </tool_call>, or <function=run>'],
  ['a call among prose in a block', '<function_calls>first <invoke name="run"></invoke></function_calls>'],
  ['code with angle brackets', 'if (a < b && c[0] > d) { x<T>(y); }'],
  ['Mistral with more behind', '[TOOL_CALLS]run[ARGS]{"x":"a"} and then'],
];

/** The output without the ids of calls. */
function output(chunks: ChatChunk[], options: { heal?: boolean } = {}): string {
  return outputOf(chunks, TOOLS, options).replace(/call_\d+:/g, '');
}

describe('calls in the text', () => {
  for (const [what, block, calls] of BLOCKS) {
    it(`are read: ${what}, cut anywhere`, () => {
      assert.equal(output([said(`Go.\n${block}`), STOP]), `message(Go.\n) ${calls}`);
      assert.equal(output([...[...block].map(said), STOP]), calls);
      fc.assert(
        fc.property(fc.array(fc.nat(block.length), { maxLength: 5 }), (at) => {
          const edges = [0, ...at.sort((a, b) => a - b), block.length];
          assert.equal(
            output([...edges.slice(1).map((end, piece) => said(block.slice(edges[piece], end))), STOP]),
            calls,
          );
        }),
        { numRuns: 30 },
      );
    });

    it(`are not offered in an answer that was cut: ${what}`, () => {
      assert.equal(output([said(block), finishChunk('length')]).includes('run{'), false);
      for (let at = 1; at < block.length; at += 7) {
        const cut = output([said(block.slice(0, at)), finishChunk('length')]);
        assert.equal(cut, `message(${block.slice(0, at)}) [incomplete ]`);
      }
    });
  }

  for (const [what, text] of NO_CALLS) {
    it(`are text: ${what}`, () => {
      assert.equal(output([said(text), STOP]), `message(${text})`);
      assert.equal(output([...[...text].map(said), STOP]), `message(${text})`);
    });
  }

  const BLOCK = '<tool_call>{"name":"run","arguments":{"x":"a"}}</tool_call>';

  it('are made once where the provider sends them as calls too, before or behind', () => {
    const call = deltaChunk({
      tool_calls: [{ index: 0, id: 'c', function: { name: 'functions.run', arguments: '{"x": "a"}' } }],
    });
    assert.equal(output([said(BLOCK), call, STOP]), 'c:run{"x": "a"}');
    assert.equal(output([call, said(BLOCK), STOP]), 'c:run{"x": "a"}');
    assert.equal(output([said(BLOCK + BLOCK), STOP]), 'run{"x":"a"}');
  });

  it('leave the text around them', () => {
    assert.equal(
      output([said(`Before.\n${BLOCK}\n\nAfter.`), STOP]),
      'message(Before.\nAfter.) run{"x":"a"}',
    );
  });

  it('are read behind thinking', () => {
    assert.equal(output([said(`<think>hm</think>\n${BLOCK}`), STOP]), 'reasoning(hm) run{"x":"a"}');
  });

  it('are text where nobody wants them read, or nothing can be called', () => {
    assert.equal(output([said(BLOCK), STOP], { heal: false }), `message(${BLOCK})`);
    assert.equal(outputOf([said(BLOCK), STOP], { tools: [] }), `message(${BLOCK})`);
  });

  it('are told of in the log, without their content', () => {
    const stream = streamFor(TOOLS);
    eventsOf(stream, [said(BLOCK), STOP]);
    assert.deepEqual(stream.notes, [
      'Test provider left tool calls in the text, in the format of Hermes: read as calls',
    ]);
  });

  it('are looked for in the thinking where nothing else was said', () => {
    const thought = deltaChunk({ reasoning_content: `I run it.\n${BLOCK}` });
    assert.equal(output([thought, STOP]), `reasoning(I run it.\n${BLOCK}) run{"x":"a"}`);
    assert.equal(output([thought, said('Hm.'), STOP]), `reasoning(I run it.\n${BLOCK}) message(Hm.)`);
    assert.equal(output([thought, finishChunk('length')]), `reasoning(I run it.\n${BLOCK}) [incomplete ]`);
  });

  it('hold nothing back but what may begin them', () => {
    const stream = streamFor(TOOLS);
    const deltas = ['a < b', ' <to', 'ol> [x', '] <', '/b'].map((text) =>
      stream
        .feed(said(text))
        .map((event) => (event.type === 'response.output_text.delta' ? event.delta : ''))
        .join(''),
    );
    assert.deepEqual(deltas, ['a < b', ' ', '<tool> [x', '] ', '</b']);
  });

  it('survive a megabyte of arguments in tiny deltas', () => {
    const stream = streamFor(TOOLS);
    stream.feed(said('<tool_call>{"name":"run","arguments":{"x":"'));
    for (let at = 0; at < 200_000; at++) stream.feed(said('abc</'));
    stream.feed(said('"}}</tool_call>'));
    stream.feed(STOP);
    stream.finish();
    const [item] = stream.response.output;
    assert.equal(item?.type === 'function_call' && item.arguments.length, 1_000_008);
  });
});
