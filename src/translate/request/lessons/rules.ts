/**
 * What servers say when they refuse a whole kind of request, and what to send instead, as data. A rule's steps are
 * tried in order, one for each refusal; a step that would change nothing is skipped.
 */
import type { ChatRequest } from '../../../wire/chat.ts';
import {
  argumentsAsJson,
  callIdsBy,
  contentAsParts,
  contentAsText,
  emptyTextForNone,
  imagesAsNotes,
  noContentBesideCalls,
  reasoningEverywhere,
  signedCalls,
  wordForEmpty,
} from './content.ts';
import {
  answerBetween,
  callsInSequence,
  developerAsSystem,
  endWithUser,
  mergeNeighbours,
  systemFirst,
  systemInUser,
  toolsAsText,
} from './order.ts';
import { schemasAs } from './tools.ts';

export type Change = (body: ChatRequest) => ChatRequest;

export interface Rule {
  /** What is refused, in words for the log. */
  refuses: string;
  when: RegExp;
  /** The rule concerns this request only and teaches nothing about later ones. */
  isPassing?: true;
  steps: readonly { cure: string; change: Change }[];
}

const NOT = "(?:\\b(?:not|never|cannot|can't|only)\\b|n't|\\bun)";

/** About messages. Tried before single fields, because such errors may mention fields too. */
export const MESSAGE_RULES: readonly Rule[] = [
  {
    refuses: 'several calls in one message',
    when: /(single|one) (tool|function)[ _-]?calls?( is allowed)? (at once|at a time|per)|only (supports?|allows?) (single|one) (tool|function)|(multiple|several|parallel) (tool|function)[ _-]?calls?\b.{0,60}(not|n't|un)[ -]?(be )?(support|allow|permit|accept)|does(?: not|n't) support (multiple|several|parallel) (tool|function)/i,
    steps: [{ cure: 'sent one after the other', change: callsInSequence }],
  },
  {
    refuses: 'a user message after an output',
    when: /unexpected role '?user'? after role '?tool'?|after (a |the )?'?tool'?.{0,40}(expected|must be|only).{0,30}assistant/i,
    steps: [{ cure: 'a word of the assistant goes between', change: answerBetween }],
  },
  {
    refuses: 'an assistant message at the end',
    when: /prefill|last (message|role).{0,60}(must|cannot|can't|should|user|not)|(conversation|messages?) (must|should|cannot).{0,30}\bend\w*\b|ends? with (an? )?'?assistant|expected last role|final (message|turn)|assistant message.{0,40}(at the end|as the last)/i,
    steps: [{ cure: 'a user message follows', change: endWithUser }],
  },
  {
    refuses: 'neighbouring messages of one role',
    when: /roles?.{0,60}alternat|alternat(e|es|ing|ion)\b.{0,60}(role|user|assistant|message)|messages?.{0,30}alternat(e|ing)\b|consecutive.{0,30}(messages?|roles?|user|assistant)|(messages?|roles?|turns?) in (sequence|succession)|expected (an? )?assistant( message| role)? after|(messages?|roles?) .{0,30}\bin a row\b|(multiple|two) (user|assistant|system) messages|user message.{0,30}after.{0,20}user/i,
    steps: [
      { cure: 'merged', change: mergeNeighbours },
      {
        cure: 'merged, instructions inside the first user message',
        change: (body) => mergeNeighbours(systemInUser(body)),
      },
      { cure: 'merged, calls and outputs as text', change: toolsAsText },
    ],
  },
  {
    refuses: 'system messages after the first message',
    when: /system (message|prompt|role)s? .{0,30}(at the (beginning|start)|be (the )?first|come first|first message)|only (the first|one) (message )?.{0,20}system|(multiple|more than one|several) system messages/i,
    steps: [{ cure: 'sent as user messages', change: systemFirst }],
  },
  {
    refuses: 'the role of the instructions',
    when: new RegExp(
      `(system|developer)['"\`]? (role|message|prompt|instruction)s? .{0,40}(${NOT}[ -]?(be )?(support|allow|permit|accept|enabled)|invalid|unknown|unrecogn)|does(?: not|n't) support .{0,30}\\b(system|developer)\\b|(role|variant)\\b.{0,40}['"\`]?\\b(system|developer)\\b.{0,60}(\\bnot\\b|n't|invalid|unknown|unsupported|expected|must|one of)|(invalid|unknown|unsupported|unexpected|unrecognized)( message)? (role|variant)\\b.{0,20}(system|developer)|['"\`](system|developer)['"\`] (is )?(not|n't) (one of|a valid|supported|allowed)|invalid value:? ['"\`]?(system|developer)\\b|\\brole\\b.{0,30}(must|should|has to) be (one of|either)|only user(,| and) (and )?assistant|unexpected message role|角色.{0,12}(不能|不支持|非法).{0,6}(system|developer)|(不支持|不能为).{0,6}(system|developer).{0,6}角色`,
      'i',
    ),
    steps: [
      { cure: 'sent as system messages', change: developerAsSystem },
      { cure: 'sent inside the first user message', change: systemInUser },
      { cure: 'calls and outputs are sent as text', change: toolsAsText },
    ],
  },
  {
    refuses: 'the tool role',
    when: /tool['"`]? (role|message)s? .{0,40}(not|n't|un|only)[ -]?(be )?(support|allow|permit|accept)|(invalid|unknown|unsupported|unexpected|unrecognized)( message)? (role|variant)\b.{0,20}['"`]?tool\b|role\b.{0,30}['"`]tool['"`].{0,40}(not|invalid|unknown|unsupported)|['"`]tool['"`] (is )?(not|n't) (one of|a valid|supported|allowed)|does(?: not|n't) support (the )?['"`]?tool['"`]? (role|messages)/i,
    steps: [{ cure: 'calls and outputs are sent as text', change: toolsAsText }],
  },
  {
    refuses: 'an image',
    when: /(unsupported|invalid|corrupt\w*|bad|broken) image (format|type|data|file|url|encoding|size)|image (format|type|data|file|url|encoding|size).{0,30}(not|un|in)[ -]?(support|valid|allow)|(download|decod|fetch|load|process|pars|read)\w*.{0,20}\bimages?\b|images?\b.{0,40}(too (large|big|small)|corrupt|could not be|cannot be (read|loaded|processed|decoded)|dimension|resolution|exceeds)|too many images|at most \d+ image|mime type/i,
    isPassing: true,
    steps: [{ cure: 'notes instead of all of them', change: imagesAsNotes }],
  },
  {
    refuses: 'images',
    when: /image( input|_url|s)?\b.{0,60}(not|n't|un)[ -]?(be )?(support|allow|permit|accept|enabled|available|expected|a valid|valid)|\bno (image|vision) (input|support)|(not|n't|un)[ -]?(support\w*|accept|allow|process|handle)\b.{0,40}(image|vision|multi-?modal|visual)|(is )?not (a )?(multi-?modal|vision)|mmproj|unknown variant .?image_url|(invalid|unsupported|unknown|unexpected) (content|part|message)?[ _]?(type|part).{0,40}image|(不支持|不支援|无法处理).{0,8}(图片|图像|图文|多模态|视觉|圖片)|(图片|图像)(输入)?.{0,4}不支持|(image|vision).{0,20}(is|are) (disabled|unavailable)|only (supports?|accepts?|reads?) text|text[- ]only|no endpoints? .{0,30}image/i,
    steps: [{ cure: 'notes instead', change: imagesAsNotes }],
  },
  {
    refuses: 'assistant messages without reasoning',
    when: /reasoning_content\b.{0,60}(must be (passed back|provided|present)|is (missing|required)|missing|required)|missing .{0,20}reasoning_content/i,
    steps: [
      { cure: 'an empty one is sent', change: reasoningEverywhere('') },
      { cure: 'a blank one is sent', change: reasoningEverywhere(' ') },
    ],
  },
  {
    refuses: 'calls without a signature',
    when: /missing .{0,10}thought_?signature|thought_?signature.{0,40}(missing|required)/i,
    steps: [{ cure: 'a stand-in is sent', change: signedCalls }],
  },
  {
    refuses: 'empty messages',
    when: /(?<!_)content(?! (filter|policy|management|moderation|safety)).{0,80}(null\b|none\b|empty|<nil>|missing|required|blank)|(empty|null|blank|missing)[ _](message |assistant )?content|non-empty|must (have|contain)( either)?.{0,20}(?<!_)content|either ['"`]?content|content type: <nil>/i,
    steps: [
      { cure: 'an empty text instead', change: emptyTextForNone },
      { cure: 'content left out beside calls', change: noContentBesideCalls },
      { cure: 'a word instead', change: wordForEmpty },
    ],
  },
  {
    refuses: 'content as a list',
    when: /(?<!_)content\b.{0,120}((must|should|needs? to|has to) be (a |of type )?(valid )?string|expected (a )?string|not (a )?string|only (supports? )?string)|expected (a )?string\b.{0,60}content|invalid type: sequence, expected a string|(?<!_)content\b.{0,160}input should be a valid string|input should be a valid string[\s\S]{0,120}(?<!_)content\b|(?<!_)content (list|array|parts?).{0,30}(not|un)[ -]?support/i,
    steps: [
      { cure: 'text instead', change: contentAsText },
      { cure: 'an empty text instead of none', change: emptyTextForNone },
      { cure: 'text and notes instead', change: imagesAsNotes },
    ],
  },
  {
    refuses: 'content as text',
    when: /(?<!_)content\b.{0,120}((must|should|needs? to|has to) be (a |an )?(valid )?(list|array|sequence)|expected (a |an )?(list|array|sequence))|invalid type: string, expected a sequence|(?<!_)content\b.{0,160}input should be a valid (list|array)/i,
    steps: [{ cure: 'lists of parts instead', change: contentAsParts }],
  },
  {
    refuses: 'arguments that are no JSON',
    when: /(pars\w*|invalid|malformed|decod\w*)\b.{0,40}\barguments\b|\barguments\b.{0,60}(valid|pars\w*|decod\w*|must be).{0,20}json/i,
    steps: [{ cure: 'wrapped into an object', change: argumentsAsJson }],
  },
  {
    refuses: 'ids of calls',
    when: /tool[ _]call[ _]?id.{0,100}(length of 9|a-z|pattern|too long|maximum length|at most)|(tool_calls|tool_call_id|call_id)\b.{0,60}(too long|maximum length|pattern)|(too long|maximum length)\b.{0,120}(tool_calls?\b.{0,6}\bid|tool_call_id|call_id)\b/i,
    steps: [
      { cure: 'shortened', change: callIdsBy('word') },
      { cure: 'nine letters and digits instead', change: callIdsBy('alnum9') },
      { cure: 'shortened', change: callIdsBy('max40') },
    ],
  },
  {
    // One history that a server does not understand must not end the session.
    refuses: 'calls and outputs in this order',
    when: /function (call|response) (turn|parts?)\b.{0,80}(immediately|after|equal|preced)|tool_use.{0,80}(without|must have|immediately|corresponding).{0,60}tool_result|tool_result.{0,80}(without|must have|corresponding|unexpected).{0,60}tool_use|tool_calls?\b.{0,60}(must be followed by|did not have response|without (a )?(response|output|result))|['"`]?tool['"`]? (must|should|has to) (be a response|follow|be preceded|come after)|number of (function|tool) (calls?|responses?)/i,
    isPassing: true,
    steps: [
      { cure: 'sent one after the other', change: callsInSequence },
      { cure: 'sent as text', change: toolsAsText },
    ],
  },
];

/** About tool schemas. Tried after single fields, whose names such errors may contain. */
export const SCHEMA_RULES: readonly Rule[] = [
  {
    refuses: 'parts of tool schemas',
    when: /(schema|grammar|\$ref|\$defs|tools?(\[\d|\.\d|[.[]function)|function_?declarations|\.parameters\b)[\s\S]{0,200}((not|n't|un|never|cannot)[ -]?(be )?(support|valid|recogn|resolv|allow|pars|implement|permit|compil|find)|invalid|fail|error|only references|must be|expected|forbidden|unknown)|((not|n't|un)[ -]?(support|valid|recogn|resolv|allow)\w*|invalid|fail\w*|unknown|error|only references)\b[\s\S]{0,100}(schema|grammar|\$ref|\$defs|tools?\[\d|same document)|\b(look-?(ahead|behind|around)s?|regex\w*|regular expressions?|keyword|pattern)\b.{0,60}((not|n't|un)[ -]?(be )?(support|valid|recogn|allow|implement)|invalid)|(unsupported|invalid|unknown) (regex|pattern|keyword|look-?)/i,
    steps: [
      { cure: 'references are written out', change: schemasAs('inlined') },
      { cure: 'only the common keywords are sent', change: schemasAs('gemini') },
    ],
  },
];
