/**
 * How requests get from the relay's thread to each provider. VS Code patches its proxy and certificates into Node's
 * modules in the host only, not in a thread, so its settings are followed here. Whatever the settings do not tell, such
 * as the operating system's proxy or a PAC file, only VS Code can use: it then sends the requests.
 */
import tls from 'node:tls';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { isLoopbackHost } from '../../loopback.ts';
import type { UpstreamTransport } from '../../relay/transport.ts';
import { KeptConnections } from '../../relay/upstream/kept-connections.ts';
import { type Network, openNetwork } from '../../relay/upstream/network.ts';
import { createNodeHttpTransport } from '../../relay/upstream/node-http-transport.ts';
import { createHostTransport, type Host } from './host-transport.ts';
import type { NetworkSettings } from './messages.ts';

type RoadHost = Pick<Host, 'goesDirect' | 'call' | 'endCall'>;

const UNTOLD: NetworkSettings = {
  usesProxy: false,
  httpProxy: undefined,
  httpsProxy: undefined,
  noProxy: undefined,
  usesSystemCertificates: false,
  onlyByHost: undefined,
};

export class Roads {
  readonly #host: RoadHost;
  readonly #logger: Logger;
  readonly #byHost: UpstreamTransport;
  readonly #connections = new KeptConnections();
  readonly #direct = createNodeHttpTransport(() => this.#connections.use());
  #settings = UNTOLD;
  #proxied: Promise<Network> | undefined;
  /** Networks of earlier settings: answers that began there end there. */
  readonly #replaced: Promise<Network>[] = [];
  /** The transport for each origin, decided at its first request. */
  readonly #roads = new Map<string, Promise<UpstreamTransport>>();
  #trustsSystem = false;

  constructor(host: RoadHost, logger: Logger) {
    this.#host = host;
    this.#logger = logger;
    this.#byHost = createHostTransport(host);
  }

  readonly transport: UpstreamTransport = async (request) => {
    const send = await this.#roadTo(new URL(request.url));
    return send(request);
  };

  /** Requests that begin after this call follow these settings. */
  set(settings: NetworkSettings): void {
    this.#settings = settings;
    this.#roads.clear();
    if (this.#proxied !== undefined) this.#replaced.push(this.#proxied);
    this.#proxied = undefined;
    if (settings.usesSystemCertificates) this.#trustSystem();
  }

  /** Closes the connections that are kept for reuse. */
  async close(): Promise<void> {
    this.#connections.close();
    const opened = [...this.#replaced, ...(this.#proxied ? [this.#proxied] : [])];
    // A network that could not be opened (its proxy has no usable address) has already failed the requests for it.
    const networks = await Promise.all(opened.map((network) => network.catch(() => undefined)));
    await Promise.all(networks.map((network) => network?.close()));
  }

  #roadTo({ origin, protocol, hostname }: URL): Promise<UpstreamTransport> | UpstreamTransport {
    if (!protocol.startsWith('http')) return this.#byHost;
    if (isLoopbackHost(hostname)) return this.#direct;
    const known = this.#roads.get(origin) ?? this.#findRoad(origin);
    this.#roads.set(origin, known);
    return known;
  }

  async #findRoad(origin: string): Promise<UpstreamTransport> {
    const { usesProxy, httpProxy, httpsProxy, noProxy, onlyByHost } = this.#settings;
    if (onlyByHost !== undefined) return this.#throughHost(origin, onlyByHost);
    if (!usesProxy) return this.#direct;
    if (httpProxy || httpsProxy) {
      const proxy = {
        ...(httpProxy && { httpProxy }),
        ...(httpsProxy && { httpsProxy }),
        ...(noProxy && { noProxy }),
      };
      this.#proxied ??= openNetwork({ proxy });
      return (await this.#proxied).transport;
    }
    if (await this.#host.goesDirect(origin)) return this.#direct;
    return this.#throughHost(origin, 'a proxy of the operating system or a PAC file');
  }

  #throughHost(origin: string, why: string): UpstreamTransport {
    this.#logger.info(
      `${new URL(origin).host}: requests go through VS Code's own network (${why}); they wait while an extension blocks it`,
    );
    return this.#byHost;
  }

  /** For this thread only. */
  #trustSystem(): void {
    if (this.#trustsSystem) return;
    this.#trustsSystem = true;
    try {
      tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...tls.getCACertificates('system')]);
    } catch (error) {
      this.#logger.warn(`The system's certificates cannot be read: ${messageOf(error)}`);
    }
  }
}
