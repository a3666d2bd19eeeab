/** The command line's log: one line a message on stderr, as text for a person or as JSON for a machine. */
import { asOneEntry, type Logger } from '../logger.ts';

/** From least to most verbose; a logger writes its own level and those before it. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LogOptions {
  level: LogLevel;
  format: LogFormat;
  /** Takes one line, including its line end. */
  write: (line: string) => void;
  /** The time of a line. */
  now: () => Date;
}

export function createLogger({ level, format, write, now }: LogOptions): Logger {
  const loudest = LOG_LEVELS.indexOf(level);
  const encode = format === 'json' ? jsonLine : textLine;
  const writer = (own: LogLevel) => (message: string) => {
    if (LOG_LEVELS.indexOf(own) <= loudest) write(encode(now(), own, message));
  };
  return {
    error: writer('error'),
    warn: writer('warn'),
    info: writer('info'),
    debug: writer('debug'),
  };
}

function jsonLine(time: Date, level: LogLevel, message: string): string {
  return `${JSON.stringify({ time: time.toISOString(), level, message })}\n`;
}

function textLine(time: Date, level: LogLevel, message: string): string {
  return `${time.toISOString()} ${level.padEnd(5)} ${asOneEntry(message)}\n`;
}
