/** The channel between the extension and the relay's thread, over which each calls the other's functions. */
import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import { type BirpcReturn, createBirpc, type EventOptions } from 'birpc';
import { messageOf } from '../../errors.ts';
import { asObject, isObject } from '../../json.ts';
import { codeOf } from '../../node-errors.ts';

/** Calls take as long as they need: a provider may think for minutes, and if one end dies, the channel closes. */
const NO_TIMEOUT = -1;

type Port = Pick<MessagePort | Worker, 'postMessage' | 'on'>;

export function openChannel<Theirs extends object, Ours extends object>(
  port: Port,
  ours: Ours,
  options: Pick<EventOptions<Theirs, Ours>, 'eventNames' | 'onFunctionError'> = {},
): BirpcReturn<Theirs, Ours> {
  return createBirpc<Theirs, Ours>(ours, {
    ...options,
    timeout: NO_TIMEOUT,
    bind: 'functions',
    post: (message: unknown) => port.postMessage(message, handedOver(message)),
    on: (receive) => void port.on('message', receive),
    serialize: (message: unknown) => withError(message, plainError),
    deserialize: (message: unknown) => withError(message, realError),
  });
}

/** Streams cannot be copied, so they are transferred to the other side. */
function handedOver(message: unknown): Transferable[] {
  const body = asObject(asObject(message)?.['r'])?.['body'];
  return body instanceof ReadableStream ? [body] : [];
}

function withError(message: unknown, change: (error: unknown) => unknown): unknown {
  return isObject(message) && message['e'] !== undefined ? { ...message, e: change(message['e']) } : message;
}

interface PlainError {
  message: string;
  code: unknown;
  cause: PlainError | undefined;
}

/** Copied errors lose everything but their message, so codes are passed separately. */
function plainError(error: unknown): PlainError {
  const cause = error instanceof Error && error.cause !== undefined ? plainError(error.cause) : undefined;
  return { message: messageOf(error), code: codeOf(error), cause };
}

function realError(value: unknown): Error {
  const { message, code, cause } = asObject(value) ?? {};
  const error = new Error(String(message), cause === undefined ? {} : { cause: realError(cause) });
  return code === undefined ? error : Object.assign(error, { code });
}
