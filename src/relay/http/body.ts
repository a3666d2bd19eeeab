/** Reads a JSON request body within a limit. */
import type { IncomingMessage } from 'node:http';
import { RelayError } from '../../errors.ts';

/** @throws RelayError `request_too_large`, or `invalid_request` for compressed or broken JSON */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new RelayError('invalid_request', `The relay reads no "${encoding}" bodies. Send plain JSON.`, {
      status: 415,
    });
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  // Decoded part by part, while the client still sends.
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      text += decoder.decode(part, { stream: true });
    }
  } catch (cause) {
    if (request.complete || cause instanceof RelayError) throw cause;
    throw new RelayError('cancelled', 'The client left while it sent its request.', { cause });
  }
  return parse(text + decoder.decode());
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the body, which may hold a prompt: the position alone is told.
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
