// Keeps one actor per destination alive: starts it, hears every state it enters, carries out its attempts and
// stops in the destination's own fiber, starts a failed one again within limits.

import * as Effect from 'effect/Effect'
import type { Fiber } from 'effect/Fiber'
import { createActor, type SnapshotFrom } from 'xstate'
import * as rows from '../db/outbound.ts'
import type { EgressState } from '../domain/egress.ts'
import type { Fact } from '../domain/facts.ts'
import { attempt } from '../egress/attempt.ts'
import type { AttemptNews, Ended, Job } from '../egress/job.ts'
import { afterCommand, afterEnd, began } from '../egress/schedule.ts'
import { endAll } from '../egress/stopping.ts'
import type { EgressInput } from '../machines/egress-events.ts'
import { egressMachine } from '../machines/egress.machine.ts'
import { fromEffect, machineClock, type Stage } from './bridge.ts'
import { untilWritten } from './chain.ts'
import { addressOf, otherUser } from './live-addresses.ts'
import { makeRecords, writeLater } from './live-records.ts'
import { factOf, type LiveWorld, senderOf } from './live-world.ts'
import type { Sender } from './outbound.ts'
import { messageOf } from './supervisor.ts'

type Snapshot = SnapshotFrom<typeof egressMachine>
export type Born = Pick<EgressInput, 'resume' | 'attempt' | 'errorCode' | 'wait' | 'liveSince'>

export const FRESH: Born = { resume: 'idle', attempt: 0, errorCode: null, wait: null, liveSince: null }

/** A pause before a stop that died is begun again. */
const AGAIN_MS = 1_000

export interface Egresses {
  /** Starts the actor; it goes on from what is given. */
  readonly spawn: (sender: Sender, born: Born) => void
  readonly job: (sender: Sender, stage: Stage) => Job
}

