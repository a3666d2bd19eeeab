/** Records as they lie in the store: compressed JSON. */
import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';

/** What is larger is worth a thread of its own; below, the way there takes longer than the work. */
const LARGE = 64 * 1024;
/** Records repeat the same field names: the fastest level saves nearly as much as the others. */
const OPTIONS = { level: 1 };

const [deflate, inflate] = [promisify(deflateRaw), promisify(inflateRaw)];

export async function pack(text: string): Promise<Buffer> {
  const bytes = Buffer.from(text);
  return bytes.length > LARGE ? deflate(bytes, OPTIONS) : deflateRawSync(bytes, OPTIONS);
}

/** Undefined where the bytes are damaged. */
export async function unpack(bytes: Buffer): Promise<string | undefined> {
  try {
    return (bytes.length > LARGE / 4 ? await inflate(bytes) : inflateRawSync(bytes)).toString();
  } catch {
    return undefined;
  }
}
