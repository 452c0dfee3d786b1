// What a look at the room means for a broadcast that is being recorded: over, replaced, paused, or nothing.
// Unknown means nothing; over needs two offline answers some seconds apart, each by two sources.

import * as Effect from 'effect/Effect'
import type { Look } from '../tiktok/tiktok.ts'
import type { Recording } from './recording.ts'
import type { Resident } from './resident.ts'
import type { Votes } from './votes.ts'
import type { World } from './world.ts'

const sourcesOf = (look: Look): string =>
  look.sources.map(({ source, answer }) => `${source}: ${answer}`).join(', ')

/** Returns when the link should go on. When the session is over it tells the machine and never returns. */
export const heedLook = (
  world: World,
  resident: Resident,
  recording: Recording,
  votes: Votes,
  look: Look,
): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (look.answer === 'unknown') return Effect.void
    if (look.answer === 'offline') {
      // A room in which nothing was recorded is simply offline; there is nothing to end by mistake.
      if (!votes.offline(world.monotonicMs()) && recording.opened) return Effect.void
      resident.send({ type: 'link.offline', at: look.at, detail: sourcesOf(look) })
      return Effect.never
    }
    votes.clear()
    if (look.broadcastId !== null && look.broadcastId !== recording.session.broadcastId) {
      resident.send({
        type: 'link.broadcast_changed',
        at: look.at,
        detail: `broadcast ${look.broadcastId} is on air`,
      })
      return Effect.never
    }
    // Its message may have been lost with a connection, so the interval is opened and closed here as well.
    if (recording.opened) world.recorder.notePause(recording.session.no, look.paused, look.at)
    resident.send({ type: look.paused ? 'stream.paused' : 'stream.unpaused' })
    return Effect.void
  })
