// A child: the same rows through the product's writer thread's loop, from statements that were built beforehand, as
// the drivers get rows that were; or from packed frames with messages decoded beforehand, which adds making the rows.

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
import type { FromWriter, Ingest, IngestBatch, ToWriter } from '../src/db/writer-port.ts'
import { decodeMessage, readFetchResult, readPushFrame } from '../src/tiktok/decode.ts'
import { parent } from './child.ts'
import { loadFrames } from './load-frames.ts'
import { meter } from './meter.ts'

export interface OwnInput {
  /** `statements`: writing alone; `frames`: making the rows as well. */
  readonly from: 'statements' | 'frames'
  readonly messages: number
  readonly perFrame: number
  /** Events that are on the way at most, which is about what one commit takes. */
  readonly perBatch: number
}

const SESSION = 1
const TAP = 1

const { from, messages, perFrame, perBatch } = parent.input<OwnInput>()
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
const landed = (count: number): void => {
  progress.durable += count
  progress.moved()
}
const port = {
  postMessage: (message: FromWriter) => {
    const news = message.type === 'ingest' ? (message.message as FromIngest) : null
    if (news?.type === 'durable') landed(news.frames)
  },
  on: (_: string, listener: (message: ToWriter) => void) => {
    hear = listener
  },
  close: () => undefined,
}

/** Hands out statements that another ingest built of the same frames. */
const prebuilt = (): Ingest => {
  const inner = makeIngest(decodedBefore(), () => undefined)
  const batches: IngestBatch[] = []
  const feed = (message: ToIngest): void => inner.accept(message)
  const size = perBatch / perFrame
  feed({ type: 'session', no: SESSION, epoch: 1, restored: null })
  feed({ type: 'tap', tap: TAP, no: SESSION, conn: 1 })
  for (let at = 0; at < frames.length; at += size) {
    const part = frames.slice(at, at + size)
    feed(packFrames(part.map((bytes) => ({ tap: TAP, kind: 'push', at: Date.now(), bytes }))))
    for (let batch = inner.take(); batch !== null; batch = inner.take())
      batches.push({
        statements: [...batch.statements],
        committed: () => landed(part.length),
        failed: (error) => {
          throw new Error(error.message)
        },
      })
  }
  const ready: IngestBatch[] = []
  return { accept: () => void ready.push(batches.shift()!), take: () => ready.shift() ?? null }
}

const decoder = decodedBefore()
const own = from === 'statements' ? prebuilt() : null
await runWriter({
  port: port as unknown as Parameters<typeof runWriter>[0]['port'],
  connection,
  ingest: (say) => own ?? makeIngest(decoder, say),
  gauges: newGauges(),
  groupMs: 1,
})
const give = (message: ToIngest): void => hear({ type: 'ingest', message })
if (own === null) {
  give({ type: 'session', no: SESSION, epoch: 1, restored: null })
  give({ type: 'tap', tap: TAP, no: SESSION, conn: 1 })
}

/** Resolves when no more than `left` frames are on the way. */
const untilLeft = async (given: number, left: number): Promise<void> => {
  while (given - progress.durable > left)
    await new Promise<void>((done) => {
      progress.moved = done
    })
}

/** Frames in one hand-over: all of a batch, or as many as the recorder gathers. */
const post = own === null ? Math.min(25, perBatch / perFrame) : perBatch / perFrame
const stop = meter()
for (let at = 0; at < frames.length; at += post) {
  const handed: HandedFrame[] = frames
    .slice(at, at + post)
    .map((bytes) => ({ tap: TAP, kind: 'push', at: Date.now(), bytes }))
  give(own === null ? packFrames(handed) : new ArrayBuffer(0))
  await untilLeft(at + handed.length, perBatch / perFrame - post)
}
await untilLeft(frames.length, 0)
const metered = stop()
const { rows } = await connection.query('SELECT event_count FROM sessions')
if (rows[0]?.['event_count'] !== messages) throw new Error(`stored ${String(rows[0]?.['event_count'])}`)
parent.tell('written', metered)
connection.close()
rmSync(folder, { recursive: true, force: true })
process.exit(0)
