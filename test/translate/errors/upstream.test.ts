import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/errors.ts';
import { presetById, profileFor } from '../../../src/providers/index.ts';
import { forCodex, needsStream } from '../../../src/translate/errors/codex.ts';
import { errorInChunk, upstreamError } from '../../../src/translate/errors/upstream.ts';

function profileOf(id: string) {
  const preset = presetById(id);
  assert.ok(preset);
  return profileFor(preset, 'model-1');
}

/** What becomes of a reply: its body as it is, or as JSON. */
function errorOf(status: number, body: unknown, provider = 'openai-compatible') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return upstreamError({ status, body: text }, profileOf(provider), 'model-1');
}

const openai = (message: string, more: object = {}) => ({ error: { message, ...more } });

type Row = [what: string, status: number, body: unknown];

/** What providers add to a refusal that has nothing to do with money. */
const NOTHING_CHARGED = [
  'No credits were charged.',
  'No additional credits have been deducted from your account.',
  'Zero credits were used; no credits will be charged.',
  'It costs no credits.',
  'The request was answered using no credits.',
  'Your quota was not exceeded.',
  "Your credit balance hasn't been used up.",
  'It does not count against your quota, which is reached by answers only.',
  "You haven't exceeded your monthly quota.",
  'It never reached your daily quota.',
  '本次请求未扣除账户余额。',
];
const CHARGED_AND_OUT = [
  'No credits were charged: your credit balance is too low.',
  'You have no credits.',
  'You were not charged because your quota is exceeded.',
  'There are not enough credits on this account.',
];

