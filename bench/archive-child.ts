// A child: archives the seeded sessions of a folder, one after another, and tells how long each took.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { recorderLive } from '../src/archive/recorder-live.ts'
import { Recorder } from '../src/archive/recorder.ts'
import { layer } from '../src/db/database-live.ts'
import type { OpenSession } from '../src/domain/session.ts'
import { parent } from './child.ts'
import { optionsFor } from './own-database.ts'
import type { SeededSession } from './seed.ts'

export interface ArchiveInput {
  readonly folder: string
  readonly sessions: readonly SeededSession[]
  readonly at: number
}

const { folder, sessions, at } = parent.input<ArchiveInput>()
const runtime = ManagedRuntime.make(recorderLive().pipe(Layer.provideMerge(layer(optionsFor(folder)))))
const recorder = await runtime.runPromise(Effect.service(Recorder))
const took: number[] = []
for (const { no, roomId, events } of sessions) {
  const session: OpenSession = {
    no,
    roomId,
    roomNo: no,
    broadcastId: `73000${no}`,
    epoch: 1,
    openedAt: at,
    lastAt: at + events,
    parkedAt: null,
    ending: { reason: 'stream_end', at: at + events, detail: null },
  }
  await runtime.runPromise(recorder.adopt(session))
  // What taking it over left to do in the writer's thread is no part of the archive.
  await runtime.runPromise(recorder.flush(no))
  const startedAt = performance.now()
  const { outcome } = await runtime.runPromise(
    recorder.archive({
      session,
      end: { reason: 'stream_end', at: at + events, detail: null },
      secondary: [],
      snapshot: { start: null, end: null },
      startedAt: Date.now(),
      failedAttempts: [],
    }),
  )
  took.push(performance.now() - startedAt)
  if (outcome !== 'done') throw new Error(`session ${no} was not archived: ${outcome}`)
}
parent.tell('took', took)
await runtime.dispose()
process.exit(0)
