/** What a history needs from the place where its records are kept. */
import type { RecordHeader } from './records.ts';

/** The place where the texts of records are kept. Keys are `folder/file.json`. */
export interface RecordStorage {
  /** Indentation of the JSON to write, in spaces per level. */
  readonly indent: number;
  /** Undefined if there is no such record. Rejects if it cannot be read. */
  read(key: string): Promise<string | undefined>;
  /** Resolves when the record is durable. Writes and removals of one key happen in the order of calls. */
  write(key: string, text: string, usedAt: number): Promise<void>;
  /** Notes that the record was used; never rejects. */
  touch(key: string, usedAt: number): void;
  /** Removes the records that exist. Rejects if one could not be removed. */
  remove(keys: readonly string[]): Promise<void>;
  /** Removes the files that were set aside as damaged. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** A record that a storage held when it was opened. */
export interface FoundRecord {
  header: RecordHeader;
  bytes: number;
  lastUsed: number;
}
