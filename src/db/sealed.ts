// Every secret that is sealed at rest, whichever table it is in: for putting them all under a new key. A new
// sealed column belongs in here, or it stops opening when the old key is taken out of the ring.

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import { Database, type Row, type Statement } from './database.ts'
import { keyAad } from './destinations.ts'
import { proxyAad } from './rooms.ts'
import { text } from './row.ts'
import { secretAad, urlAad } from './webhooks.ts'

export interface Sealed {
  readonly kind: 'destination_key' | 'room_proxy' | 'webhook_url' | 'webhook_secret' | 'webhook_old_secret'
  /** The columns that find its row. */
  readonly row: readonly string[]
  /** What it was sealed for. */
  readonly about: string
  readonly sealed: string
}

interface Column {
  readonly kind: Sealed['kind']
  readonly page: string
  readonly of: (row: Row) => Sealed
  /** ?1: JSON rows of the row's columns, what is there now, and what shall be. */
  readonly replace: string
}

const ofWebhook = (
  kind: Sealed['kind'],
  column: 'url_sealed' | 'secret_sealed' | 'old_secret_sealed',
  aad: (id: string) => string,
): Column => ({
  kind,
  page: `SELECT id AS a, '' AS b, ${column} AS sealed FROM webhooks
WHERE ${column} IS NOT NULL AND (id, '') > (?1, ?2) ORDER BY id LIMIT ?3`,
  of: (row) => {
    const id = text(row['a'])
    return { kind, row: [id, ''], about: aad(id), sealed: text(row['sealed']) }
  },
  replace: `UPDATE webhooks SET ${column} = new.value ->> 3 FROM json_each(?1) AS new
WHERE webhooks.id = new.value ->> 0 AND ${column} = new.value ->> 2`,
})

const COLUMNS: readonly Column[] = [
  {
    kind: 'destination_key',
    page: `SELECT room_id AS a, platform AS b, key_sealed AS sealed FROM destinations
WHERE key_sealed IS NOT NULL AND (room_id, platform) > (?1, ?2) ORDER BY room_id, platform LIMIT ?3`,
    of: (row) => {
      const [roomId, platform] = [text(row['a']), text(row['b'])]
      return {
        kind: 'destination_key',
        row: [roomId, platform],
        about: keyAad(roomId, platform),
        sealed: text(row['sealed']),
      }
    },
    replace: `UPDATE destinations SET key_sealed = new.value ->> 3 FROM json_each(?1) AS new
WHERE room_id = new.value ->> 0 AND platform = new.value ->> 1 AND key_sealed = new.value ->> 2`,
  },
  {
    kind: 'room_proxy',
    page: `SELECT id AS a, '' AS b, proxy_url_sealed AS sealed FROM rooms
WHERE proxy_url_sealed IS NOT NULL AND (id, '') > (?1, ?2) ORDER BY id LIMIT ?3`,
    of: (row) => {
      const roomId = text(row['a'])
      return { kind: 'room_proxy', row: [roomId, ''], about: proxyAad(roomId), sealed: text(row['sealed']) }
    },
    replace: `UPDATE rooms SET proxy_url_sealed = new.value ->> 3 FROM json_each(?1) AS new
WHERE rooms.id = new.value ->> 0 AND proxy_url_sealed = new.value ->> 2`,
  },
  ofWebhook('webhook_url', 'url_sealed', urlAad),
  ofWebhook('webhook_secret', 'secret_sealed', secretAad),
  ofWebhook('webhook_old_secret', 'old_secret_sealed', secretAad),
]

const PAGE = 1_000

/** All of them. */
export const list: Effect.Effect<readonly Sealed[], DbError, Database> = Effect.gen(function* () {
  const database = yield* Database
  const found: Sealed[] = []
  for (const { page, of } of COLUMNS) {
    for (let after: readonly string[] = ['', '']; ;) {
      const rows = (yield* database.read(page, [...after, PAGE])).map(of)
      found.push(...rows)
      after = rows.at(-1)?.row ?? after
      if (rows.length < PAGE) break
    }
  }
  return found
})

/** Puts the new text where the old one still is; what was changed in the meantime stays as it is. */
export const replace = (
  changes: readonly { readonly of: Sealed; readonly sealed: string }[],
): readonly Statement[] =>
  COLUMNS.flatMap(({ kind, replace: sql }) => {
    const mine = changes.filter(({ of }) => of.kind === kind)
    const chunks = Array.from({ length: Math.ceil(mine.length / PAGE) }, (_, index) =>
      mine.slice(index * PAGE, (index + 1) * PAGE),
    )
    return chunks.map((chunk) => ({
      sql,
      args: [JSON.stringify(chunk.map(({ of, sealed }) => [...of.row, of.sealed, sealed]))],
    }))
  })
