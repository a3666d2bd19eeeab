/** Writes a model in llama.cpp's file format (GGUF, version 3): only the types that a tiny model needs. */
import { type FileHandle, open } from 'node:fs/promises';

/** A value of the header; numbers are unsigned, fractions are `{ float }`. */
export type GgufValue =
  | string
  | number
  | boolean
  | { float: number }
  | readonly string[]
  | { int32s: number[] };

export interface GgufTensor {
  name: string;
  /** The fastest running dimension first. */
  shape: readonly number[];
  values: Float32Array;
}

const TYPES = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 };
const FLOAT32_TENSOR = 0;
const ALIGNMENT = 32;

/** Writes the file, one tensor after the other. */
export async function writeGguf(
  path: string,
  header: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Promise<void> {
  await using file = await open(path, 'w');
  const entries = Object.entries(header).flatMap(([key, value]) => [text(key), encoded(value)]);
  const counts = [uint64(tensors.length), uint64(Object.keys(header).length)];
  await writePadded(file, [Buffer.from('GGUF'), uint32(3), ...counts, ...entries, ...tensorInfos(tensors)]);
  for (const { values } of tensors) {
    await writePadded(file, [Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
  }
}

function tensorInfos(tensors: readonly GgufTensor[]): Buffer[] {
  let offset = 0;
  return tensors.flatMap(({ name, shape, values }) => {
    const info = [
      text(name),
      uint32(shape.length),
      ...shape.map(uint64),
      uint32(FLOAT32_TENSOR),
      uint64(offset),
    ];
    offset += padded(values.byteLength);
    return info;
  });
}

function encoded(value: GgufValue): Buffer {
  if (typeof value === 'string') return Buffer.concat([uint32(TYPES.string), text(value)]);
  if (typeof value === 'number') return Buffer.concat([uint32(TYPES.uint32), uint32(value)]);
  if (typeof value === 'boolean') return Buffer.concat([uint32(TYPES.bool), Buffer.from([value ? 1 : 0])]);
  if ('float' in value) {
    const number = Buffer.alloc(4);
    number.writeFloatLE(value.float);
    return Buffer.concat([uint32(TYPES.float32), number]);
  }
  if ('int32s' in value) return array(TYPES.int32, value.int32s.map(uint32));
  return array(TYPES.string, value.map(text));
}

function array(type: number, items: readonly Buffer[]): Buffer {
  return Buffer.concat([uint32(TYPES.array), uint32(type), uint64(items.length), ...items]);
}

/** Latin-1: each character of `value` is one byte of the file. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

async function writePadded(file: FileHandle, parts: readonly Buffer[]): Promise<void> {
  const bytes = Buffer.concat(parts);
  await file.write(Buffer.concat([bytes, Buffer.alloc(padded(bytes.length) - bytes.length)]));
}

function padded(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
