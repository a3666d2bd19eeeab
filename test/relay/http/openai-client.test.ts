/** The official client against the relay: any Responses client is at home, not only Codex. */
import assert from 'node:assert/strict';
import OpenAI, { APIError } from 'openai';
import { type Rig, startRig } from '../../support/relay-client.ts';
import {
  errorReply,
  reasoningChunks,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../../support/scripted-upstream.ts';

describe('the official openai client', () => {
  let rig: Rig;
  let client: OpenAI;
  const connect = async (...args: Parameters<typeof startRig>) => {
    rig = await startRig(...args);
    client = new OpenAI({ baseURL: `${rig.relay.url}/v1`, apiKey: 'client-key', maxRetries: 0 });
  };
  afterEach(() => rig.stop());

  it('creates a response', async () => {
    await connect([streamReply(textChunks('Hello', ' there'), usageChunk(3, 4))]);
    const response = await client.responses.create({ model: 'm', input: 'hi' });
    assert.deepEqual(
      [response.status, response.output_text, response.usage?.total_tokens],
      ['completed', 'Hello there', 7],
    );
  });

  it('streams text, thinking and a tool call', async () => {
    await connect([
      streamReply(
        reasoningChunks(['let me ', 'see']),
        toolCallChunks({ id: 'c1', name: 'weather', arguments: { city: 'Ulm' } }),
        usageChunk(3, 4),
      ),
    ]);
    const stream = client.responses.stream({
      model: 'm',
      input: 'hi',
      reasoning: { summary: 'auto' },
      tools: [{ type: 'function', name: 'weather', parameters: { type: 'object' }, strict: false }],
    });
    const seen = new Map<string, string>();
    for await (const event of stream) {
      if ('delta' in event) seen.set(event.type, (seen.get(event.type) ?? '') + event.delta);
    }
    assert.equal(seen.get('response.reasoning_summary_text.delta'), 'let me see');
    assert.equal(seen.get('response.function_call_arguments.delta'), '{"city":"Ulm"}');
    const final = await stream.finalResponse();
    assert.deepEqual(
      final.output.map((item) => item.type),
      ['reasoning', 'function_call'],
    );
  });

  it('continues by previous_response_id with the output of a tool alone', async () => {
    await connect([
      streamReply(toolCallChunks({ id: 'c1', name: 'weather', arguments: {} })),
      streamReply(textChunks('sunny')),
    ]);
    const first = await client.responses.create({
      model: 'm',
      input: 'hi',
      tools: [{ type: 'function', name: 'weather', parameters: {}, strict: false }],
      tool_choice: { type: 'function', name: 'weather' },
    });
    const second = await client.responses.create({
      model: 'm',
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: 'c1', output: 'sun' }],
    });
    assert.equal(second.output_text, 'sunny');
  });

  it('reads images, files and several turns', async () => {
    await connect(() => streamReply(textChunks('seen')));
    const response = await client.responses.create({
      model: 'm',
      input: [
        { role: 'user', content: 'before' },
        { role: 'assistant', content: 'yes' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'look' },
            { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
          ],
        },
      ],
    });
    assert.equal(response.output_text, 'seen');
  });

  it('gets structured output with its schema echoed', async () => {
    await connect([streamReply(textChunks('{"a":1}'))]);
    const schema = { type: 'object', properties: { a: { type: 'number' } } };
    const response = await client.responses.create({
      model: 'm',
      input: 'hi',
      text: { format: { type: 'json_schema', name: 'answer', schema } },
    });
    assert.deepEqual(response.text?.format, {
      type: 'json_schema',
      name: 'answer',
      description: null,
      schema,
      strict: false,
    });
  });

  it('lists models', async () => {
    await connect([]);
    assert.deepEqual(
      (await Array.fromAsync(client.models.list())).map((model) => model.id),
      ['scripted-model'],
    );
  });

  it('gets errors as its own classes, with status, code and message', async () => {
    await connect(() => errorReply(404, 'nope'));
    await assert.rejects(client.responses.create({ model: 'gone', input: 'hi' }), (error: unknown) => {
      assert.ok(error instanceof APIError);
      assert.deepEqual([error.status, error.code], [404, 'model_not_found']);
      assert.match(error.message, /has no model "gone"/);
      return true;
    });
  });
});
