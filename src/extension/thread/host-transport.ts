/**
 * Requests that the extension sends for the relay: to hosts that only VS Code can reach, or in the way VS Code does.
 */
import type { BirpcReturn } from 'birpc';
import type { UpstreamTransport } from '../../relay/transport.ts';
import type { HostSide, ThreadSide } from './messages.ts';

/** The extension's functions, callable from the thread. */
export type Host = BirpcReturn<HostSide, ThreadSide>;

let calls = 0;

export function createHostTransport(host: Pick<Host, 'call' | 'endCall'>): UpstreamTransport {
  return async ({ signal, ...request }) => {
    signal.throwIfAborted();
    const id = ++calls;
    signal.addEventListener('abort', () => void host.endCall(id), { once: true });
    const { status, headers, body } = await host.call(id, request);
    return { status, headers, body };
  };
}
