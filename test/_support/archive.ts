// The recorder with its real threads in a temporary folder, and what a test needs to feed it: sessions, frames,
// a listener that remembers. Nothing in it stands in for the product.

import { join } from 'node:path'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { recorderLive, type RecorderOptions } from '../../src/archive/recorder-live.ts'
import { Recorder, type ArchiveSpec, type RecordingListener, type Tap } from '../../src/archive/recorder.ts'
import { Database, type Row, type SqlValue } from '../../src/db/database.ts'
import { layer, type DatabaseOptions } from '../../src/db/database-live.ts'
import type { ControlAction } from '../../src/domain/event.ts'
import type { EndReason } from '../../src/domain/reasons.ts'
import type { Counters, OpenSession } from '../../src/domain/session.ts'
import { tempFolder } from './db.ts'
import { buildFrame, type FrameOptions } from './tiktok/frames.ts'
import { messageIds, person } from './tiktok/ids.ts'
import { chat, type Head, type Message } from './tiktok/messages.ts'

export interface Desk {
  readonly recorder: Recorder['Service']
  readonly database: Database['Service']
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  readonly rows: (sql: string, ...args: readonly SqlValue[]) => Promise<readonly Row[]>
  readonly row: (sql: string, ...args: readonly SqlValue[]) => Promise<Row>
  /** A session with a number of its own, opened. */
  readonly open: (name?: string) => Promise<OpenSession>
  readonly fatal: Error[]
  readonly folder: string
  readonly close: () => Promise<void>
}

let rooms = 0

export const sessionOf = (no: number, name: string, at: number, epoch = 1): OpenSession => ({
  no,
  roomId: `r-${name}`,
  roomNo: Number.parseInt(name.replaceAll(/\D/g, '') || '1', 10),
  broadcastId: `73${no}00000000000000`,
  epoch,
  openedAt: at,
  lastAt: at,
  parkedAt: null,
  ending: null,
})

const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(effect)

export const startDesk = async (
  options: Partial<DatabaseOptions> & { readonly folder?: string; readonly recorder?: RecorderOptions } = {},
): Promise<Desk> => {
  const { folder: given, recorder: recorderOptions, ...databaseOptions } = options
  const folder = given === undefined ? tempFolder() : { path: given, remove: () => {} }
  const fatal: Error[] = []
  const runtime = ManagedRuntime.make(
    recorderLive(recorderOptions).pipe(
      Layer.provideMerge(
        layer({
          url: `file:${join(folder.path, 'roomkeeper.db')}`,
          authToken: null,
          onFatal: (error) => void fatal.push(error),
          ...databaseOptions,
        }),
      ),
    ),
  )
  const context = await runtime.context().catch((error: unknown) => {
    folder.remove()
    throw error
  })
  const recorder = Context.get(context, Recorder)
  const database = Context.get(context, Database)
  const rows: Desk['rows'] = (sql, ...args) => run(database.read(sql, args))
  return {
    recorder,
    database,
    run,
    rows,
    row: async (sql, ...args) => {
      const [found] = await rows(sql, ...args)
      if (found === undefined) throw new Error(`no row: ${sql}`)
      return found
    },
    open: async (name = `room${(rooms += 1)}`) => {
      const session = sessionOf(await run(recorder.reserve), name, Date.now())
      await run(recorder.open({ ...session, handle: name }))
      return session
    },
    fatal,
    folder: folder.path,
    close: async () => {
      await runtime.dispose()
      folder.remove()
    },
  }
}

/** A listener that remembers everything in the order in which it was told. */
export interface Heard {
  readonly listener: RecordingListener
  readonly controls: { readonly action: ControlAction; readonly at: number }[]
  readonly acks: { readonly logId: string; readonly internalExt: string }[]
  readonly counted: Counters[]
  readonly pressure: boolean[]
  fenced: number
}

export const newHeard = (): Heard => {
  const heard: Heard = {
    controls: [],
    acks: [],
    counted: [],
    pressure: [],
    fenced: 0,
    listener: {
      onControl: (action, at) => void heard.controls.push({ action, at }),
      onAck: (logId, internalExt) => void heard.acks.push({ logId, internalExt }),
      onCounted: (counters) => void heard.counted.push(counters),
      onPressure: (hold) => void heard.pressure.push(hold),
      onFenced: () => {
        heard.fenced += 1
      },
    },
  }
  return heard
}

const nextId = messageIds()

export const head = (msgId: string = nextId(), at: number = Date.now()): Head => ({
  msgId,
  roomId: '7300000000000000001',
  at,
})

/** `n` chats of different people, each with an id of its own. */
export const chats = (n: number, text = 'hello'): readonly Message[] =>
  Array.from({ length: n }, (_, index) => chat(head(), person(index), `${text} ${index}`))

export const give = (tap: Tap, messages: readonly Message[], options: FrameOptions = {}): void => {
  tap.frame('push', buildFrame(messages, options).bytes, Date.now())
}

export const archiveSpec = (
  session: OpenSession,
  reason: EndReason = 'stream_end',
  more: Partial<ArchiveSpec> = {},
): ArchiveSpec => ({
  session,
  end: { reason, at: Date.now(), detail: null },
  secondary: [],
  snapshot: { start: null, end: null },
  startedAt: Date.now(),
  failedAttempts: [],
  ...more,
})

export const sessionRow = (desk: Desk, no: number): Promise<Row> =>
  desk.row('SELECT * FROM sessions WHERE no = ?', no)