/** `onState` hears of every state, after it was noted. */
export const makeEgresses = (world: LiveWorld, onState: (sender: Sender) => void): Egresses => {
  const { supervisor, tuning, database } = world
  const clock = machineClock(world.keep, world.monotonicMs)
  const find = (key: string): Sender => senderOf(world, key)
  const fork = <A, E>(effect: Effect.Effect<A, E>, { key }: { readonly key: string }): Fiber<A, E> =>
    supervisor.run(key, effect)

  const tell = (sender: Sender, name: 'egress.failed' | 'egress.alarm', body: Fact['body']): void =>
    database.append(factOf(world, sender.outbound, name, { platform: sender.platform, ...body }))

  const job = (sender: Sender, stage: Stage): Job => ({
    world,
    holding: sender.holding,
    destination: Effect.orDie(
      untilWritten(Effect.suspend(() => world.destinations.find(sender.outbound.roomId, sender.platform))),
    ).pipe(
      Effect.tap((destination) =>
        Effect.sync(() => {
          // A key may have been changed to another's since the command: whoever has it goes on alone.
          const address = destination === null ? null : addressOf(destination)
          sender.isTaken = otherUser(world, sender, address) !== null
          sender.address = sender.isTaken ? null : address
        }),
      ),
    ),
    isTaken: () => sender.isTaken,
    inTurn: (effect) => sender.outbound.turn.withPermits(1)(effect),
    isWanted: () => sender.desired === 'on' && !stage.isStopped,
    paceMs: () => afterCommand(world.egress, sender.begun, world.monotonicMs()),
    begins: () => {
      sender.begun = began(sender.begun, world.monotonicMs())
    },
    newId: () => world.newId('ea'),
    records: makeRecords(world, sender),
    tell: (news: AttemptNews) => {
      if (!stage.isStopped) sender.send(news)
    },
  })

  const ended = (sender: Sender, { code, error, egressId }: Ended, stage: Stage): void => {
    if (stage.isStopped || sender.actor === null) return
    const { attempt: failure } = sender.actor.getSnapshot().context
    tell(sender, 'egress.failed', { code, attempt: failure, egress_id: egressId, error })
    const delayMs = afterEnd(world.egress, sender.begun, {
      code,
      failure,
      chance: world.random(),
      nowMs: world.monotonicMs(),
    })
    sender.send({ type: 'attempt.ended', code, wait: { delayMs, nextAt: world.now() + delayMs } })
  }

  const runAttempt = (sender: Sender, generation: number, stage: Stage): Effect.Effect<never> =>
    attempt(job(sender, stage), generation).pipe(
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.logError('an attempt died', { key: sender.key, message: messageOf(defect) }),
          Effect.fail<Ended>({ code: 'internal', error: null, egressId: null }),
        ),
      ),
      Effect.catch((end) => Effect.sync(() => ended(sender, end, stage))),
      Effect.andThen(Effect.never),
    )

  const runStop = (sender: Sender, stage: Stage): Effect.Effect<void> => {
    const doubt = Effect.sleep(tuning.unconfirmedMs).pipe(
      Effect.andThen(Effect.sync(() => sender.send({ type: 'stop.unconfirmed' }))),
      Effect.andThen(Effect.sleep(tuning.alarmMs - tuning.unconfirmedMs)),
      Effect.andThen(
        Effect.sync(() => {
          sender.alarmed = true
          tell(sender, 'egress.alarm', { code: 'stop_unconfirmed', state: sender.state })
        }),
      ),
    )
    sender.alarmed = false
    const stop: Effect.Effect<void> = endAll(job(sender, stage)).pipe(
      Effect.catchDefect((defect) =>
        Effect.logError('a stop died', { key: sender.key, message: messageOf(defect) }).pipe(
          Effect.andThen(Effect.sleep(AGAIN_MS)),
          Effect.andThen(Effect.suspend(() => stop)),
        ),
      ),
    )
    return Effect.raceFirst(stop, Effect.andThen(doubt, Effect.never)).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          sender.alarmed = false
        }),
      ),
      Effect.andThen(
        Effect.sync(() => {
          if (sender.rowId === null) return
          writeLater(world, sender.outbound, [rows.closeAttempts(sender.rowId, world.now())])
        }),
      ),
    )
  }

  const logic = egressMachine.provide({
    actors: {
      attempt: fromEffect(fork, ({ key, generation }, stage) => runAttempt(find(key), generation, stage)),
      stop: fromEffect(fork, ({ key }, stage) => runStop(find(key), stage)),
    },
  })

  const shownOf = (state: EgressState, { context }: Snapshot) => ({
    state,
    attempt: context.attempt,
    nextAt: context.wait?.nextAt ?? null,
    errorCode: context.errorCode,
    lkEgressId: context.egressId,
    liveAt: context.liveSince,
  })

  /** Writes down what is seen of it, when that has changed. */
  const listener = (sender: Sender) => {
    let last = ''
    return (snapshot: Snapshot): void => {
      const to = snapshot.value as EgressState
      const from = sender.state
      const shown = shownOf(to, snapshot)
      const text = JSON.stringify(shown)
      const isFirst = last === ''
      if (text === last) return
      last = text
      // As it was left on disk.
      if (isFirst && to === from) return
      const facts: Fact[] = []
      if (to !== from) {
        sender.state = to
        sender.since = world.now()
        const body = {
          platform: sender.platform,
          from,
          to,
          attempt: shown.attempt,
          attempts_max: world.egress.attemptsMax,
          next_attempt_at: shown.nextAt,
          error_code: shown.errorCode,
          egress_id: shown.lkEgressId,
        }
        facts.push(factOf(world, sender.outbound, 'egress.state_changed', body))
      } else if (shown.errorCode === 'start_unknown') {
        tell(sender, 'egress.alarm', { code: shown.errorCode, state: to })
      }
      if (sender.rowId !== null) {
        const row = rows.progress({ id: sender.rowId, ...shown, at: world.now() })
        writeLater(world, sender.outbound, [row], facts)
      }
      if (to !== from) onState(sender)
    }
  }

  const spawn = (sender: Sender, born: Born): void => {
    // A command that was written while this process let go: the next one carries it out.
    if (supervisor.hasLetGo()) return
    const actor = createActor(logic, {
      id: sender.key,
      clock,
      inspect: sender.trace.inspect(logic),
      input: {
        key: sender.key,
        attemptsMax: world.egress.attemptsMax,
        anewMs: tuning.anewMs,
        generation: sender.generation,
        ...born,
      },
    })
    sender.actor = actor
    sender.failing = false
    actor.subscribe({
      next: listener(sender),
      error: (error) => {
        if (sender.actor === actor) failed(sender, error)
      },
    })
    actor.start()
  }

  const failed = (sender: Sender, error: unknown): void => {
    if (sender.failing) return
    sender.failing = true
    sender.actor?.stop()
    sender.trace.fail(messageOf(error))
    const ms = world.monotonicMs()
    sender.failures = [...sender.failures.filter((at) => ms - at < tuning.restartWindowMs), ms]
    const isTooOften = sender.failures.length > tuning.restartsMax
    const pauseMs = isTooOften
      ? tuning.restartWindowMs
      : tuning.restartBaseMs * 2 ** (sender.failures.length - 1)
    // What is wanted may change while it waits.
    const again = Effect.sync(() => {
      const resume = sender.desired === 'off' ? 'stopping' : isTooOften ? 'failed' : 'starting'
      spawn(sender, { ...FRESH, resume, errorCode: resume === 'failed' ? 'internal' : null })
    })
    const warning = Effect.logWarning('the actor of a destination failed', {
      key: sender.key,
      message: messageOf(error),
    })
    supervisor.run(sender.key, Effect.andThen(Effect.andThen(warning, Effect.sleep(pauseMs)), again))
  }

  return { spawn, job }
}
