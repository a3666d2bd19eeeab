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
  ['Hermes as Python', "<tool_call>{'name': 'run', 'arguments': {'x': 'a'}}</tool_call>", 'run{"x":"a"}'],
  ['a function call', '<function_call>{"name":"run","arguments":{"x":"a"}}</function_call>', 'run{"x":"a"}'],
  [
    'a function call in one word',
    '<functioncall> {"name":"run","arguments":"{\\"x\\":\\"a\\"}"} </functioncall>',
    'run{"x":"a"}',
  ],
  ['Nemotron', '<TOOLCALL>[{"name":"run","arguments":{"x":"a"}}]</TOOLCALL>', 'run{"x":"a"}'],
  [
    'LongCat',
    '<longcat_tool_call>\n{"name":"run","arguments":{"x":"a"}}\n</longcat_tool_call>',
    'run{"x":"a"}',
  ],
  [
    'Command R',
    '<|START_ACTION|>[\n{"tool_call_id":"0","tool_name":"run","parameters":{"x":"a"}}\n]<|END_ACTION|>',
    'run{"x":"a"}',
  ],
  ['Granite', '<|tool_call|>[{"name":"run","arguments":{"x":"a"}}]', 'run{"x":"a"}'],
  ['Phi', '<|tool_call|>[{"name":"run","arguments":{"x":"a"}}]<|/tool_call|>', 'run{"x":"a"}'],
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
    'DeepSeek V4 with double bars',
    '<｜｜DSML｜｜tool_calls>\n<｜｜DSML｜｜invoke name="run">\n<｜｜DSML｜｜parameter name="x" string="true">a</｜｜DSML｜｜parameter>\n</｜｜DSML｜｜invoke>\n</｜｜DSML｜｜tool_calls>',
    'run{"x":"a"}',
  ],
  [
    'DeepSeek V4 with other bars, and JSON',
    '<‖DSML‖calls><‖DSML‖invoke name="run">{"x":"a"}</‖DSML‖invoke></‖DSML‖calls>',
    'run{"x":"a"}',
  ],
  [
    'DeepSeek V4 without the opening tag',
    '<｜DSML｜invoke name="run"><｜DSML｜parameter name="x">a</｜DSML｜parameter></｜DSML｜invoke>\n</｜DSML｜tool_calls><｜end▁of▁sentence｜>',
    'run{"x":"a"}',
  ],
  [
    'DeepSeek V4 without the closing tag',
    '<｜DSML｜tool_calls><｜DSML｜invoke name="run"><｜DSML｜parameter name="x">a</｜DSML｜parameter></｜DSML｜invoke>',
    'run{"x":"a"}',
  ],
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
  [
    'MiniMax, with JSON and without anything',
    '<minimax:tool_call><invoke name="run">{"x":"a"}</invoke>\n<invoke name="run"/></minimax:tool_call>',
    'run{"x":"a"} run{}',
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
  [
    'gpt-oss, twice',
    '<|channel|>commentary to=functions.run <|constrain|>json<|message|>{"x":"a"}<|call|><|start|>assistant<|channel|>commentary to=functions.run json<|message|>{}<|call|>',
    'run{"x":"a"} run{}',
  ],
  [
    'Llama, a tag for each',
    '<|python_tag|>{"name":"run","parameters":{"x":"a"}}<|eom_id|><|python_tag|>{"name":"run","parameters":{}}<|eom_id|>',
    'run{"x":"a"} run{}',
  ],
  [
    'Mistral, a mark for each list',
    '[TOOL_CALLS][{"name":"run","arguments":{"x":"a"}}][TOOL_CALLS][{"name":"run","arguments":{}}]</s>',
    'run{"x":"a"} run{}',
  ],
  [
    'Hunyuan, a tag for each',
    '<tool_calls>\n<tool_call>{"name":"run","arguments":{"x":"a"}}</tool_call>\n<tool_call>{"name":"run","arguments":{}}</tool_call>\n</tool_calls>',
    'run{"x":"a"} run{}',
  ],
  [
    'Hermes without the brace around the call',
    '<tool_call>\n{"name": "run", "arguments": {"x": "}"}\n</tool_call>',
    'run{"x":"}"}',
  ],
  ['Hermes, the name before the arguments', '<tool_call>\nrun\n{"x":"a"}\n</tool_call>', 'run{"x":"a"}'],
  [
    'Hermes, other names for the fields',
    '<tool_call>{"tool":"run","input":{"x":"a"}}</tool_call>',
    'run{"x":"a"}',
  ],
  [
    'Hermes, free text as the arguments',
    '<tool_call>{"name":"patch","arguments":"a\\nb"}</tool_call>',
    'patch<a\nb>',
  ],
  ['Hermes as code', '<tool_call>run(x="a", n=5)</tool_call>', 'run{"x":"a","n":5}'],
  ['Qwen 2.5', '<tools>\n{"name": "run", "arguments": {"x": "a"}}\n</tools>', 'run{"x":"a"}'],
  ['GLM without arguments', '<tool_call>run\n</tool_call>', 'run{}'],
  [
    'LongCat, a tag for each argument',
    '<longcat_tool_call>run\n<longcat_arg_key>x</longcat_arg_key>\n<longcat_arg_value>a</longcat_arg_value>\n</longcat_tool_call>',
    'run{"x":"a"}',
  ],
  [
    'Kimi, its section in the singular',
    '<|tool_call_section_begin|><|tool_call_begin|>run:0<|tool_call_argument_begin|>{"x":"a"}<|tool_call_end|><|tool_call_section_end|>',
    'run{"x":"a"}',
  ],
  ['Mistral, closed', '[TOOL_CALLS][{"name":"run","arguments":{"x":"a"}}][/TOOL_CALLS]', 'run{"x":"a"}'],
  [
    'InternLM',
    '<|action_start|><|plugin|>\n{"name":"run","parameters":{"x":"a"}}<|action_end|>',
    'run{"x":"a"}',
  ],
  ['LFM2', '<|tool_call_start|>[run(x="a"), patch(input="b")]<|tool_call_end|>', 'run{"x":"a"} patch<b>'],
  [
    'Llama 4',
    '<|python_tag|>[run(x="it\'s \\"a\\"\\n", n=-5, o={\'y\': [True, None, 1.5]})]<|eot_id|>',
    'run{"x":"it\'s \\"a\\"\\n","n":-5,"o":{"y":[true,null,1.5]}}',
  ],
  ['Llama, one call as code', '<|python_tag|>run(x="a")', 'run{"x":"a"}'],
  ['one value in parentheses, in pieces', '<|python_tag|>run(x=("a"\n "b"))', 'run{"x":"ab"}'],
  ['another token at the end', '<|python_tag|>run(x="a")<|im_end|>\n</s>', 'run{"x":"a"}'],
  ['a tuple', '<|python_tag|>run(l=("a",))', 'run{"l":["a"]}'],
  ['an octal escape', String.raw`<|python_tag|>run(x="\033[0m")`, String.raw`run{"x":"\u001b[0m"}`],
  ['Gemma 3', '```tool_code\nprint(default_api.run(x="""a\n```b"""))\n```', 'run{"x":"a\\n```b"}'],
  ['Gemini', '<tool_code>\nrun(x=r"\\d") # find\nrun(x="b")\n</tool_code>', 'run{"x":"\\\\d"} run{"x":"b"}'],
  ['OLMo', '<function_calls>\nrun(x="a")\nrun()\n</function_calls>', 'run{"x":"a"} run{}'],
  [
    'Claude',
    '<antml:function_calls>\n<antml:invoke name="run">\n<antml:parameter name="x">a</antml:parameter>\n</antml:invoke>\n</antml:function_calls>',
    'run{"x":"a"}',
  ],
  [
    'gpt-oss while it thinks',
    '<|channel|>analysis to=functions.run code<|message|>{"x":"a"}<|call|>',
    'run{"x":"a"}',
  ],
  [
    'Qwen Coder with literals as Python writes them',
    "<function=run>\n<parameter=o>\n{'y': True}\n</parameter>\n</function>",
    'run{"o":{"y":true}}',
  ],
  [
    'Hermes, closed three times',
    '<tool_call>{"name":"run","arguments":{"x":"a"}}</tool_call>\n</tool_call></tool_call>\n\n<|im_end|>',
    'run{"x":"a"}',
  ],
];

