/** Finds the record that holds an item, by the item's id; the latest if there are several. */
export class ItemIndex {
  readonly #keys = new Map<string, string>();
  readonly #ids = new Map<string, readonly string[]>();

  /** Replaces what was known about that record. */
  add(key: string, ids: readonly string[]): void {
    this.remove(key);
    this.#ids.set(key, ids);
    for (const id of ids) this.#keys.set(id, key);
  }

  remove(key: string): void {
    for (const id of this.#ids.get(key) ?? []) if (this.#keys.get(id) === key) this.#keys.delete(id);
    this.#ids.delete(key);
  }

  keyOf(id: string): string | undefined {
    return this.#keys.get(id);
  }
}
