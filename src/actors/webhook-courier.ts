// One webhook's courier: takes the facts it was asked for from the journal, in order and one at a time, and moves
// the webhook's cursor on disk behind each. A message goes out before the cursor moves, so a crash in between sends
// it again, under the same id; nothing is left out. What a failed attempt leads to is `domain/webhook-rules.ts`.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Random from 'effect/Random'
import * as Redacted from 'effect/Redacted'
import type { Semaphore } from 'effect/Semaphore'
import { Database, type Transaction } from '../db/database.ts'
import { newest, oldest } from '../db/journal.ts'
import { type KeyRing, unseal } from '../db/seal.ts'
import * as letters from '../db/webhook-letters.ts'
import * as rows from '../db/webhooks.ts'
import type { WebhookRow } from '../db/webhooks.ts'
import type { DbError } from '../domain/errors.ts'
import type { JournalEntry } from '../domain/facts.ts'
import { afterAttempt, type Progress, type WebhookPace } from '../domain/webhook-rules.ts'
import { factsOf, WEBHOOK_LIMITS, type Delivery, type DisabledReason } from '../domain/webhook.ts'
import { messageOf, signedHeaders, type Message } from '../webhooks/message.ts'
import type { Post } from '../webhooks/posting.ts'
import { untilWritten } from './chain.ts'
import type { Round } from './webhook-round.ts'
import { writeOnce } from './writing.ts'

export interface CourierWorld {
  readonly database: Database['Service']
  readonly keys: KeyRing
  readonly pace: WebhookPace
  readonly post: Post
  /** What all webhooks together may send at the same time. */
  readonly atOnce: Semaphore
  /** Hears what each attempt came to. */
  readonly note: (delivery: Delivery) => void
  readonly noteAside: () => void
}

/** Facts of the journal that are looked through in one read. */
const WINDOW = 20_000
const PAGE = 50
/** Letters between two looks at the journal. */
const LETTERS = 20
/** How often a webhook that waits puts the number it has come to on disk. */
const REST_MS = 60_000
const READ_AGAIN_MS = 5_000

const UNREADABLE: Delivery = { ok: false, code: 'secret_unreadable', status: null, retryAfterMs: null }

/** One attempt, signed now. */
export const attempt = Effect.fnUntraced(function* (
  { keys, post, atOnce, note }: CourierWorld,
  row: WebhookRow,
  message: Message,
) {
  const url = unseal(keys, rows.urlAad(row.id), row.urlSealed)
  const secret = unseal(keys, rows.secretAad(row.id), row.secretSealed)
  if (url === null || secret === null) return UNREADABLE
  const delivery = yield* atOnce.withPermits(1)(
    Effect.gen(function* () {
      const at = yield* Clock.currentTimeMillis
      const isOldGood = row.oldSecretSealed !== null && at < (row.oldSecretUntil ?? 0)
      const old = isOldGood ? unseal(keys, rows.secretAad(row.id), row.oldSecretSealed ?? '') : null
      const secrets = [secret, ...(old === null ? [] : [old])].map((one) => Redacted.make(one))
      return yield* post(new URL(url), signedHeaders(message, secrets, at), message.body)
    }),
  )
  note(delivery)
  return delivery
})

export const disabling = (
  id: string,
  reason: DisabledReason,
  at: number,
  before: Transaction['statements'] = [],
): Transaction => ({
  statements: [...before, rows.disable(id, reason, at)],
  guard: before.length,
  facts: [{ name: 'webhook.disabled', at, roomId: null, sessionId: null, body: { webhook: id, reason } }],
})

