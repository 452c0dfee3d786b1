// The reader thread: one query at a time on a connection that cannot write and never checkpoints.
// Its queries must be short: a long one keeps the WAL from being reused, and everybody behind it waiting.

import { parentPort, workerData } from 'node:worker_threads'
import { openConnection, type Connection } from './client.ts'
import type { Row, SqlValue } from './database.ts'
import { Failure, failureFrom, plain, refusalOf, type DbFailure, type RefusalCode } from './failure.ts'

export interface ReaderData {
  readonly url: string
  readonly authToken: string | null
}

/** Main thread to reader thread. */
export type ToReader =
  | { readonly type: 'read'; readonly id: number; readonly sql: string; readonly args: readonly SqlValue[] }
  | { readonly type: 'close' }

/** Reader thread to main thread. */
export type FromReader =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly code: RefusalCode; readonly message: string }
  | { readonly type: 'rows'; readonly id: number; readonly rows: readonly Row[] }
  | { readonly type: 'failed'; readonly id: number; readonly failure: DbFailure }
  | { readonly type: 'closed' }

/** An answer beyond these is a query without a page. */
export const READ_ROWS_MAX = 20_000
export const READ_BYTES_MAX = 64 * 1024 * 1024

const sizeOf = (value: Row[string]): number =>
  typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.byteLength : 8

const bounded = (rows: readonly Row[]): readonly Row[] => {
  if (rows.length > READ_ROWS_MAX) throw new Failure('sql', `more than ${READ_ROWS_MAX} rows: ask for a page`)
  let bytes = 0
  for (const row of rows) for (const value of Object.values(row)) bytes += sizeOf(value)
  if (bytes > READ_BYTES_MAX) throw new Failure('sql', `more than ${READ_BYTES_MAX} bytes: ask for a page`)
  return rows
}

const buffersOf = (rows: readonly Row[]): ArrayBuffer[] =>
  rows.flatMap((row) =>
    Object.values(row).flatMap((value) =>
      value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [],
    ),
  )

export const serveReader = async (): Promise<void> => {
  const port = parentPort
  if (port === null) throw new Error('the reader runs in a worker thread')
  const { url, authToken } = workerData as ReaderData
  const say = (message: FromReader, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, [...transfer])
  let connection: Connection
  try {
    connection = await openConnection({ url, authToken, mode: 'read' })
  } catch (error) {
    const { code, message } = refusalOf(error)
    say({ type: 'refused', code, message })
    return port.close()
  }

  const answer = async (message: Extract<ToReader, { type: 'read' }>): Promise<void> => {
    try {
      const { rows } = await connection.query(message.sql, message.args)
      say({ type: 'rows', id: message.id, rows: bounded(rows) }, buffersOf(rows))
    } catch (error) {
      say({ type: 'failed', id: message.id, failure: plain(failureFrom(error)) })
    }
  }
  const close = (): void => {
    connection.close()
    say({ type: 'closed' })
    port.close()
  }
  let last: Promise<void> = Promise.resolve()
  port.on('message', (message: ToReader) => {
    last = last.then(() => (message.type === 'read' ? answer(message) : close()))
  })
  say({ type: 'ready' })
}
