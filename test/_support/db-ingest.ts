// An ingest for tests of the database layer: it runs the statements it is given and says when they are durable.

import type { Statement } from '../../src/db/database.ts'
import type { Ingest, IngestBatch, Say } from '../../src/db/writer-port.ts'

/** Posted through `WriterPort`: statements that belong together, acknowledged by `id`. */
export interface Insert {
  readonly id: number
  readonly statements: readonly Statement[]
}

/** What comes back: durable ids, an id that SQLite refused, or a kind of trouble. */
export type Said =
  | { readonly acked: readonly number[] }
  | { readonly refused: number; readonly kind: string }
  | { readonly trouble: string; readonly outcome: string }

export const plainIngest = (say: Say): Ingest => {
  let waiting: Insert[] = []
  const tell = (said: Said): void => say(said)
  const batchOf = (inserts: readonly Insert[]): IngestBatch => ({
    statements: inserts.flatMap(({ statements }) => statements),
    committed: () => tell({ acked: inserts.map(({ id }) => id) }),
    failed: ({ kind, outcome }) => {
      if (kind !== 'constraint' && kind !== 'sql') return tell({ trouble: kind, outcome })
      if (inserts.length > 1) return inserts.map((insert) => batchOf([insert]))
      for (const { id } of inserts) tell({ refused: id, kind })
    },
  })
  return {
    accept: (message) => void waiting.push(message as Insert),
    take: () => {
      if (waiting.length === 0) return null
      const inserts = waiting
      waiting = []
      return batchOf(inserts)
    },
  }
}
