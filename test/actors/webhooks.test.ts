// Facts on their way to somebody else's server: in order, signed, again when they were not taken, and never lost.

import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeRotate } from '../../src/actors/rotation.ts'
import type { NewWebhook, ShownWebhook } from '../../src/actors/webhooks.ts'
import type { WebhooksOptions } from '../../src/actors/webhooks-live.ts'
import { Database } from '../../src/db/database.ts'
import type { Fact, FactName } from '../../src/domain/facts.ts'
import { REFUSALS_MAX } from '../../src/domain/webhook-rules.ts'
import { startDatabase, until, type TestDatabase } from '../_support/db.ts'
import { hangs, says, seqsOf, startReceiver, takes, type Receiver } from '../_support/webhook-receiver.ts'
import { ring, startWebhooks, type TestWebhooks } from '../_support/webhooks.ts'

const CALLER = { actor: 'operator', ip: null } as const

let db: TestDatabase
let receiver: Receiver
let outgoing: TestWebhooks
beforeEach(async () => {
  db = await startDatabase()
  receiver = await startReceiver()
  outgoing = await startWebhooks(db.database)
})
afterEach(async () => {
  await outgoing.stop()
  await receiver.close()
  await db.remove()
})

const restart = async (options: Partial<WebhooksOptions> = {}) => {
  await outgoing.stop()
  outgoing = await startWebhooks(db.database, options)
}
const fact = (name: FactName, roomId: string | null = null, body: Fact['body'] = {}): Fact => ({
  name,
  at: Date.now(),
  roomId,
  sessionId: null,
  body,
})
const happen = (...facts: readonly Fact[]) => db.write({ statements: [], facts })
const add = async (webhook: Partial<NewWebhook> = {}): Promise<ShownWebhook> => {
  const asked = { url: receiver.url, facts: ['asset.missing'], rooms: null, name: null, ...webhook }
  const added = await Effect.runPromise(outgoing.webhooks.add(asked, CALLER))
  receiver.secret = Redacted.value(added.secret)
  return added.webhook
}
const find = async (id: string): Promise<ShownWebhook> => {
  const found = await Effect.runPromise(outgoing.webhooks.find(id))
  if (found === null) throw new Error('it is gone')
  return found
}
const becomes = async (id: string, what: string, isSo: (webhook: ShownWebhook) => boolean) => {
  for (let turn = 0; turn < 2_000; turn += 1) {
    const found = await find(id)
    if (isSo(found)) return found
    await new Promise((done) => setTimeout(done, 5))
  }
  throw new Error(`never ${what}: ${JSON.stringify(await find(id))}`)
}
const change = (id: string, wanted: Parameters<typeof outgoing.webhooks.change>[1]) =>
  Effect.runPromise(outgoing.webhooks.change(id, wanted, CALLER))

