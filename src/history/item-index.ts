/** Which record holds an item, by the item's id; of several with the same id, the latest. */
export class ItemIndex {
  readonly #keys = new Map<string, string>();
  readonly #ids = new Map<string, readonly string[]>();

  /** Takes the place of what was known of that record. */
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