/** What counts only if the answer consists of it, and the calls. */
const WHOLE_ANSWERS: [text: string, calls: string][] = [
  [
    '<start_function_call>call:run{x:<escape>a, b:"c"<escape>,n:5}<end_function_call>',
    'run{"x":"a, b:\\"c\\"","n":5}',
  ],
  ['<|tool_call>call:run{x:<|"|>a<|"|>,o:{y:true}}<tool_call|>', 'run{"x":"a","o":{"y":true}}'],
  ['[run(x="a")]', 'run{"x":"a"}'],
  ['\n[run(x="a"), run(x="b", n=2)]\n', 'run{"x":"a"} run{"x":"b","n":2}'],
  ['{"name": "run", "parameters": {"x": "a"}}', 'run{"x":"a"}'],
  ['{"name":"run","arguments":{"x":"a"}}<|im_end|>', 'run{"x":"a"}'],
  ['{"type":"function","function":{"name":"run","arguments":{"x":"a"}}}', 'run{"x":"a"}'],
  ['[{"name":"run","arguments":{"x":"a"}}]', 'run{"x":"a"}'],
  ['{"tool_calls":[{"name":"run","arguments":{"x":"a"}}]}', 'run{"x":"a"}'],
  [' functools[{"name": "run", "arguments": {"x": "a"}}]', 'run{"x":"a"}'],
  ['to=functions.run<|channel|>commentary <|constrain|>json<|message|>{"x":"a"}<|call|>', 'run{"x":"a"}'],
  ['commentary to=functions.run json{"x":"a"}', 'run{"x":"a"}'],
  ['assistantcommentary to=functions.run json{"x":"a"}', 'run{"x":"a"}'],
  ['<tool_call>\n<function=run>\n<parameter=x>\na\n</parameter>\n</function>', 'run{"x":"a"}'],
  ['<tool_call>\n<function=run>\n<parameter=x>\na\n</parameter>\n</tool_call>', 'run{"x":"a"}'],
  [
    '<tool_call>\n<function=run>\n<parameter=x>\na\n<parameter=n>\n5\n</function>\n</tool_call>',
    'run{"x":"a","n":5}',
  ],
];

