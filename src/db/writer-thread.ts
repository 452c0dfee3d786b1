// The start of the writer thread: opens the connection, brings the schema up to date, looks whether the file
// can be trusted, and only then says `ready`. `src/writer.ts` composes it with ingest.

import { parentPort, workerData } from 'node:worker_threads'
import { bootCheck } from './boot-check.ts'
import { openConnection, type Connection, type ConnectionOptions } from './client.ts'
import { refusalOf } from './failure.ts'
import { migrate } from './migrate.ts'
import { runWriter, type WriterOptions } from './writer-loop.ts'
import type { FromWriter, Ingest, Say } from './writer-port.ts'

export interface WriterTuning {
  readonly groupMs?: number
  readonly transactionLimitMs?: number
  readonly closeLimitMs?: number
  readonly walAutocheckpoint?: number
  readonly busyTimeoutMs?: number
}

/** What the main thread gives the writer thread at its start; `ingest` is for the ingest alone. */
export interface WriterData {
  readonly url: string
  readonly authToken: string | null
  readonly gauges: SharedArrayBuffer
  readonly tuning: WriterTuning
  readonly ingest: unknown
}

export interface WriterParts {
  readonly ingest: (say: Say, connection: Connection, data: unknown) => Ingest
  /** How the connection is made; a stand-in for the disk's moods takes its place in tests. */
  readonly open?: (options: ConnectionOptions) => Promise<Connection>
}

export const serveWriter = async (parts: WriterParts): Promise<void> => {
  const port = parentPort
  if (port === null) throw new Error('the writer runs in a worker thread')
  const data = workerData as WriterData
  const say = (message: FromWriter): void => port.postMessage(message)
  const { groupMs, transactionLimitMs, closeLimitMs, walAutocheckpoint, busyTimeoutMs } = data.tuning
  try {
    const connection = await (parts.open ?? openConnection)({
      url: data.url,
      authToken: data.authToken,
      mode: 'write',
      ...(walAutocheckpoint !== undefined && { walAutocheckpoint }),
      ...(busyTimeoutMs !== undefined && { busyTimeoutMs }),
    })
    const { from, to } = await migrate(connection)
    await bootCheck(connection)
    const options: WriterOptions = {
      port,
      connection,
      ingest: (speak, own) => parts.ingest(speak, own, data.ingest),
      gauges: data.gauges,
      ...(groupMs !== undefined && { groupMs }),
      ...(transactionLimitMs !== undefined && { transactionLimitMs }),
      ...(closeLimitMs !== undefined && { closeLimitMs }),
    }
    await runWriter(options)
    say({ type: 'ready', from, to })
  } catch (error) {
    const { code, message } = refusalOf(error)
    say({ type: 'refused', code, message })
    port.close()
  }
}
