import type { ChatChunk } from '../../../src/wire/chat.ts';
import { deltaChunk, jsonReply } from '../../support/scripted-upstream.ts';
import { callers, type StrictFamily } from './rules.ts';

export const minimax: StrictFamily = {
  presets: ['minimax', 'minimax-cn'],
  models: ['MiniMax-M3', 'MiniMax-M2.7', 'MiniMax-M3.1-Flash'],
  fields: [
    'stream_options',
    'max_completion_tokens',
    'temperature',
    'top_p',
    'reasoning_split',
    'thinking',
    'reasoning_effort',
  ],
  assistantFields: ['reasoning_details', 'reasoning_content'],
  check: (body) => {
    const type = (body['thinking'] as { type?: string } | undefined)?.type;
    const efforts = ['low', 'medium', 'high', 'xhigh', 'max'];
    const effort = body['reasoning_effort'] as string | undefined;
    return [
      body.tool_choice !== undefined && 'tool_choice: unknown parameter',
      body['reasoning_split'] !== true && 'the test expects reasoning apart from the text',
      type !== undefined &&
        (body.model !== 'MiniMax-M3' || !['adaptive', 'disabled'].includes(type)) &&
        'thinking: invalid value',
      effort !== undefined &&
        (!body.model.startsWith('MiniMax-M3.1') || !efforts.includes(effort)) &&
        'reasoning_effort: invalid value',
      type !== 'disabled' &&
        callers(body).some(
          ({ reasoning_details: details }) => details !== undefined && details.length === 0,
        ) &&
        'reasoning_details must be complete',
    ];
  },
  refuse: (status_msg) => jsonReply({ base_resp: { status_code: 2013, status_msg } }, 400),
  // Each fragment repeats the text so far.
  think: (text): ChatChunk[] =>
    [text.slice(0, 3), text].map((so_far) =>
      deltaChunk({
        reasoning_details: [
          { type: 'reasoning.text', id: 'r', index: 0, format: 'MiniMax-response-v1', text: so_far },
        ],
      }),
    ),
};
