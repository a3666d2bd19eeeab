/**
 * The last requests, newest first. The serving window writes them to a file in the extension's global storage, so that
 * attached windows show the same list and it survives a reload. Reports hold no prompt, argument or key.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { isObject, parseJson } from '../../json.ts';
import type { RequestReport } from '../../relay/options.ts';
import { writeAtomic } from '../../write-atomic.ts';

export const KEPT_REQUESTS = 200;

export interface RequestCounts {
  running: number;
  finished: number;
  failed: number;
}

/** Emits `report` for each report of this window's relay, and `change` whenever the list changes. */
export class RequestLog extends EventEmitter<{ report: [RequestReport]; change: [] }> {
  readonly #file: string;
  #reports: readonly RequestReport[];
  #lastSave: Promise<void> = Promise.resolve();

  constructor(file: string) {
    super();
    this.#file = file;
    this.#reports = readReports(file);
  }

  get reports(): readonly RequestReport[] {
    return this.#reports;
  }

  get counts(): RequestCounts {
    const counts = { running: 0, finished: 0, failed: 0 };
    for (const { state } of this.#reports) {
      if (state === 'running') counts.running++;
      else if (state === 'failed') counts.failed++;
      else counts.finished++;
    }
    return counts;
  }

  /** Adds a request, or updates a known one. */
  put(report: RequestReport): void {
    this.#replace(withReport(this.#reports, report));
    this.emit('report', report);
  }

  /** Marks requests as cancelled that were running when their relay went away. */
  abandonRunning(): void {
    this.#replace(
      this.#reports.map((report) =>
        report.state === 'running' ? { ...report, state: 'cancelled' } : report,
      ),
    );
  }

  clear(): void {
    this.#replace([]);
  }

  /** Resolves once the file holds the list; saves never overtake each other. Rejects with the file system's error. */
  save(): Promise<void> {
    const saved = this.#lastSave.then(() =>
      writeAtomic({ path: this.#file, text: JSON.stringify(this.#reports), mode: 0o600 }),
    );
    // Its own caller hears of a failure; saves that wait for it must not fail with it.
    this.#lastSave = saved.catch(() => {});
    return saved;
  }

  /** Loads what the serving window saved, and emits reports for what is new. */
  reload(): void {
    const before = new Map(this.#reports.map((report) => [report.id, JSON.stringify(report)]));
    this.#replace(readReports(this.#file));
    for (const report of this.#reports)
      if (before.get(report.id) !== JSON.stringify(report)) this.emit('report', report);
  }

  #replace(reports: readonly RequestReport[]): void {
    this.#reports = reports;
    this.emit('change');
  }
}

function readReports(file: string): readonly RequestReport[] {
  try {
    const saved: unknown = parseJson(readFileSync(file, 'utf8'));
    return Array.isArray(saved) ? saved.filter(isReport) : [];
  } catch {
    // Absent on the first start. An unreadable list is not worth a message: a new one begins.
    return [];
  }
}

function withReport(reports: readonly RequestReport[], report: RequestReport): readonly RequestReport[] {
  const at = reports.findIndex(({ id }) => id === report.id);
  return at >= 0 ? reports.with(at, report) : [report, ...reports].slice(0, KEPT_REQUESTS);
}

function isReport(value: unknown): value is RequestReport {
  if (!isObject(value)) return false;
  const { id, state, provider, model, startedAt, calledTools } = value;
  const texts = [id, state, provider, model].every((field) => typeof field === 'string');
  return texts && typeof startedAt === 'number' && Array.isArray(calledTools);
}
