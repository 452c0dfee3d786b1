import { setTimeout as sleep } from 'node:timers/promises'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import * as TestClock from 'effect/testing/TestClock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { upkeep, UPKEEP } from '../../src/archive/maintenance/upkeep.ts'
import type { IntegrityReport } from '../../src/db/integrity.ts'
import { T0 } from './record.ts'
import { openStore, type Store } from './store.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
})
afterEach(() => store.close())

const DAY = 86_400_000
const SOUND: IntegrityReport = { ok: true, problems: [], tables: 1, tookMs: 1 }

const count = async (sql: string) => Number((await store.rows(sql))[0]?.['n'])
const runs = () =>
  count(`SELECT count(*) AS n FROM maintenance_log WHERE kind = 'prune' AND actor = 'system'`)
const facts = () => count(`SELECT count(*) AS n FROM journal WHERE name = 'room.looked'`)
const fact = (at: number) =>
  store.rows(`INSERT INTO journal (at, name, body) VALUES (?1, 'room.looked', '{}')`, [at])

const pass = (ms: number) =>
  Effect.andThen(
    Effect.promise(() => new Promise((done) => setImmediate(done))),
    TestClock.adjust(ms),
  )

/** The upkeep from `from` on, and how to let time pass for it. */
const during = (from: number, check: Effect.Effect<IntegrityReport> | null, told: IntegrityReport[] = []) => {
  const work = upkeep({ check, onReport: (report) => void told.push(report) })
  return (steps: (pass: (ms: number) => Effect.Effect<void>) => Effect.Effect<void>) =>
    store.run(
      Effect.gen(function* () {
        yield* TestClock.setTime(from)
        const fiber = yield* Effect.forkChild(work)
        yield* steps(pass)
        yield* Fiber.interrupt(fiber)
      }).pipe(Effect.provide(TestClock.layer())),
    )
}
/** Real time passes here, for what is read from the disk. */
const seen = (what: string, is: () => Promise<boolean>) =>
  Effect.promise(async () => {
    for (const until = Date.now() + 120_000; !(await is()); await sleep(5)) {
      if (Date.now() > until) throw new Error(`it never came: ${what}`)
    }
  })

describe('the daily upkeep', () => {
  it('forgets facts after 90 days and keys after one, a while after the start and every day, and says so', async () => {
    await fact(T0)
    await fact(T0 + 80 * DAY)
    await store.rows(
      `INSERT INTO idempotency (owner, key, request_hash, boot, created_at) VALUES ('o', 'k', 'h', 'b', ?1)`,
      [T0 + 90 * DAY],
    )
    const told: IntegrityReport[] = []
    await during(
      T0 + 91 * DAY,
      Effect.succeed(SOUND),
      told,
    )(
      Effect.fnUntraced(function* (pass) {
        yield* pass(UPKEEP.afterStartMs - 1)
        expect(yield* Effect.promise(runs)).toBe(0)
        yield* pass(1)
        yield* seen('the first run', async () => (await runs()) === 1 && told.length === 1)
        expect(yield* Effect.promise(facts)).toBe(1)
        expect(yield* Effect.promise(() => count('SELECT count(*) AS n FROM idempotency'))).toBe(0)
        yield* pass(DAY)
        yield* seen('the second run', async () => (await runs()) === 2)
      }),
    )
    const [row] = await store.rows(`SELECT actor, action FROM audit ORDER BY seq LIMIT 1`)
    expect(row).toEqual({ actor: 'system', action: 'maintenance.prune' })
  })

  it('forgets webhooks after seven days, in pieces, and keeps the younger ones', async () => {
    const many = `INSERT INTO webhook_inbox (id, received_at, event, body, outcome)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
SELECT 'old' || i, ?1 - i, 'room_started', '{}', 'applied' FROM n`
    await store.rows(many, [T0])
    await store.rows(
      `INSERT INTO webhook_inbox (id, received_at, event, body, outcome) VALUES ('young', ?1, 'x', '{}', 'applied')`,
      [T0 + DAY],
    )
    const left = () => count('SELECT count(*) AS n FROM webhook_inbox')
    expect(await left()).toBe(2_501)
    await during(
      T0 + 7 * DAY,
      null,
    )(
      Effect.fnUntraced(function* (pass) {
        yield* pass(UPKEEP.afterStartMs)
        yield* seen('the old ones gone', async () => (await left()) === 1)
      }),
    )
    expect(await store.rows('SELECT id FROM webhook_inbox')).toEqual([{ id: 'young' }])
  })

  it('is not due again because the server was started again', async () => {
    const from = T0 + 10 * DAY
    const first = Effect.fnUntraced(function* (pass: (ms: number) => Effect.Effect<void>) {
      yield* pass(UPKEEP.afterStartMs)
      yield* seen('the run', async () => (await runs()) === 1)
    })
    await during(from, null)(first)
    await during(
      from + UPKEEP.afterStartMs + DAY / 2,
      null,
    )(
      Effect.fnUntraced(function* (pass) {
        yield* pass(DAY / 2 - 1)
        expect(yield* Effect.promise(runs)).toBe(1)
        yield* pass(1)
        yield* seen('the next run', async () => (await runs()) === 2)
      }),
    )
  })

  it('goes on after a run that failed', async () => {
    let failures = 0
    store.beforeWrite = async () => {
      if (failures < 2) {
        failures += 1
        throw new Error('no')
      }
    }
    await during(
      T0,
      null,
    )(
      Effect.fnUntraced(function* (pass) {
        yield* pass(UPKEEP.afterStartMs)
        yield* seen('the failure', async () => failures === 2)
        yield* pass(UPKEEP.afterStartMs)
        yield* seen('the run', async () => (await runs()) === 1)
      }),
    )
    expect(failures).toBe(2)
  })
})
