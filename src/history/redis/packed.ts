/** Records as they lie in the store: four bytes that tell the length of the text, and the text, compressed. */
import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';

const HEAD_BYTES = 4;
/** What is larger is worth a thread of its own; below, the way there takes longer than the work. */
const LARGE = 64 * 1024;
/** What is smaller is not worth the work. */
const SMALL = 200;
/** Records repeat the same field names: the fastest level saves nearly as much as the others. */
const OPTIONS = { level: 1 };

const [deflate, inflate] = [promisify(deflateRaw), promisify(inflateRaw)];

export async function pack(text: string): Promise<Buffer> {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(HEAD_BYTES);
  // 0: as it is.
  if (bytes.length < SMALL) return Buffer.concat([head, bytes]);
  head.writeUInt32LE(bytes.length);
  const packed = bytes.length > LARGE ? await deflate(bytes, OPTIONS) : deflateRawSync(bytes, OPTIONS);
  return Buffer.concat([head, packed]);
}

/** Undefined where the bytes are damaged. What is small is there at once: a promise for each of a thousand takes time. */
export function unpack(bytes: Buffer): string | undefined | Promise<string | undefined> {
  if (bytes.length < HEAD_BYTES) return undefined;
  const length = bytes.readUInt32LE();
  const packed = bytes.subarray(HEAD_BYTES);
  if (length === 0) return packed.toString();
  // In one piece of the right size it takes half the time.
  const options = { chunkSize: Math.max(SMALL, Math.min(length, LARGE)), maxOutputLength: length };
  if (length > LARGE) {
    return inflate(packed, options).then(
      (text) => text.toString(),
      () => undefined,
    );
  }
  try {
    return inflateRawSync(packed, options).toString();
  } catch {
    return undefined;
  }
}
