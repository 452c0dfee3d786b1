// The ingest without threads: a real database, the product's statements, and the commit in the test's hand.

import { join } from 'node:path'
import type { Decoder } from '../../src/archive/decoder.ts'
import { packFrames, type FrameKind, type FromIngest, type ToIngest } from '../../src/archive/hand-over.ts'
import { makeIngest } from '../../src/archive/ingest/ingest.ts'
import { openConnection, type Connection } from '../../src/db/client.ts'
import { commit, newAttempt, type Unit } from '../../src/db/commit.ts'
import type { Row, SqlValue } from '../../src/db/database.ts'
import { migrate } from '../../src/db/migrate.ts'
import * as tiktok from '../../src/tiktok/decode.ts'
import { tempFolder } from './db.ts'

export interface Bench {
  readonly connection: Connection
  readonly said: FromIngest[]
  readonly accept: (message: ToIngest) => void
  /** A new session row; it is told to the ingest with a tap of the same number. */
  readonly session: (
    no: number,
    options?: { readonly roomNo?: number; readonly epoch?: number },
  ) => Promise<void>
  readonly frame: (tap: number, bytes: Uint8Array, options?: { kind?: FrameKind; at?: number }) => void
  /** What waits, handed over in batches. */
  readonly take: () => Unit[]
  /** Takes and commits, as the loop does; answers how many batches there were. */
  readonly commit: () => Promise<number>
  readonly commitUnits: (units: readonly Unit[]) => Promise<void>
  readonly rows: (sql: string, ...args: readonly SqlValue[]) => Promise<readonly Row[]>
  readonly row: (sql: string, ...args: readonly SqlValue[]) => Promise<Row>
  readonly close: () => void
}

export const startBench = async (decoder: Decoder = tiktok): Promise<Bench> => {
  const folder = tempFolder()
  const connection = await openConnection({ url: `file:${join(folder.path, 'rows.db')}`, mode: 'write' })
  await migrate(connection)
  const said: FromIngest[] = []
  const ingest = makeIngest(decoder, (message) => void said.push(message as FromIngest))
  const accept = (message: ToIngest): void => ingest.accept(message)
  const rows: Bench['rows'] = async (sql, ...args) => (await connection.query(sql, args)).rows
  const take = (): Unit[] => {
    const units: Unit[] = []
    for (let batch = ingest.take(); batch !== null; batch = ingest.take())
      units.push({ kind: 'ingest', batch })
    return units
  }
  const commitUnits = async (units: readonly Unit[]): Promise<void> => {
    const attempt = newAttempt(units, { commitNo: 0, auditHash: '' })
    await commit(connection, attempt)
    for (const landed of attempt.landed) landed()
  }
  return {
    connection,
    said,
    accept,
    session: async (no, { roomNo = 1, epoch = 1 } = {}) => {
      await connection.query(
        `INSERT INTO sessions (no, room_id, room_no, handle, broadcast_id, epoch, opened_at, last_at)
VALUES (?, ?, ?, 'somebody', '7', ?, 1, 1)`,
        [no, `r${no}`, roomNo, epoch],
      )
      accept({ type: 'session', no, epoch, restored: null })
      accept({ type: 'tap', tap: no, no, conn: 1 })
    },
    frame: (tap, bytes, { kind = 'push', at = Date.now() } = {}) =>
      accept(packFrames([{ tap, kind, at, bytes }])),
    take,
    commitUnits,
    commit: async () => {
      const units = take()
      if (units.length > 0) await commitUnits(units)
      return units.length
    },
    rows,
    row: async (sql, ...args) => {
      const [found] = await rows(sql, ...args)
      if (found === undefined) throw new Error(`no row: ${sql}`)
      return found
    },
    close: () => {
      connection.close()
      folder.remove()
    },
  }
}
