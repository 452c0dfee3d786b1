// Outgoing webhooks as a layer: a courier for each that is not disabled, and the commands, each durable with its
// facts and its audit row. What may be asked is checked in `webhook-changes.ts`.

import { randomBytes } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Redacted from 'effect/Redacted'
import * as Result from 'effect/Result'
import * as Semaphore from 'effect/Semaphore'
import { Database } from '../db/database.ts'
import { newest } from '../db/journal.ts'
import { type KeyRing, seal } from '../db/seal.ts'
import * as letters from '../db/webhook-letters.ts'
import * as rows from '../db/webhooks.ts'
import type { WebhookRow } from '../db/webhooks.ts'
import type { DbError } from '../domain/errors.ts'
import type { Fact, FactName } from '../domain/facts.ts'
import type { WebhookPace } from '../domain/webhook-rules.ts'
import { shownUrl } from '../domain/webhook-url.ts'
import { WEBHOOK_LIMITS } from '../domain/webhook.ts'
import { newSecret, testMessage } from '../webhooks/message.ts'
import { makePost, type PostOptions } from '../webhooks/posting.ts'
import { refusalOf, type Commanded, type Request } from './desk.ts'
import { makeLedger } from './ledger.ts'
import type { Caller } from './rooms.ts'
import { checkChange, changesOf } from './webhook-changes.ts'
import { attempt, disabling, type CourierWorld } from './webhook-courier.ts'
import { makeCouriers } from './webhook-couriers.ts'
import type { Round } from './webhook-round.ts'
import { Tally } from './webhook-tally.ts'
import { Webhooks, type NewWebhook, type ShownWebhook, type WebhookChange } from './webhooks.ts'

export interface WebhooksOptions extends PostOptions, WebhookPace {
  readonly keys: KeyRing
  /** Before a courier that fell over begins again. Default 10,000. */
  readonly againMs?: number
}

/** Messages on their way at the same time, of all webhooks together; of one webhook there is one. */
const AT_ONCE = 16
/** How long a secret that was replaced signs beside the new one. */
const OLD_SECRET_MS = 86_400_000

const UNKNOWN = { code: 'webhook_unknown', message: 'There is no such webhook.' } as const
const FULL = {
  code: 'conflict',
  message: `There can be ${WEBHOOK_LIMITS.endpoints} webhooks; remove one first.`,
} as const