const NO_CALLS: [what: string, text: string][] = [
  ['an unknown tool', '<tool_call>{"name":"what","arguments":{}}</tool_call>'],
  ['half a block', '<tool_call>{"name":"run","arguments":{"x":"a"}}'],
  ['prose about another tag', 'write <function_call> and JSON, or <|tool_call|>'],
  ['another tag around an unknown tool', '<TOOLCALL>[{"name":"what","arguments":{}}]</TOOLCALL>'],
  ['half a mark', 'see <tool_ca'],
  ['no arguments', '<tool_call>{"name":"run"}</tool_call>'],
  ['no JSON', '<tool_call>run it</tool_call>'],
  ['half of the JSON', '<tool_call>{"name":"run","arguments":{"x":</tool_call>'],
  ['a code block', 'like this:\n```\n<tool_call>{"name":"run","arguments":{}}</tool_call>\n```'],
  ['a quote', 'write `<tool_call>{"name":"run","arguments":{}}</tool_call>`'],
  ['prose about the tags', 'put it between <tool_call> and </tool_call>, or <function=run>'],
  ['a call among prose in a block', '<function_calls>first <invoke name="run"></invoke></function_calls>'],
  ['code with angle brackets', 'if (a < b && c[0] > d) { x<T>(y); }'],
  ...[
    'Qwen writes BLOCK to run it.',
    'The syntax is "BLOCK".',
    'It is “BLOCK”',
    'Write ` BLOCK ` there.',
    'BLOCK is how it is written.',
    'BLOCK, for one.',
    'It said:\n> BLOCK\n',
    '~~~\nBLOCK\n~~~',
    'One:\n\n    BLOCK\n\nTwo.',
    '<pre>\nBLOCK\n</pre>',
    'For example:\n\nBLOCK\n\nThis runs it.',
    'The format looks like this:\nBLOCK\nThe server reads it.',
    '例如：\n\nBLOCK\n\n它会运行。',
    'First BLOCK and then BLOCK again.',
  ].map((text): [string, string] => [
    `a mention: ${text}`,
    text.replaceAll('BLOCK', '<tool_call>{"name":"run","arguments":{"x":"a"}}</tool_call>'),
  ]),
  ['a list of calls among prose', 'In Python:\n[run(x="a")]'],
  ['a list of calls with prose behind', '[run(x="a")] returns a list.'],
  ['one call as code', 'run(x="a")'],
  ['a call of an unknown tool as code', '[what(x="a")]'],
  ['arguments that the tool does not have, as code', '[run(y="a")]'],
  ['arguments without names', '[run("a")]'],
  ['a value that is code', '<|python_tag|>run(x=open("a").read())'],
  ['a name that every object has', '<|python_tag|>run(x=constructor)'],
  ['a print within a print', '<|python_tag|>print(print(run(x="a")))'],
  ['other code', '<|python_tag|>import os\nrun(x="a")'],
  ['code in a fence', '```python\n[run(x="a")]\n```'],
  ['JSON with another field', '{"name":"run","arguments":{"x":"a"},"why":"b"}'],
  ['JSON with arguments that the tool does not have', '{"name":"run","arguments":{"y":"a"}}'],
  ['JSON behind prose', 'The call:\n{"name":"run","arguments":{"x":"a"}}'],
  ['JSON before prose', '{"name":"run","arguments":{"x":"a"}}\nThat is it.'],
  ['JSON in a fence', '```json\n{"name":"run","arguments":{"x":"a"}}\n```'],
  ['other JSON', '{"name":"run","version":1}'],
  ['a list', '[1, 2] and [x](y)'],
  ['prose that begins like a mark', 'to=functions are called with it'],
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

  for (const [text, calls] of WHOLE_ANSWERS) {
    it(`are read where the answer is ${JSON.stringify(text)}`, () => {
      assert.equal(output([said(text), STOP]), calls);
      const pieces = text.match(/\s|.{1,2}/gs) ?? [];
      assert.equal(output([...pieces.map(said), STOP]), calls);
      assert.equal(output([said(text), finishChunk('length')]), `message(${text}) [incomplete ]`);
    });
  }

  it('are text in an answer for which JSON was asked', () => {
    const text = '{"name":"run","arguments":{"x":"a"}}';
    const format = { type: 'json_object' };
    assert.equal(outputOf([said(text), STOP], { ...TOOLS, text: { format } }), `message(${text})`);
  });

  it('keep a text that may be one, whatever the schema calls a text', () => {
    const parameters = {
      type: 'object',
      properties: {
        a: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        b: { enum: ['1', '2'] },
        c: { type: 'boolean' },
      },
    };
    const text =
      '<function=run><parameter=a>12</parameter><parameter=b>1</parameter><parameter=c>True</parameter></function>';
    assert.equal(
      outputOf([said(text), STOP], { tools: [{ type: 'function', name: 'run', parameters }] }),
      'call_1:run{"a":"12","b":"1","c":true}',
    );
  });

  for (const [what, text] of NO_CALLS) {
    it(`are text: ${what}`, () => {
      assert.equal(output([said(text), STOP]), `message(${text})`);
      assert.equal(output([...[...text].map(said), STOP]), `message(${text})`);
    });
  }

  const BLOCK = '<tool_call>{"name":"run","arguments":{"x":"a"}}</tool_call>';

  for (const input of [
    'How does Qwen write a tool call?',
    'show me an example of the function call syntax',
    'What does <tool_call> mean in your answer',
    '工具调用的格式是什么？',
  ]) {
    it(`are text in the answer to ${input}`, () => {
      const text = 'Like this:\n<tool_call>{"name":"run","arguments":{}}</tool_call>';
      const asked = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }];
      assert.equal(outputOf([said(text), STOP], { ...TOOLS, input: asked }), `message(${text})`);
      assert.equal(outputOf([said(text), STOP], { ...TOOLS, input }), `message(${text})`);
    });
  }

  it('are read where the user wants something done about calls', () => {
    for (const input of [
      'Fix the parser of tool calls in src/parse.ts',
      'Write unit tests for the tool calls. Which ones are missing? See the examples in docs/.',
      'The format of dates is wrong. What is going on? It happens after each tool call',
      'It printed <function=run> before.',
    ])
      assert.equal(outputOf([said(BLOCK), STOP], { ...TOOLS, input }), 'call_1:run{"x":"a"}', input);
  });

  it('are made once if the provider also sends them as calls, before or after', () => {
    const call = deltaChunk({
      tool_calls: [{ index: 0, id: 'c', function: { name: 'functions.run', arguments: '{"x": "a"}' } }],
    });
    assert.equal(output([said(BLOCK), call, STOP]), 'c:run{"x": "a"}');
    assert.equal(output([call, said(BLOCK), STOP]), 'c:run{"x": "a"}');
    assert.equal(output([said(BLOCK + BLOCK), STOP]), 'run{"x":"a"}');
  });

  it('keep the text around them', () => {
    assert.equal(
      output([said(`Before.\n${BLOCK}\n\nAfter.`), STOP]),
      'message(Before.\nAfter.) run{"x":"a"}',
    );
  });

  it('are read after thinking', () => {
    assert.equal(output([said(`<think>hm</think>\n${BLOCK}`), STOP]), 'reasoning(hm) run{"x":"a"}');
  });

  /** Those that do not go to the end of the answer. */
  const isClosed = ([what, block]: readonly [string, string, string]) =>
    !/^(\[TOOL_CALLS\]|<\|python_tag\||<\|tool_call\||<\|channel\|)/.test(block) &&
    !what.endsWith('without the closing tag');
  const segment = fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(...BLOCKS.filter(isClosed))
        .map(([, block, calls]) => ({ text: block, calls })),
    },
    fc
      .constantFrom(
        ' and\n',
        '\n\n',
        'a < b',
        'x[0] <',
        '</tool_call>',
        '</s>',
        '<|im_end|>',
        'Now: ',
        '<tool',
        '`',
      )
      .map((text) => ({ text, calls: '' })),
  );
  const ending = fc
    .constantFrom(...BLOCKS.filter((block) => !isClosed(block)), ['', '', ''] as const)
    .map(([, block, calls]) => ({ text: block, calls }));

  it('are the same, like the text, wherever an answer with several is cut', () => {
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 8 }),
        ending,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
        (segments, last, at) => {
          const text = [...segments, last].map((part) => part.text).join('');
          const edges = [
            0,
            ...at.map((part) => Math.floor(part * text.length)).sort((a, b) => a - b),
            text.length,
          ];
          const pieces = edges.slice(1).map((end, piece) => text.slice(edges[piece], end));
          // Two deltas that do not grow, so that no later one is taken for a repetition.
          const start = [said('1'), said('2')];
          const whole = output([...start, said(text), STOP]);
          assert.equal(output([...start, ...pieces.map(said), STOP]), whole);
          assert.equal(output([...start, ...[...text].map(said), STOP]), whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are all read from an answer with several families', () => {
    const closed = BLOCKS.filter(isClosed);
    const text = closed.map(([, block]) => block).join('\nNext:\n');
    const calls = new Set(closed.flatMap(([, , made]) => made.split(/ (?=run|patch)/)));
    assert.equal(
      output([said(text), STOP]),
      `message(${'Next:\n'.repeat(closed.length - 1)}) ${[...calls].join(' ')}`,
    );
  });

  it('are read after a block that is never closed', () => {
    const open = '<｜DSML｜tool_calls>';
    const call =
      '<｜DSML｜invoke name="run"><｜DSML｜parameter name="x">a</｜DSML｜parameter></｜DSML｜invoke>';
    assert.equal(output([said(`${open}${call}\nDone.`), STOP]), `message(${open}Done.) run{"x":"a"}`);
  });

  it('are read after prose about their marks, and after a block that calls nothing', () => {
    const prose = 'I put it between <tool_call> and its end tag, as I was told to. ';
    const unknown = '<tool_call>{"name":"what","arguments":{}}</tool_call>';
    assert.equal(output([said(prose + BLOCK), STOP]), `message(${prose}) run{"x":"a"}`);
    const long = prose.repeat(4);
    assert.equal(output([said(long + BLOCK), STOP]), `message(${long}) run{"x":"a"}`);
    assert.equal(output([said(`${unknown}\n${BLOCK}`), STOP]), `message(${unknown}\n) run{"x":"a"}`);
  });

  it('do not hold back the text after prose about their marks', () => {
    const stream = streamFor(TOOLS);
    stream.feed(said('Write <tool_call>, then the JSON. '));
    const events = stream.feed(said('Then go on. '.repeat(30)));
    assert.ok(events.some(({ type }) => type === 'response.output_text.delta'));
  });

  it('stay text if healing is off, or if nothing can be called', () => {
    assert.equal(output([said(BLOCK), STOP], { heal: false }), `message(${BLOCK})`);
    assert.equal(outputOf([said(BLOCK), STOP], { tools: [] }), `message(${BLOCK})`);
  });

  it('are logged without their content', () => {
    const stream = streamFor(TOOLS);
    eventsOf(stream, [said(BLOCK), STOP]);
    assert.deepEqual(stream.notes, [
      'Test provider left tool calls in the text, in the format of Hermes: read as calls',
    ]);
  });

  it('are looked for in the thinking if nothing else was said', () => {
    const thought = deltaChunk({ reasoning_content: `I run it.\n${BLOCK}` });
    assert.equal(output([thought, STOP]), `reasoning(I run it.\n${BLOCK}) run{"x":"a"}`);
    assert.equal(output([thought, said('Hm.'), STOP]), `reasoning(I run it.\n${BLOCK}) message(Hm.)`);
    assert.equal(output([thought, finishChunk('length')]), `reasoning(I run it.\n${BLOCK}) [incomplete ]`);
    const around = `As <tool_call> says:\n${BLOCK}\nand [TOOL_CALLS] too`;
    assert.equal(
      output([deltaChunk({ reasoning_content: around }), STOP]),
      `reasoning(${around}) run{"x":"a"}`,
    );
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

  it('survive hundreds of thousands of blanks in a block that lacks a tag', () => {
    const blanks = '\n'.repeat(300_000);
    for (const open of [
      '<function=run><parameter=x>',
      '<tool_call>run(x="a"',
      '[run(x="a",',
      '<tool_call>{"name":',
    ]) {
      const text = `${open}${blanks}</function></tool_call>`;
      assert.match(output([said(text), STOP]), /^(message|run)/);
    }
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