describe('a webhook', () => {
  it('is sent the facts it was asked for and no others, in order, each once, signed as its library checks', async () => {
    await happen(fact('asset.missing', null, { before: true }))
    await add()
    for (let n = 0; n < 30; n += 1) {
      await happen(fact('room.looked', 'r1'), fact('asset.missing', null, { n }))
    }
    await until('all of them', () => receiver.heard.length >= 30)
    expect(receiver.heard.map(({ payload }) => payload.data['body'])).toEqual(
      Array.from({ length: 30 }, (_, n) => ({ n })),
    )
    const rows = await db.read(`SELECT seq FROM journal WHERE name = 'asset.missing' ORDER BY seq`)
    expect(seqsOf(receiver)).toEqual(rows.slice(1).map(({ seq }) => seq))
    for (const { isGenuine, headers, payload } of receiver.heard) {
      expect(isGenuine).toBe(true)
      expect(headers['content-type']).toBe('application/json')
      expect(headers['user-agent']).toBe('Roomkeeper/test')
      expect(payload.type).toBe('asset.missing')
      expect(Date.parse(payload.timestamp)).toBe(payload.data['at'])
    }
  })

  it('is sent only the facts of its rooms, and its own when it asks for them', async () => {
    await add({ facts: ['session.*', 'webhook.added'], rooms: ['r1'] })
    await happen(fact('session.opened', 'r2'), fact('session.opened', 'r1'), fact('session.archived', null))
    const all = await startReceiver()
    await add({ url: all.url, facts: ['webhook.*'] })
    await until('both', () => receiver.heard.length >= 1 && all.heard.length >= 1)
    expect(receiver.heard.map(({ payload }) => [payload.type, payload.data['roomId']])).toEqual([
      ['session.opened', 'r1'],
    ])
    expect(all.heard.map(({ payload }) => payload.type)).toEqual(['webhook.added'])
    expect(all.heard[0]?.text).not.toContain(all.url)
    await all.close()
  })

  it('keeps order while its receiver fails: the same message, under the same id, until it is taken', async () => {
    const { id } = await add()
    receiver.mood = (heard, response, nth) => (nth <= 4 ? says(503) : takes)(heard, response, nth)
    await happen(fact('asset.missing', null, { n: 1 }), fact('asset.missing', null, { n: 2 }))
    await until('both', () => seqsOf(receiver).length === 2)
    const ids = receiver.heard.map((one) => one.id)
    expect(new Set(ids.slice(0, 5)).size).toBe(1)
    expect(ids[5]).not.toBe(ids[0])
    expect(new Set(receiver.heard.slice(0, 5).map(({ text }) => text)).size).toBe(1)
    const done = await becomes(id, 'delivered', ({ delivered }) => delivered === 2)
    expect(done).toMatchObject({
      state: 'ready',
      attempts: 0,
      failingSince: null,
      lastStatus: 200,
      lastError: null,
    })
  })

  it('shows what goes wrong, and how often it was tried', async () => {
    const { id } = await add()
    receiver.mood = says(500)
    await happen(fact('asset.missing'))
    const failing = await becomes(id, 'failing', ({ attempts }) => attempts >= 2)
    expect(failing).toMatchObject({ state: 'retrying', lastStatus: 500, lastError: 'failing', delivered: 0 })
    expect(failing.nextAt).not.toBeNull()
    expect(outgoing.webhooks.counts().states).toEqual({ ready: 0, retrying: 1, disabled: 0 })
  })

  it('waits as long as its receiver asks', async () => {
    const { id } = await add()
    receiver.mood = says(429, { 'retry-after': '3600' })
    await happen(fact('asset.missing'))
    const { nextAt, lastAttemptAt } = await becomes(id, 'limited', ({ lastError }) => lastError === 'limited')
    expect((nextAt ?? 0) - (lastAttemptAt ?? 0)).toBe(3_600_000)
  })

  it('puts a message aside that is refused again and again, goes on with the next, and sends it when asked', async () => {
    const { id } = await add()
    receiver.mood = (heard, response, nth) =>
      (heard.payload.data['body'] as { n: number }).n === 1
        ? says(422)(heard, response, nth)
        : takes(heard, response, nth)
    await happen(fact('asset.missing', null, { n: 1 }), fact('asset.missing', null, { n: 2 }))
    const aside = await becomes(id, 'put aside', ({ letters, delivered }) => letters === 1 && delivered === 1)
    expect(receiver.heard).toHaveLength(REFUSALS_MAX + 1)
    expect(aside.failingSince).toBeNull()
    const [letter] = await Effect.runPromise(outgoing.webhooks.letters(id, 0, 10))
    expect(letter).toMatchObject({ state: 'dead', attempts: REFUSALS_MAX, status: 422, error: 'refused' })
    expect(letter?.fact.name).toBe('asset.missing')

    await Effect.runPromise(outgoing.webhooks.redeliver(id, null, CALLER))
    await until('refused once more', () => receiver.heard.length === REFUSALS_MAX + 2)
    receiver.mood = takes
    // The journal may have forgotten it meanwhile.
    await db.write({ statements: [{ sql: 'DELETE FROM journal WHERE seq = ?', args: [letter?.seq ?? 0] }] })
    const seq = letter?.seq ?? 0
    const dead = async () => (await Effect.runPromise(outgoing.webhooks.letters(id, 0, 10)))[0]?.attempts
    while ((await dead()) !== REFUSALS_MAX + 1) await new Promise((done) => setTimeout(done, 5))
    expect(await Effect.runPromise(outgoing.webhooks.redeliver(id, [seq + 1], CALLER))).toBe(0)
    expect(await Effect.runPromise(outgoing.webhooks.redeliver(id, [seq], CALLER))).toBe(1)
    await becomes(id, 'taken', ({ letters, delivered }) => letters === 0 && delivered === 2)
    const [first, again] = [receiver.heard[0], receiver.heard.at(-1)]
    expect([again?.id, again?.text]).toEqual([first?.id, first?.text])
  })

  it('is disabled when it took nothing for long, says so, and goes on where it was when it is on again', async () => {
    await restart({ giveUpMs: 150 })
    const { id } = await add()
    receiver.mood = says(500)
    await happen(fact('asset.missing', null, { n: 1 }))
    const off = await becomes(id, 'disabled', ({ state }) => state === 'disabled')
    expect(off).toMatchObject({ disabledReason: 'failing', lastError: 'failing', lastStatus: 500 })
    const said = await db.read(`SELECT body FROM journal WHERE name = 'webhook.disabled'`)
    expect(said).toEqual([{ body: JSON.stringify({ webhook: id, reason: 'failing' }) }])
    const audit = await db.read(`SELECT actor, outcome, code FROM audit WHERE action = 'webhook.disable'`)
    expect(audit).toEqual([{ actor: 'system', outcome: 'done', code: 'failing' }])
    const tries = receiver.heard.length
    await happen(fact('asset.missing', null, { n: 2 }))
    await restart({ giveUpMs: 150 })
    expect(receiver.heard).toHaveLength(tries)
    expect(outgoing.webhooks.counts().states.disabled).toBe(1)
    receiver.mood = takes
    await change(id, { enabled: true })
    await becomes(id, 'caught up', ({ delivered }) => delivered === 2)
    expect(receiver.heard.slice(tries).map(({ payload }) => payload.data['body'])).toEqual([
      { n: 1 },
      { n: 2 },
    ])
  })

  it('is disabled at once by a 410, and can leave out what waited', async () => {
    const { id } = await add()
    receiver.mood = says(410)
    await happen(fact('asset.missing', null, { n: 1 }))
    const gone = await becomes(id, 'gone', ({ state }) => state === 'disabled')
    expect(gone).toMatchObject({ disabledReason: 'gone' })
    expect(receiver.heard).toHaveLength(1)
    receiver.mood = takes
    expect(await change(id, { enabled: true, skip: true })).toMatchObject({ state: 'ready' })
    await happen(fact('asset.missing', null, { n: 2 }))
    await becomes(id, 'going on', ({ delivered }) => delivered === 1)
    expect(receiver.heard.at(-1)?.payload.data['body']).toEqual({ n: 2 })
  })

  it('signs with the new secret and, for a day, with the old one', async () => {
    const { id } = await add()
    const old = receiver.secret
    const { webhook, secret } = await Effect.runPromise(outgoing.webhooks.rotate(id, CALLER))
    expect((webhook.oldSecretUntil ?? 0) - webhook.secretAt).toBe(86_400_000)
    await happen(fact('asset.missing'))
    await until('it', () => receiver.heard.length === 1)
    expect(receiver.heard[0]?.isGenuine).toBe(true)
    receiver.secret = Redacted.value(secret)
    await happen(fact('asset.missing'))
    await until('another', () => receiver.heard.length === 2)
    expect(receiver.heard[1]?.isGenuine).toBe(true)
    expect(receiver.secret).not.toBe(old)
    await db.write({ statements: [{ sql: 'UPDATE webhooks SET old_secret_until = 1' }] })
    await restart()
    receiver.secret = old
    await happen(fact('asset.missing'))
    await until('a third', () => receiver.heard.length === 3)
    expect(receiver.heard[2]?.isGenuine).toBe(false)
  })

  it('says what the journal forgot while it was disabled', async () => {
    const { id } = await add()
    await change(id, { enabled: false })
    await happen(fact('asset.missing', null, { n: 1 }), fact('asset.missing', null, { n: 2 }))
    await db.write({
      statements: [{ sql: `DELETE FROM journal WHERE seq < (SELECT max(seq) FROM journal)` }],
    })
    await change(id, { enabled: true })
    await until('what is left', () => receiver.heard.length === 1)
    expect(receiver.heard[0]?.payload.data['body']).toEqual({ n: 2 })
    const [letter] = await Effect.runPromise(outgoing.webhooks.letters(id, 0, 10))
    expect(letter).toMatchObject({ state: 'forgotten', error: null })
    expect((await find(id)).letters).toBe(0)
  })

  it('holds up nobody else while its receiver hangs, and is stopped in the middle without a word', async () => {
    receiver.mood = hangs
    await add()
    const other = await startReceiver()
    const { id } = await add({ url: other.url })
    await happen(fact('asset.missing'))
    await until('both', () => other.heard.length === 1 && receiver.heard.length === 1)
    await becomes(id, 'delivered', ({ delivered }) => delivered === 1)
    await outgoing.stop()
    await until('let go', () => receiver.sockets.every(({ destroyed }) => destroyed))
    const rows = await db.read('SELECT delivered, attempts FROM webhooks ORDER BY created_at, id')
    expect(rows.map(({ delivered }) => delivered).sort()).toEqual([0, 1])
    await other.close()
  })

  it('counts attempts and goes on waiting where it was after a restart', async () => {
    await restart({ retryBaseMs: 3_600_000, retryCapMs: 3_600_000 })
    const { id } = await add()
    receiver.mood = says(500)
    await happen(fact('asset.missing'))
    const first = await becomes(id, 'tried', ({ attempts }) => attempts === 1)
    await restart({ retryBaseMs: 3_600_000, retryCapMs: 3_600_000 })
    expect(await find(id)).toMatchObject({ attempts: 1, nextAt: first.nextAt, state: 'retrying' })
    expect(receiver.heard).toHaveLength(1)
    receiver.mood = takes
    // What was changed is tried at once.
    await change(id, { url: `${receiver.url}/new` })
    await becomes(id, 'delivered', ({ delivered }) => delivered === 1)
    expect(receiver.heard.at(-1)?.path).toBe('/hook/new')
  })

  it('goes on under a new key of the ring, and is disabled, not sent unsigned, when its key is gone', async () => {
    const { id } = await add()
    const rotated = await Effect.runPromise(
      makeRotate(ring('v2', 'v1'))({ dryRun: false }, CALLER).pipe(
        Effect.provideService(Database, db.database),
      ),
    )
    expect(rotated.kinds).toMatchObject({ webhook_url: 1, webhook_secret: 1 })
    await restart({ keys: ring('v2') })
    await happen(fact('asset.missing'))
    await becomes(id, 'delivered', ({ delivered }) => delivered === 1)
    expect(receiver.heard[0]?.isGenuine).toBe(true)
    await restart({ keys: ring('v3') })
    await happen(fact('asset.missing'))
    const off = await becomes(id, 'disabled', ({ state }) => state === 'disabled')
    expect(off).toMatchObject({ disabledReason: 'secret_unreadable' })
    expect(receiver.heard).toHaveLength(1)
  })

  it('comes to the end of the journal without being asked for any of it', async () => {
    const { id } = await add()
    await happen(...Array.from({ length: 50 }, () => fact('room.looked', 'r1')))
    await becomes(id, 'at the end', ({ behind }) => behind === 0)
    await happen(fact('room.looked', 'r1'))
    expect((await becomes(id, 'at the end', ({ behind }) => behind === 0)).delivered).toBe(0)
  })
})
