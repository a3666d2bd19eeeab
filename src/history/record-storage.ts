/** What a history needs of the place where its records lie. */
import type { RecordHeader } from './records.ts';

/** Where the text of records lies. Keys are `folder/file.json`. */
export interface RecordStorage {
  /** Spaces per level of the JSON that is written. */
  readonly indent: number;
  /** Undefined when there is no such record. Rejects when it cannot be read. */
  read(key: string): Promise<string | undefined>;
  /** Resolves when the record is durable. Writes and removals of one key happen in the order of the calls. */
  write(key: string, text: string, usedAt: number): Promise<void>;
  /** Notes that the record was used; never rejects. */
  touch(key: string, usedAt: number): void;
  /** Removes what is there. Rejects when something could not be removed. */
  remove(keys: readonly string[]): Promise<void>;
  /** Removes what is set aside as damaged. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** A record that a storage held when it was opened. */
export interface FoundRecord {
  header: RecordHeader;
  bytes: number;
  lastUsed: number;
}
