// An export's own thread: reads on a connection of its own that cannot write and never checkpoints, and hands over
// pieces as they are asked for. It ends with its export, and everything it held ends with it.

import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { openConnection, type Connection } from '../../db/client.ts'
import { failureFrom, Failure, plain, type DbFailure } from '../../db/failure.ts'
import type { ExportPlan } from './plan.ts'
import { produce } from './produce.ts'

export interface ExportData {
  readonly url: string
  readonly authToken: string | null
  readonly plan: ExportPlan
  /** Pieces that may be on their way at once. */
  readonly ahead: number
}

/** Main thread to export: one more piece may follow; nothing more is wanted. */
export type ToExport = 'more' | 'stop'

export type FromExport =
  | { readonly type: 'piece'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'end' }
  /** `failure` is null when it was none of the database's. */
  | { readonly type: 'failed'; readonly failure: DbFailure | null; readonly name: string }

const PIECE_BYTES = 1024 * 1024
/** Recording goes first: on Linux this is the priority of the calling thread alone, elsewhere of the process. */
const NICENESS = 10

/** Buffers of their own, which can change threads without being copied again. */
const piecesOf = (bytes: Uint8Array): readonly Uint8Array<ArrayBuffer>[] => {
  const { buffer, byteLength } = bytes
  if (byteLength <= PIECE_BYTES && buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) {
    return [new Uint8Array(buffer)]
  }
  return Array.from(
    { length: Math.ceil(byteLength / PIECE_BYTES) },
    (_, index) =>
      // A copy: the rest of the buffer may be in use, and `slice` of a Buffer is none.
      new Uint8Array(bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES)),
  )
}

export const serveExport = async (): Promise<void> => {
  const port = parentPort
  if (port === null) throw new Error('an export runs in a worker thread')
  const { url, authToken, plan, ahead } = workerData as ExportData
  const reader = { isWanted: true, allowed: ahead, wake: (): void => undefined }
  port.on('message', (message: ToExport) => {
    if (message === 'more') reader.allowed += 1
    else reader.isWanted = false
    reader.wake()
  })
  const mayGoOn = async (): Promise<boolean> => {
    while (reader.isWanted && reader.allowed === 0) {
      await new Promise<void>((resolve) => {
        reader.wake = resolve
      })
    }
    return reader.isWanted
  }
  let connection: Connection | undefined
  try {
    if (process.platform === 'linux') setPriority(0, NICENESS)
    const opened = await openConnection({ url, authToken, mode: 'read' })
    connection = opened
    const read = async (sql: string, args: Parameters<Connection['query']>[1]) => {
      // A message can only arrive between two queries.
      await new Promise((resolve) => setImmediate(resolve))
      if (!reader.isWanted) throw new Failure('closed', 'the export is not wanted any more')
      return (await opened.query(sql, args)).rows
    }
    for await (const bytes of produce(plan, read)) {
      for (const piece of piecesOf(bytes)) {
        if (!(await mayGoOn())) break
        reader.allowed -= 1
        port.postMessage({ type: 'piece', bytes: piece } satisfies FromExport, [piece.buffer])
      }
      if (!reader.isWanted) break
    }
    port.postMessage({ type: 'end' } satisfies FromExport)
  } catch (error) {
    const failure = error instanceof Failure ? plain(failureFrom(error)) : null
    const name = error instanceof Error ? error.name : 'unknown'
    port.postMessage({ type: 'failed', failure, name } satisfies FromExport)
  } finally {
    connection?.close()
    port.close()
  }
}
