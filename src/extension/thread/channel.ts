/** The channel between the extension and the relay's thread: functions of the one, callable by the other. */
import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import { type BirpcReturn, createBirpc, type EventOptions } from 'birpc';
import { messageOf } from '../../errors.ts';
import { asObject, isObject } from '../../json.ts';
import { codeOf } from '../../node-errors.ts';

/** A call that takes as long as it needs: a provider may think for minutes, and an end that died closes the channel. */
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

/** A stream cannot be copied: it goes over to the other side. */
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

/** Copies of errors lose all but their words; what failed is told by codes. */
function plainError(error: unknown): PlainError {
  const cause = error instanceof Error && error.cause !== undefined ? plainError(error.cause) : undefined;
  return { message: messageOf(error), code: codeOf(error), cause };
}

function realError(value: unknown): Error {
  const { message, code, cause } = asObject(value) ?? {};
  const error = new Error(String(message), cause === undefined ? {} : { cause: realError(cause) });
  return code === undefined ? error : Object.assign(error, { code });
}
