/** Whether a write has reached a replica, because after a failover only the replica's data counts. */
import { Cluster, type Redis } from 'ioredis';

const TIMEOUT_MS = 1_000;
const KNOWN_MS = 500;
/** A master that had a replica this recently and has none now may be about to be replaced by it. */
const GRACE_MS = 10_000;

interface Known {
  isKnownUntil: number;
  areThere: boolean;
  seenAt: number;
}

/** The replicas of one server, or of each node of a cluster. */
export class Replicas {
  readonly #writer: Redis | Cluster;
  readonly #areAssumed: boolean;
  /** By key in a cluster, where each key may be on another node. */
  readonly #known = new Map<string, Known>();

  /**
   * @param writer the connection that writes, and on which nothing else may queue up behind this
   * @param areAssumed whether to assume that there was a replica until time has shown that there is none
   */
  constructor(writer: Redis | Cluster, areAssumed: boolean) {
    this.#writer = writer;
    this.#areAssumed = areAssumed;
  }

  /** Resolves once a replica has all that was written to the key, if it has one. Rejects if the replica does not take it. */
  async haveTaken(key: string): Promise<void> {
    const known = this.#knownOf(key);
    if (await this.#areThere(known, key)) {
      known.seenAt = performance.now();
      if (Number(await this.#ask(key, 'WAIT', 1, TIMEOUT_MS)) > 0) return;
    } else if (performance.now() - known.seenAt > GRACE_MS) return;
    known.isKnownUntil = 0;
    throw new Error('no replica has taken the write');
  }

  /** The connection broke: whoever answers next may be another server. */
  forget(): void {
    for (const known of this.#known.values()) known.isKnownUntil = 0;
  }

  #knownOf(key: string): Known {
    const place = this.#writer instanceof Cluster ? key : '';
    const seenAt = this.#areAssumed ? performance.now() : Number.NEGATIVE_INFINITY;
    const known = this.#known.get(place) ?? { isKnownUntil: 0, areThere: false, seenAt };
    this.#known.set(place, known);
    return known;
  }

  async #areThere(known: Known, key: string): Promise<boolean> {
    const now = performance.now();
    if (now < known.isKnownUntil) return known.areThere;
    const text = String(await this.#ask(key, 'INFO', 'replication'));
    known.areThere = /^slave\d+:.*state=online/m.test(text);
    known.isKnownUntil = now + KNOWN_MS;
    return known.areThere;
  }

  /** In a cluster, a command without keys goes to any node, unless one with the key goes before it in one pipeline. */
  async #ask(key: string, command: string, ...args: (string | number)[]): Promise<unknown> {
    if (!(this.#writer instanceof Cluster)) return this.#writer.call(command, args);
    const answers = await this.#writer
      .pipeline()
      .exists(key)
      .call(command, ...args)
      .exec();
    const failed = answers?.find(([error]) => error !== null)?.[0];
    if (failed) throw failed;
    return answers?.[1]?.[1];
  }
}
