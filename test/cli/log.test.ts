import assert from 'node:assert/strict';
import { createLogger, LOG_LEVELS, type LogFormat, type LogLevel } from '../../src/cli/log.ts';

const NOON = new Date('2026-11-22T12:00:00.000Z');

function logged(
  level: LogLevel,
  format: LogFormat,
  write: (logger: ReturnType<typeof createLogger>) => void,
) {
  const lines: string[] = [];
  write(createLogger({ level, format, write: (line) => lines.push(line), now: () => NOON }));
  return lines;
}

describe('log', () => {
  for (const [position, level] of LOG_LEVELS.entries()) {
    it(`at ${level} writes ${LOG_LEVELS.slice(0, position + 1).join(', ')}`, () => {
      const lines = logged(level, 'json', (logger) => {
        for (const each of LOG_LEVELS) logger[each]('x');
      });
      const levels = lines.map((line) => JSON.parse(line).level);
      assert.deepEqual(levels, LOG_LEVELS.slice(0, position + 1));
    });
  }

  it('writes text with time and level', () => {
    const lines = logged('info', 'text', (logger) => logger.warn('Port 4444'));
    assert.deepEqual(lines, ['2026-11-22T12:00:00.000Z warn  Port 4444\n']);
  });

  it('writes JSON, one object a line', () => {
    const lines = logged('info', 'json', (logger) => logger.info('a\n"b"'));
    assert.deepEqual(lines, ['{"time":"2026-11-22T12:00:00.000Z","level":"info","message":"a\\n\\"b\\""}\n']);
  });

  it('lets no message forge a line or control the terminal', () => {
    const lines = logged('info', 'text', (logger) => logger.info('said:\r\nerror\u001b[2J\u009b\r\tdone'));
    assert.deepEqual(lines, ['2026-11-22T12:00:00.000Z info  said:\n    error\\x1b[2J\\x9b\\x0d\\x09done\n']);
  });

  it('escapes marks that reverse text, and line breaks that only some programs know', () => {
    const lines = logged('info', 'text', (logger) => logger.info('a\u2028b\u0085c\u202ed\u2066e'));
    assert.deepEqual(lines, ['2026-11-22T12:00:00.000Z info  a\n    b\\x85c\\u202ed\\u2066e\n']);
  });
});
