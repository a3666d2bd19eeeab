import type { HistoryLimits, HistoryStore, StoredTurn } from './store.ts';

/** Stand-in until the history branch lands. */
export function createMemoryStore(_limits: HistoryLimits): HistoryStore {
  const turns = new Map<string, StoredTurn>();
  return {
    conversation: async (id) => {
      const turn = turns.get(id);
      return turn && [...turn.input, ...(turn.response.output as never[])];
    },
    turn: async (id) => turns.get(id),
    record: async (turn) => void turns.set(turn.response.id, turn),
    delete: async (id) => turns.delete(id),
    retainReasoning: async () => {},
    reasoningByCallId: async () => undefined,
    reasoningByFingerprint: async () => undefined,
    clear: async () => turns.clear(),
    close: async () => {},
  };
}