/** Goes round until the webhook is disabled; whoever changes the webhook starts another in its place. */
export const courier = (world: CourierWorld, id: string, round: Round): Effect.Effect<void> => {
  const { database, pace } = world
  const withDatabase = Effect.provideService(Database, database)
  const read = <A>(query: Effect.Effect<A, DbError, Database>): Effect.Effect<A> =>
    withDatabase(query).pipe(
      Effect.catch(() =>
        Effect.andThen(
          Effect.sleep(READ_AGAIN_MS),
          Effect.suspend(() => read(query)),
        ),
      ),
    )
  const write = (transaction: Transaction) =>
    Effect.orDie(untilWritten(Effect.suspend(() => writeOnce(database, transaction))))

  const disable = Effect.fnUntraced(function* (reason: DisabledReason, before: Transaction['statements']) {
    const at = yield* Clock.currentTimeMillis
    const audit = { at, actor: 'system', ip: null, action: 'webhook.disable', roomId: null, target: id }
    yield* write({
      ...disabling(id, reason, at, before),
      audit: { ...audit, outcome: 'done', code: reason, detail: null },
    })
    yield* Effect.logWarning('a webhook was disabled', { webhook: id, reason })
    return null
  })

  /** Until it is taken, put aside, or the webhook is disabled: then null. */
  const deliver = Effect.fnUntraced(function* (row: WebhookRow, entry: JournalEntry, before: Progress) {
    let progress = before
    for (;;) {
      const delivery = yield* attempt(world, row, messageOf(id, entry))
      const at = yield* Clock.currentTimeMillis
      const next = afterAttempt(pace, progress, delivery, at, yield* Random.next)
      if (delivery.ok || next.kind === 'delivered') {
        const status = delivery.ok ? delivery.status : 0
        yield* write({ statements: [rows.delivered(id, entry.seq, status, at)] })
        round.cursor = entry.seq
        round.isFailing = false
        return { attempts: 0, failingSince: null }
      }
      progress = next.progress
      round.isFailing = true
      const { code, status } = delivery
      const nextAt = next.kind === 'again' ? next.nextAt : null
      const failure = rows.failed(id, { ...progress, nextAt, status, code }, at)
      if (next.kind === 'disable') return yield* disable(next.reason, [failure])
      if (next.kind === 'aside') {
        if (round.letters >= WEBHOOK_LIMITS.letters) return yield* disable('letters_full', [failure])
        const letter = letters.put(id, entry, { attempts: progress.attempts, status, code }, at)
        yield* write({ statements: [failure, letter, rows.advance(id, entry.seq)] })
        world.noteAside()
        round.letters += 1
        round.cursor = entry.seq
        return { attempts: 0, failingSince: progress.failingSince }
      }
      yield* write({ statements: [failure] })
      yield* Effect.sleep(Math.max(0, next.nextAt - at))
    }
  })

  const sendLetters = Effect.fnUntraced(function* (row: WebhookRow) {
    const again = yield* read(letters.listAgain(id, LETTERS))
    for (const { seq, fact, attempts } of again) {
      const delivery = yield* attempt(world, row, messageOf(id, fact))
      const at = yield* Clock.currentTimeMillis
      if (delivery.ok) {
        yield* write({ statements: letters.taken(id, seq, delivery.status, at) })
        round.letters -= 1
      } else {
        const { status, code } = delivery
        yield* write({
          statements: [letters.stillDead(id, seq, { attempts: attempts + 1, status, code }, at)],
        })
      }
    }
    return again.length
  })

  /** What the journal forgot while the webhook was disabled is said, not passed over. */
  const noteForgotten = Effect.gen(function* () {
    const first = yield* read(oldest)
    const last = (first ?? (yield* read(newest)) + 1) - 1
    if (last <= round.cursor) return
    const at = yield* Clock.currentTimeMillis
    yield* write({
      statements: [letters.forget(id, round.cursor + 1, last, at), rows.advance(id, last)],
    })
    round.cursor = last
  })

  return Effect.gen(function* () {
    const row = yield* read(rows.find(id))
    if (row === null || row.disabledAt !== null) return
    round.begin(row)
    yield* noteForgotten
    let progress: Progress = { attempts: row.attempts, failingSince: row.failingSince }
    let kept = round.cursor
    while ((yield* sendLetters(row)) > 0);
    const waitMs = (row.nextAt ?? 0) - (yield* Clock.currentTimeMillis)
    if (waitMs > 0) yield* Effect.sleep(Math.min(waitMs, pace.giveUpMs))
    for (;;) {
      round.woken.closeUnsafe()
      const head = yield* read(newest)
      const upTo = Math.min(head, round.cursor + WINDOW)
      const names = factsOf(row.facts)
      const found = yield* read(
        rows.waiting({ after: round.cursor, upTo, names, rooms: row.rooms, limit: PAGE }),
      )
      for (const entry of found) {
        const after = yield* deliver(row, entry, progress)
        if (after === null) return
        progress = after
        kept = entry.seq
      }
      if (found.length === PAGE) continue
      round.cursor = Math.max(round.cursor, upTo)
      if (upTo < head) continue
      const isWoken = yield* round.rest(REST_MS)
      if (!isWoken && round.cursor > kept) {
        yield* write({ statements: [rows.advance(id, round.cursor)] })
        kept = round.cursor
      }
    }
  })
}