const CLASSES: { [code in ErrorCode]?: Row[] } = {
  context_length_exceeded: [
    ['a window in prose', 400, openai('Your input exceeds the context window of this model.')],
    ['Anthropic', 400, openai('prompt is too long: 208310 tokens > 200000 maximum')],
    [
      'Anthropic, both together',
      400,
      openai('input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000'),
    ],
    ['Bedrock', 400, openai('Input is too long for requested model.', { code: '400' })],
    [
      'Copilot, by its code',
      400,
      openai('prompt token count of 130000 exceeds the limit of 128000', {
        code: 'model_max_prompt_tokens_exceeded',
      }),
    ],
    [
      'SiliconFlow',
      400,
      { code: 20015, message: 'length of prompt_tokens (130000) must be less than max_seq_len (98304).' },
    ],
    [
      'TGI, the sum',
      422,
      { error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 32768. Given: 40000' },
    ],
    ['TGI, the input', 422, { error: '`inputs` must have less than 4096 tokens. Given: 5000' }],
    [
      'OpenAI, with the answer named',
      400,
      openai(
        "This model's maximum context length is 128000 tokens. However, you requested 130000 tokens (100000 in the messages, 30000 in the completion).",
      ),
    ],
    [
      'Gemini behind a gateway',
      400,
      openai('The input token count (12) exceeds the maximum number of tokens allowed (10).'),
    ],
    ['Cohere', 400, { message: 'too many tokens: total number of tokens in the prompt cannot exceed 4081' }],
    ['Fireworks', 400, openai('The prompt is too long: 140000, model maximum context length: 131071')],
    ['MiniMax', 400, openai('invalid params, context window exceeds limit (2013)')],
    ['Ark', 400, openai('Total tokens of image and text exceed max message tokens.')],
    [
      'Ollama, an error inside the message',
      400,
      openai(
        '{"error":{"code":400,"message":"request (11560 tokens) exceeds the available context size (8192 tokens)","type":"exceed_context_size_error"}}',
      ),
    ],
    ['few words', 400, openai('Your request has too many tokens')],
    ['Chinese', 400, openai('输入长度超过模型最大上下文长度')],
    ['413 without a word', 413, ''],
  ],
  invalid_prompt: [
    [
      'a parameter of that name',
      400,
      openai("tools.3.function.parameters: property 'context_size': maximum is not supported"),
    ],
    [
      'a parameter in camel case',
      400,
      openai('Invalid schema for function search: contextWindow must be a number'),
    ],
    [
      'an option of that name',
      400,
      openai("Invalid value for 'web_search_options.search_context_size': expected one of low, high"),
    ],
    ['the window mentioned in passing', 400, openai('context window management needs the beta header')],
    [
      'a limit on the answer',
      400,
      openai(
        '`max_completion_tokens` must be less than or equal to `40960`, the maximum value for `max_completion_tokens` is less than the `context_window` for this model',
      ),
    ],
    [
      'another limit on the answer',
      400,
      openai('max_tokens is too large: 64000. This model supports at most 16384 completion tokens'),
    ],
    [
      'an id that is too long',
      400,
      openai(
        "Invalid 'messages[3].tool_calls[0].id': string too long. Expected a string with maximum length 40",
        { code: 'string_above_max_length' },
      ),
    ],
    ['an option in prose', 400, openai('parameter search context size exceeds allowed values')],
    ['billing mentioned in passing', 400, openai('The tool "billing_report" has no description')],
    ['billing in a message', 400, openai('Invalid billing address in metadata')],
    [
      'moderation',
      403,
      openai('google/x requires moderation. Your input was flagged for "violence".', { code: 403 }),
    ],
    ['a model of a feature', 400, openai('tool_choice is not supported by this model')],
    [
      'a function about money',
      400,
      openai("Invalid schema for function 'credit_balance': credits: description length exceeded"),
    ],
    ...NOTHING_CHARGED.map((words): Row => {
      const message = `google/x requires moderation on Y. Your input was flagged for "violence". ${words}`;
      return [`moderation, and ${words}`, 403, openai(message, { code: 403 })];
    }),
    ...NOTHING_CHARGED.map((words): Row => [`a refusal, and ${words}`, 400, openai(`Bad image. ${words}`)]),
  ],
  insufficient_quota: [
    ['a limit of the key', 403, { error: 'Key limit exceeded (daily limit).' }],
    ['its code', 429, openai('You exceeded your current quota', { code: 'insufficient_quota' })],
    ['a balance', 400, openai('Insufficient Balance')],
    ['a credit balance', 400, openai('Your credit balance is too low to access the API.')],
    ['the hard limit', 400, openai('Billing hard limit has been reached')],
    ['a quota of a team', 403, openai('quota for team exceeded, add credits')],
    ['402', 402, ''],
    ['an overdue balance', 403, openai('The request failed because your account has an overdue balance.')],
    ['credits of a month', 400, openai('You have exceeded your monthly included credits for providers.')],
    ['Novita', 403, { code: 403, reason: 'NOT_ENOUGH_BALANCE', message: 'not enough balance' }],
    ...CHARGED_AND_OUT.map((message): Row => [`beside ${message}`, 403, openai(message)]),
  ],
  rate_limit_exceeded: [
    ['429 without a word', 429, ''],
    ['a quota that comes back', 429, openai('You exceeded your current quota. Please retry in 3.4s.')],
    [
      'tokens a minute',
      400,
      openai('Rate limit reached on tokens per minute (TPM): Limit 8000, Used 7000, Requested 2000'),
    ],
  ],
  upstream_unauthorized: [
    ['401', 401, ''],
    ['a bare 403', 403, openai('Forbidden')],
    ['a 403 about the key', 403, openai('This key may not be used here')],
    [
      '400 with a bad key',
      400,
      [
        {
          error: {
            code: 400,
            message: 'API key not valid. Please pass a valid API key.',
            status: 'INVALID_ARGUMENT',
            details: [{ reason: 'API_KEY_INVALID' }],
          },
        },
      ],
    ],
    ['an expired one', 400, openai('API key expired. Please renew the API key.')],
    ['500 with a bad key', 500, openai('Incorrect API key provided: sk-ab***cd')],
  ],
  forbidden: [
    [
      'a service that is off',
      403,
      [
        {
          error: {
            code: 403,
            message: 'Generative Language API has not been used in project 1 before or it is disabled.',
            status: 'PERMISSION_DENIED',
            details: [{ reason: 'SERVICE_DISABLED' }],
          },
        },
      ],
    ],
    ['a location', 400, openai('User location is not supported for the API use.')],
    ['a network', 403, openai('Access denied. Please check your network settings.')],
    [
      'a region',
      403,
      openai('Country, region, or territory not supported', { code: 'unsupported_country_region_territory' }),
    ],
    [
      'a page of a firewall',
      403,
      '<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body>x</body></html>',
    ],
    ['a data policy', 404, openai('No endpoints found matching your data policy (Free model publication).')],
    ['an account', 403, openai('Your plan does not include this')],
  ],
  model_not_found: [
    ['404 that names it', 404, openai('model-1 is gone')],
    ["404 in an API's own words", 404, openai('nope')],
    ['Ollama', 404, openai("model 'x' not found", { type: 'not_found_error' })],
    ['the router of llama.cpp', 400, openai("model 'x' not found")],
    [
      'LiteLLM',
      400,
      openai('Invalid model name passed in model=x. Call `/v1/models` to view available models'),
    ],
    ['transformers', 400, { detail: 'Server is pinned to a, but b was requested' }],
    ['DeepSeek', 400, openai('Model Not Exist')],
    ['OpenRouter', 400, openai('x/y is not a valid model ID')],
    ['no route with tools', 404, openai('No endpoints found that support tool use.')],
    ['no route at all', 404, openai('No endpoints found for x/y.')],
  ],
  not_found: [
    ['a page in a JSON text', 404, '"404 page not found"'],
    ['plain text', 404, '404 page not found'],
    ['Express', 404, '<!DOCTYPE html><html><body><pre>Cannot POST /chat/completions</pre></body></html>'],
    ['another method', 405, { detail: 'Method Not Allowed' }],
    ['FastAPI', 404, { detail: 'Not Found' }],
    ['llama.cpp', 404, openai('File Not Found', { type: 'not_found_error', code: 404 })],
    ['nothing', 404, ''],
  ],
  server_is_overloaded: [
    ['503', 503, ''],
    ['words', 500, openai('The server is busy, please try again later')],
  ],
  upstream_error: [['500', 500, openai('Internal error')]],
};

describe('the class of an error', () => {
  for (const [code, rows] of Object.entries(CLASSES)) {
    for (const [what, status, body] of rows) {
      it(`${code}: ${what}`, () => assert.equal(errorOf(status, body).code, code));
    }
  }
});

const PAGE =
  '<html><head><title>502 Bad Gateway</title><style>h1{}</style></head><body><h1>x</h1></body></html>';
const LONG_PAGE = PAGE.replace('x', 'Read on. '.repeat(100));

describe('the sentence of an error', () => {
  const SENTENCES: [what: string, status: number, body: unknown, words: RegExp][] = [
    [
      'keeps what stands in angle brackets',
      400,
      openai("not a valid schema, details: <At path 'properties.x': when using anyOf>"),
      /details: <At path 'properties\.x': when using anyOf>\.$/,
    ],
    ['keeps placeholders', 400, openai('no <model> given'), /no <model> given\.$/],
    ['keeps them in plain text', 400, 'use <model> here', /use <model> here\.$/],
    ['tells a short page', 502, PAGE, /: 502 Bad Gateway: x\.$/],
    ['tells the title of a long one', 502, LONG_PAGE, /: 502 Bad Gateway\.$/],
    ['tells a piece of a page', 418, 'I <b>am</b> a teapot', /: I am a teapot\.$/],
    ['reads a text', 500, { error: 'llama runner has died' }, /: llama runner has died\.$/],
    ['reads a list', 500, { error: [{ message: 'one' }, { message: 'two' }] }, /one/],
    ['reads a list of texts', 400, { errors: ['one', 'two'] }, /: one; two\.$/],
    ['reads JSON in a message', 500, openai('{"error":{"message":"inner words"}}'), /\): inner words\.$/],
    [
      'reads JSON after words',
      400,
      openai('litellm.BadRequestError: OpenAIException - {"error":{"message":"inner words"}}'),
      /OpenAIException: inner words\.$/,
    ],
    [
      "reads Python's own print",
      400,
      openai("Error code: 400 - {'error': {'message': \"can't do that\", 'code': 1}}"),
      /400: can't do that\.$/,
    ],
    [
      'reads what the gateway was told',
      400,
      openai('Provider returned error', { metadata: { raw: '{"error":{"message":"bad tool"}}' } }),
      /Provider returned error bad tool\.$/,
    ],
    [
      "tells a chat template's own words",
      400,
      openai(
        'Unable to generate parser for this template. Automatic parser generation failed: \n------------\nWhile executing CallExpression at line 1\nError: Jinja Exception: Only one call at once!',
      ),
      /refuses this conversation: Only one call at once!$/,
    ],
    [
      'tells validation errors with their place',
      422,
      { detail: [{ loc: ['body', 'n'], msg: 'too big' }] },
      /: body\.n: too big\.$/,
    ],
    [
      'points to the base URL',
      404,
      '404 page not found',
      /no \/chat\/completions at this address .*base URL \(often it ends in \/v1\)\.$/,
    ],
    [
      'reads what stands in place of a parameter',
      400,
      'data:{"error":{"code":"400","message":"Param Incorrect","param":"The thought is missing.","type":""}}',
      /\): Param Incorrect: The thought is missing\.$/,
    ],
    [
      'leaves a name of a parameter where it is',
      400,
      openai('is wrong', { param: 'messages.0' }),
      /: is wrong\.$/,
    ],
    ['tells of moderation', 403, openai('Your input was flagged.'), /refused the request.*moderation/],
    [
      'tells of privacy settings',
      404,
      openai('No endpoints found matching your data policy.'),
      /data policy\. Change the account's privacy settings/,
    ],
    [
      'tells of tools',
      404,
      openai('No endpoints found that support tool use.'),
      /Choose a model that can call tools\.$/,
    ],
    [
      'does not blame the key for a service',
      403,
      openai('The API is disabled', { code: 'SERVICE_DISABLED' }),
      /Enable the API.*not at fault\.$/,
    ],
  ];
  for (const [what, status, body, words] of SENTENCES) {
    it(what, () => assert.match(errorOf(status, body).message, words));
  }

  it('stays short, whatever the body', () => {
    for (const body of ['x'.repeat(100_000), '{'.repeat(50_000), '<a'.repeat(50_000), '[]}{'.repeat(9_000)]) {
      assert.ok(errorOf(400, body).message.length < 800);
    }
  });
});

