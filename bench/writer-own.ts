// A child: the same rows through the product's writer, from packed frames to the commit, with messages decoded
// beforehand, so that what is measured is what it costs to make rows and to write them, counters and streaks included.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Decoder } from '../src/archive/decoder.ts'
import { packFrames, type FromIngest, type HandedFrame, type ToIngest } from '../src/archive/hand-over.ts'
import { makeIngest } from '../src/archive/ingest/ingest.ts'
import { openConnection } from '../src/db/client.ts'
import { newGauges } from '../src/db/gauges.ts'
import { migrate } from '../src/db/migrate.ts'
import { runWriter } from '../src/db/writer-loop.ts'
import type { FromWriter, ToWriter } from '../src/db/writer-port.ts'
import { decodeMessage, readFetchResult, readPushFrame } from '../src/tiktok/decode.ts'
import { parent } from './child.ts'
import { loadFrames } from './load-frames.ts'
import { meter } from './meter.ts'

export interface OwnInput {
  readonly messages: number
  readonly perFrame: number
  /** Events that are on the way at most, which is about what one commit takes. */
  readonly perBatch: number
}

const SESSION = 1
const TAP = 1

const { messages, perFrame, perBatch } = parent.input<OwnInput>()
const frames = loadFrames({ messages, perFrame }).frames.map(({ bytes }) => bytes)

/** What decoding gave, handed out in the order of the frames. */
const decodedBefore = (): Decoder => {
  const pushed = frames.map((bytes) => ({ ...readPushFrame(bytes), gzip: false }))
  const batches = frames.map((bytes) => readFetchResult(gunzipSync(readPushFrame(bytes).payload)))
  const events = batches.map((batch) =>
    batch.messages.map(({ method, payload, msgId, isHistory }) =>
      decodeMessage(method, payload, msgId, isHistory),
    ),
  )
  let frame = -1
  let message = 0
  return {
    readPushFrame: () => pushed[(frame += 1)]!,
    readFetchResult: () => {
      message = 0
      return batches[frame]!
    },
    decodeMessage: () => events[frame]![message++]!,
  }
}

const folder = mkdtempSync(join(tmpdir(), 'roomkeeper-bench-'))
const connection = await openConnection({
  url: `file:${join(folder, 'own.db')}`,
  authToken: null,
  mode: 'write',
})
await migrate(connection)
await connection.batch([
  { sql: `INSERT INTO rooms (id, handle, created_at, updated_at) VALUES ('r1', 'one', 1, 1)` },
  {
    sql: `INSERT INTO sessions (no, room_id, room_no, handle, broadcast_id, epoch, opened_at, last_at)
      VALUES (?, 'r1', 1, 'one', '7', 1, 1, 1)`,
    args: [SESSION],
  },
])

let hear: (message: ToWriter) => void = () => undefined
const progress = { durable: 0, moved: (): void => undefined }
const port = {
  postMessage: (message: FromWriter) => {
    const news = message.type === 'ingest' ? (message.message as FromIngest) : null
    if (news?.type !== 'durable') return
    progress.durable += news.frames
    progress.moved()
  },
  on: (_: string, listener: (message: ToWriter) => void) => {
    hear = listener
  },
  close: () => undefined,
}
const decoder = decodedBefore()
await runWriter({
  port: port as unknown as Parameters<typeof runWriter>[0]['port'],
  connection,
  ingest: (say) => makeIngest(decoder, say),
  gauges: newGauges(),
  groupMs: 1,
})
const give = (message: ToIngest): void => hear({ type: 'ingest', message })
give({ type: 'session', no: SESSION, epoch: 1, restored: null })
give({ type: 'tap', tap: TAP, no: SESSION, conn: 1 })

/** Resolves when no more than `left` frames are on the way. */
const untilLeft = async (given: number, left: number): Promise<void> => {
  while (given - progress.durable > left)
    await new Promise<void>((done) => {
      progress.moved = done
    })
}

const POST = 25
const stop = meter()
for (let from = 0; from < frames.length; from += POST) {
  const handed: HandedFrame[] = frames
    .slice(from, from + POST)
    .map((bytes) => ({ tap: TAP, kind: 'push', at: Date.now(), bytes }))
  give(packFrames(handed))
  await untilLeft(from + handed.length, perBatch / perFrame - POST)
}
await untilLeft(frames.length, 0)
const metered = stop()
const { rows } = await connection.query('SELECT event_count FROM sessions')
parent.tell('written', { ...metered, stored: rows[0]?.['event_count'] })
connection.close()
rmSync(folder, { recursive: true, force: true })
process.exit(0)
