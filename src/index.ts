/**
 * Codex Relay as a library.
 *
 *     import { start } from 'codex-relay';
 *     const relay = await start({ upstream: 'https://api.deepseek.com', apiKey: process.env.DEEPSEEK_API_KEY });
 *     // clients: base_url = `${relay.url}/v1`
 *     await relay.stop();
 */
export type { HistoryStore } from './history/store.ts';
export type { Logger } from './relay/logger.ts';
export type { RelayHandle, RelayOptions, RequestReport, UpstreamOptions } from './relay/options.ts';