describe('the wait that a body asks for', () => {
  const retry = (retryDelay: unknown) => [
    { error: { code: 429, message: 'Quota', details: [{ '@type': 'x.RetryInfo', retryDelay }] } },
  ];
  const WAITS: [body: unknown, seconds: number | undefined][] = [
    [retry('3.4s'), 4],
    [retry('34.074824224s'), 35],
    [retry({ seconds: 7 }), 7],
    [openai('Please try again in 2m3.5s. Need more?'), 124],
    [openai('Rate limit reached. Please try again in 850ms.'), 1],
    [openai('Please retry in 34.07s.'), 35],
    [openai('Please retry after 20 seconds.'), 20],
    [openai('Try again in 1h2m.'), 3720],
    [openai('Rate limited, please wait 12 sec'), 12],
    [openai('Limit resets in 5 minutes.'), 300],
    [openai('slow down', { retry_after: 9 }), 9],
    [openai('slow down', { metadata: { retry_after_seconds: 6 } }), 6],
    [{ message: 'slow down', retry_after_ms: 1500 }, 2],
    [{ detail: 'slow down', retryAfter: '8' }, 8],
    [openai('slow down, retry 3 times'), undefined],
    [openai('slow down'), undefined],
  ];
  for (const [body, seconds] of WAITS) {
    it(JSON.stringify(body), () => {
      const error = errorOf(429, body);
      assert.deepEqual([error.code, error.retryAfterSeconds], ['rate_limit_exceeded', seconds]);
      if (seconds !== undefined) assert.match(error.message, /try again in \d+(\.\d+)?\s?(s|ms)\b/i);
    });
  }

  /** The same, on 28 November 2026 at noon UTC. */
  const NOW = Date.UTC(2026, 10, 28, 12);
  const waitAt = (body: unknown, provider = 'openai-compatible') =>
    upstreamError({ status: 429, body: JSON.stringify(body), now: NOW }, profileOf(provider), 'm');
  const MINUTE = 60;
  const HOUR = 60 * MINUTE;
  const DATES: [body: unknown, seconds: number | undefined, provider?: string][] = [
    [
      openai(
        'You have exceeded the monthly usage quota. It will reset at 2026-11-28 23:59:59 +0800 CST. We recommend upgrading your plan.',
        { code: 'AccountQuotaExceeded' },
      ),
      4 * HOUR - 1,
      'volcengine-coding',
    ],
    [
      openai('已达到 5 小时的使用上限。您的限额将在 2026-11-28 21:30:00 重置。', { code: '1308' }),
      90 * MINUTE,
      'zhipu-coding',
    ],
    [openai('您的限额将在 2026年11月28日 21:30 重置'), 90 * MINUTE],
    [
      openai('Usage limit reached for 5 hour. Your limit will reset at 2026-11-28 21:30:00', {
        code: '1308',
      }),
      90 * MINUTE,
      'zai-coding',
    ],
    [openai('Your limit will reset at 2026-11-28 13:30:00'), 90 * MINUTE],
    [openai('Resets at 2026-11-28T12:00:30Z'), 30],
    [openai('Resets at 2026-11-28T12:00:30.500Z.'), 30],
    [openai('Please retry after 2026-11-28T07:01:00-05:00'), 60],
    [openai('Quota refreshes on 2026-11-29'), 12 * HOUR],
    [openai('Try again at Nov 28, 2026 at 1:15 PM UTC'), 75 * MINUTE],
    [openai('Available again on 28 November 2026 12:05:00 GMT'), 5 * MINUTE],
    [openai('Usage limit reached. Access resets at 9:57 AM GMT-3.'), 57 * MINUTE],
    [openai('Your limit resets 11:00 UTC'), 23 * HOUR],
    [openai('Rate limit exceeded, reset: 1795867260'), 60],
    [openai('limited, window resets at 1795867260000'), 60],
    [openai('limited', { reset_at: NOW / 1000 + 90 }), 90],
    [openai('limited', { resetsAt: NOW + 90_000 }), 90],
    [openai('limited', { reset_time: '2026-11-28T12:01:30Z' }), 90],
    [openai('limited', { resets_in_seconds: 17 }), 17],
    [openai('limited', { retry_after: NOW / 1000 + 40 }), 40],
    [openai('limited', { metadata: { headers: { 'X-RateLimit-Reset': String(NOW + 7000) } } }), 7],
    [
      {
        error: {
          message: 'limited',
          details: [{ reason: 'QUOTA', metadata: { quotaResetTimeStamp: '2026-11-28T12:10:00Z' } }],
        },
      },
      600,
    ],
    [{ error: { message: 'limited', details: [{ metadata: { quotaResetDelay: '1h2m3.4s' } }] } }, 3724],
    [openai('请求过于频繁，请在 30 秒后重试'), 30],
    [openai('请 5分钟后再试'), 300],
    // Nothing to wait for: over, or about something else.
    [openai('Your limit was reset at 2026-11-27 10:00:00 UTC'), undefined],
    [openai('The model of 2026-12-01 is limited'), undefined],
    [openai('limited', { reset_at: NOW / 1000 - 90 }), undefined],
    [openai('limited, request 1795867260 failed'), undefined],
    [openai('See the release of December 1, 2026'), undefined],
    [openai('Resets at 99:99'), undefined],
  ];
  for (const [body, seconds, provider] of DATES) {
    it(`as a moment: ${JSON.stringify(body)}`, () => {
      assert.equal(waitAt(body, provider).retryAfterSeconds, seconds);
    });
  }

  it('classifies a quota by its reset: in hours a quota, in a minute a rate limit', () => {
    const sentence = 'You have exceeded the monthly usage quota. It will reset at';
    assert.equal(waitAt(openai(`${sentence} 2026-11-30 00:00:00 UTC`)).code, 'insufficient_quota');
    assert.equal(waitAt(openai(`${sentence} 2026-11-28 12:00:40 UTC`)).code, 'rate_limit_exceeded');
  });

  it('is put into words for Codex if it is long, because Codex would sleep silently', () => {
    for (const message of ['limited, try again in 3 days', 'limited, resets at 2026-11-29 12:00 UTC']) {
      const error = waitAt(openai(message));
      assert.equal(forCodex(error).code, 'invalid_prompt');
      assert.equal(needsStream(error), false);
      assert.match(forCodex(error).message, new RegExp(message));
    }
    assert.equal(forCodex(waitAt(openai('limited, try again in 20s'))).code, 'rate_limit_exceeded');
  });

  it('yields to what the headers say', () => {
    const failure = { status: 429, body: JSON.stringify(retry('60s')), retryAfterSeconds: 2 };
    assert.equal(upstreamError(failure, profileOf('openai'), 'm').retryAfterSeconds, 2);
  });
});

describe('an error inside a stream', () => {
  const profile = profileOf('openai-compatible');

  for (const [chunk, code] of [
    [{ error: 'rate limit reached, try again in 3s' }, 'rate_limit_exceeded'],
    [{ error: { message: 'boom', code: '500' } }, 'upstream_error'],
    [{ error: 'quota for team exceeded, add credits' }, 'insufficient_quota'],
    [{ error: { message: 'The prompt is too long: 9 tokens > 8' } }, 'context_length_exceeded'],
    [{ error: { message: 'no', type: 'invalid_request_error' } }, 'invalid_prompt'],
    [
      { error: { message: '{"error":{"message":"x","code":"context_length_exceeded"}}' } },
      'context_length_exceeded',
    ],
    [{ object: 'error', message: 'x' }, 'upstream_error'],
  ] as const) {
    it(`is ${code}: ${JSON.stringify(chunk)}`, () => {
      assert.equal(errorInChunk(chunk, profile, 'm')?.code, code);
    });
  }

  it('is not found in a chunk of the answer', () => {
    assert.equal(errorInChunk({ choices: [{ delta: { content: 'error: x' } }] }, profile, 'm'), undefined);
  });
});
