// What becomes of attempts, written down: before a start is sent, and after everything that happened.
// Nothing is decided here.

import * as Effect from 'effect/Effect'
import type { Statement } from '../db/database.ts'
import * as rows from '../db/outbound.ts'
import type { Fact } from '../domain/facts.ts'
import type { Records } from '../egress/job.ts'
import type { Sighting } from '../egress/sightings.ts'
import { factOf, type LiveWorld } from './live-world.ts'
import type { Outbound, Sender } from './outbound.ts'

/** In order after everything that was written of the room before, and not given up. */
export const writeLater = (
  world: LiveWorld,
  outbound: Outbound,
  statements: readonly Statement[],
  facts: readonly Fact[] = [],
): void => outbound.writes.push(world.database.write({ statements, facts }))

const saidOf = (sighting: Sighting | null): rows.LkSaid | null => {
  const view = sighting?.view ?? null
  if (view === null) return null
  return { status: view.status, updatedAt: Number(view.updatedAtNs / 1_000_000n) }
}

export const makeRecords = (world: LiveWorld, sender: Sender): Records => {
  const { outbound, platform } = sender
  const { database } = world
  const write = (statements: readonly Statement[], facts: readonly Fact[] = []): void =>
    writeLater(world, outbound, statements, facts)

  const attemptOf = (id: string, generation: number): rows.NewAttempt => ({
    id,
    egressId: sender.rowId ?? '',
    sessionId: sender.sessionId ?? '',
    roomId: outbound.roomId,
    platform,
    generation,
    no: sender.attempts,
    at: world.now(),
  })

  return {
    intend: (id, generation) =>
      Effect.suspend(() => {
        sender.attempts += 1
        const attempt = attemptOf(id, generation)
        const body = { platform, attempt_id: id, no: attempt.no, generation }
        return database
          .write({
            statements: [rows.intendAttempt(attempt)],
            guard: 0,
            facts: [factOf(world, outbound, 'egress.attempted', body)],
          })
          .pipe(
            Effect.as(true),
            Effect.catch(() => Effect.succeed(false)),
          )
      }),
    accept: (id, egressId, generation, isAdopted) => {
      const body = { platform, attempt_id: id, egress_id: egressId }
      write(
        [rows.acceptAttempt(attemptOf(id, generation), egressId, isAdopted)],
        isAdopted ? [factOf(world, outbound, 'egress.adopted', body)] : [],
      )
    },
    live: (id) => {
      const said = saidOf(world.sightings.get(sender.actor?.getSnapshot().context.egressId ?? ''))
      write([rows.liveAttempt(id, world.now(), said)])
    },
    giveUp: (id, ended) => write([rows.giveUpAttempt(id, ended)]),
    end: (id, sighting, ended) => {
      const at = sighting?.view?.endedAt ?? world.now()
      write([rows.endAttempt(id, at, saidOf(sighting), ended)])
    },
  }
}
