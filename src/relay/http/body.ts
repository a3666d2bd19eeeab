/** Reads a JSON request body within a limit. Codex compresses requests to a provider that it believes to be OpenAI. */
import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { RelayError } from '../../errors.ts';
import { DECODERS, encodingsIn } from '../upstream/decoded.ts';

/**
 * @param maxBytes of the body, both as sent and decoded
 * @throws RelayError `request_too_large`, or `invalid_request` for what cannot be decoded or is not JSON
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? '';
  const body = decodedBody(request, encoding);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  // Decoded part by part, while the client is still sending.
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    // Destroying the request would destroy its connection, and with it the answer.
    for await (const part of body.iterator({ destroyOnReturn: body !== request }) as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      text += decoder.decode(part, { stream: true });
    }
  } catch (cause) {
    if (cause instanceof RelayError) throw cause;
    if (!request.complete) {
      throw new RelayError('cancelled', 'The client left while it sent its request.', { cause });
    }
    if (body === request) throw cause;
    throw new RelayError('invalid_request', `The request body is not what its encoding says: ${encoding}.`);
  }
  return parse(text + decoder.decode());
}

/** @param encoding the header, which names encodings in the order in which they were applied */
function decodedBody(request: IncomingMessage, encoding: string): Readable {
  const decoders = encodingsIn(encoding).map((name) => {
    const create = DECODERS.get(name);
    if (create !== undefined) return create;
    throw new RelayError(
      'invalid_request',
      `The relay reads no "${name}" bodies. Send plain JSON, or one of ${[...DECODERS.keys()].join(', ')}.`,
      { status: 415 },
    );
  });
  return decoders.reduceRight<Readable>((body, create) => decodeFrom(body, create()), request);
}

/** Unlike `pipeline`, it leaves the request alone when the decoder fails: the client still gets its answer. */
function decodeFrom(source: Readable, decoder: Duplex): Readable {
  const endWith = (error?: Error) => {
    if (!source.readableEnded) decoder.destroy(error ?? new Error('The source closed before its end.'));
  };
  source.once('error', endWith);
  source.once('close', () => endWith());
  return source.pipe(decoder);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the body, which may hold a prompt, so only the position is told.
    const at = cause instanceof Error ? /position \d+/.exec(cause.message)?.[0] : undefined;
    throw new RelayError('invalid_request', `The request body is not valid JSON${at ? ` (at ${at})` : ''}.`);
  }
}

function tooLarge(maxBytes: number): RelayError {
  const limit = Math.floor(maxBytes / (1024 * 1024));
  return new RelayError(
    'request_too_large',
    `The request body is larger than the relay accepts (${limit} MiB).`,
  );
}