const make = Effect.fnUntraced(function* (options: WebhooksOptions) {
  const { keys, privateHosts } = options
  const database = yield* Database
  const ledger = makeLedger(database)
  const turn = yield* Semaphore.make(1)
  const rounds = new Map<string, Round>()
  const tally = new Tally(rounds)
  const world: CourierWorld = {
    database,
    keys,
    pace: options,
    post: makePost(options),
    atOnce: yield* Semaphore.make(AT_ONCE),
    note: tally.note,
    noteAside: tally.noteAside,
  }
  const { begin, end } = yield* makeCouriers(world, rounds, options.againMs)

  const read = <A>(query: Effect.Effect<A, DbError, Database>): Effect.Effect<A, DbError> =>
    Effect.provideService(query, Database, database)
  const factOf = (name: FactName, at: number, body: Fact['body']): Fact => ({
    name,
    at,
    roomId: null,
    sessionId: null,
    body,
  })
  const asked = (caller: Caller, action: string, target: string | null): Request => ({
    caller,
    action,
    roomId: null,
    target,
  })
  const shown = (row: WebhookRow, head: number): ShownWebhook => {
    const { urlSealed: _, secretSealed: __, oldSecretSealed: ___, ...rest } = row
    const cursor = Math.max(row.cursor, rounds.get(row.id)?.cursor ?? 0)
    const state = row.disabledAt !== null ? 'disabled' : row.failingSince !== null ? 'retrying' : 'ready'
    return { ...rest, state, cursor, behind: Math.max(0, head - cursor) }
  }
  const show = (id: string) =>
    Effect.gen(function* () {
      const row = yield* read(rows.find(id))
      return row === null ? null : shown(row, yield* read(newest))
    })
  const shownAfter = (id: string): Commanded<ShownWebhook> =>
    Effect.flatMap(show(id), (webhook) =>
      webhook === null ? Effect.fail(refusalOf(UNKNOWN)) : Effect.succeed(webhook),
    )
  /** The webhook as it is, in turn with every other command. */
  const withRow = <A>(
    request: Request,
    id: string,
    carryOut: (row: WebhookRow) => Commanded<A>,
  ): Commanded<A> =>
    turn.withPermits(1)(
      Effect.flatMap(read(rows.find(id)), (row): Commanded<A> =>
        row === null ? ledger.refuse(request, UNKNOWN) : carryOut(row),
      ),
    )

  const add = Effect.fnUntraced(function* (webhook: NewWebhook, caller: Caller) {
    const id = `w${randomBytes(9).toString('base64url')}`
    const request = asked(caller, 'webhook.add', id)
    const checked = checkChange(webhook, privateHosts)
    if (Result.isFailure(checked)) return yield* ledger.refuse(request, checked.failure)
    const { url, facts, rooms, name } = { ...webhook, ...checked.success }
    const at = yield* Clock.currentTimeMillis
    const secret = newSecret()
    const statement = rows.insert(
      {
        id,
        name,
        urlSealed: seal(keys, rows.urlAad(id), url),
        urlShown: shownUrl(new URL(url)),
        facts,
        rooms,
        secretSealed: seal(keys, rows.secretAad(id), Redacted.value(secret)),
        at,
      },
      WEBHOOK_LIMITS.endpoints,
    )
    const added = factOf('webhook.added', at, { webhook: id, name, facts, rooms })
    const change = { statements: [statement], guard: 0, facts: [added] }
    const { applied } = yield* ledger.commit(request, change, new URL(url).host)
    if (!applied) return yield* refusalOf(FULL)
    yield* begin(id)
    return { webhook: yield* shownAfter(id), secret }
  })

  const change = Effect.fnUntraced(function* (request: Request, row: WebhookRow, wanted: WebhookChange) {
    const { id } = row
    const checked = checkChange(wanted, privateHosts)
    if (Result.isFailure(checked)) return yield* ledger.refuse(request, checked.failure)
    const at = yield* Clock.currentTimeMillis
    const { next, changed } = changesOf(keys, row, { ...wanted, ...checked.success })
    const isOff = wanted.enabled === false && row.disabledAt === null
    const isOn = wanted.enabled === true && row.disabledAt !== null
    if (changed.length === 0 && !isOff && !isOn && wanted.skip !== true) {
      yield* ledger.noop(request)
      return yield* shownAfter(id)
    }
    const off = isOff ? disabling(id, 'operator', at) : null
    const statements = [
      ...(changed.length === 0 ? [] : [rows.change(next, at)]),
      ...(wanted.skip === true ? [rows.skip(id)] : []),
      ...(off?.statements ?? []),
      ...(isOn ? [rows.enable(id, at)] : []),
    ]
    const facts = [
      ...(changed.length === 0 ? [] : [factOf('webhook.changed', at, { webhook: id, changed })]),
      ...(off?.facts ?? []),
      ...(isOn ? [factOf('webhook.enabled', at, { webhook: id })] : []),
    ]
    const said = [...changed, ...(wanted.skip === true ? ['skipped'] : []), ...(isOn ? ['enabled'] : [])]
    // The courier stops before the change, so that none of its writes comes after it.
    yield* end(id)
    const done = yield* Effect.exit(
      ledger.commit(request, { statements, facts }, [...said, ...(off ? ['disabled'] : [])].join(', ')),
    )
    yield* begin(id)
    yield* done
    return yield* shownAfter(id)
  })

  const rotate = Effect.fnUntraced(function* (request: Request, row: WebhookRow) {
    const { id } = row
    const at = yield* Clock.currentTimeMillis
    const secret = newSecret()
    const sealed = seal(keys, rows.secretAad(id), Redacted.value(secret))
    const until = at + OLD_SECRET_MS
    yield* ledger.commit(request, {
      statements: [rows.replaceSecret(id, sealed, { sealed: row.secretSealed, until }, at)],
      facts: [factOf('webhook.rotated', at, { webhook: id, oldUntil: until })],
    })
    yield* begin(id)
    return { webhook: yield* shownAfter(id), secret }
  })

  const all = yield* read(rows.list)
  tally.begin(all)
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      database.subscribe((entry) => {
        for (const round of rounds.values()) round.hear(entry)
        tally.hear(entry)
      }),
    ),
    (stop) => Effect.sync(stop),
  )
  for (const { id, disabledAt } of all) if (disabledAt === null) yield* begin(id)

  return Webhooks.of({
    list: Effect.gen(function* () {
      const [all, head] = [yield* read(rows.list), yield* read(newest)]
      return all.map((row) => shown(row, head))
    }),
    find: show,
    add: (webhook, caller) => turn.withPermits(1)(add(webhook, caller)),
    change: (id, wanted, caller) => {
      const request = asked(caller, 'webhook.change', id)
      return withRow(request, id, (row) => change(request, row, wanted))
    },
    remove: (id, caller) => {
      const request = asked(caller, 'webhook.remove', id)
      return withRow(request, id, () =>
        Effect.gen(function* () {
          const at = yield* Clock.currentTimeMillis
          const facts = [factOf('webhook.removed', at, { webhook: id })]
          yield* ledger.commit(request, { statements: rows.remove(id), facts })
          yield* end(id)
        }),
      )
    },
    rotate: (id, caller) => {
      const request = asked(caller, 'webhook.rotate', id)
      return withRow(request, id, (row) => rotate(request, row))
    },
    // Not in turn with the others: a receiver that hangs must hold up no command.
    test: (id, caller) =>
      Effect.gen(function* () {
        const request = asked(caller, 'webhook.test', id)
        const row = yield* read(rows.find(id))
        if (row === null) return yield* ledger.refuse(request, UNKNOWN)
        const startedAt = yield* Clock.currentTimeMillis
        const message = testMessage(id, startedAt)
        const delivery = yield* attempt(world, row, message)
        const tookMs = (yield* Clock.currentTimeMillis) - startedAt
        yield* ledger.commit(request, { statements: [] }, delivery.ok ? 'delivered' : delivery.code)
        return { messageId: message.id, delivery, tookMs }
      }),
    letters: (id, after, limit) =>
      Effect.gen(function* () {
        if ((yield* read(rows.find(id))) === null) return yield* refusalOf(UNKNOWN)
        return yield* read(letters.page(id, after, limit))
      }),
    redeliver: (id, seqs, caller) => {
      const request = asked(caller, 'webhook.redeliver', id)
      return withRow(request, id, () =>
        Effect.gen(function* () {
          const at = yield* Clock.currentTimeMillis
          const { results } = yield* ledger.commit(request, { statements: [letters.sendAgain(id, seqs, at)] })
          yield* begin(id)
          return results[0]?.rowsAffected ?? 0
        }),
      )
    },
    counts: tally.counts,
  })
})

export const webhooksLive = (options: WebhooksOptions): Layer.Layer<Webhooks, DbError, Database> =>
  Layer.effect(Webhooks, make(options))
