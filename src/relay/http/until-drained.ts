import type { Writable } from 'node:stream';

/** Resolves when whoever reads the stream has caught up, or left. */
export function untilDrained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
    if (stream.destroyed || !stream.writableNeedDrain) done();
  });
}
