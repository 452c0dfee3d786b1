// What webhooks may take of the server, and what a database in trouble does to them.

import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { DbError } from '../../src/domain/errors.ts'
import type { Fact } from '../../src/domain/facts.ts'
import { startDatabase, until, type TestDatabase } from '../_support/db.ts'
import { hangs, seqsOf, startReceiver, takes, type Receiver } from '../_support/webhook-receiver.ts'
import { startWebhooks, type TestWebhooks } from '../_support/webhooks.ts'

const CALLER = { actor: 'operator', ip: null } as const

let db: TestDatabase
let receiver: Receiver
let outgoing: TestWebhooks
beforeEach(async () => {
  db = await startDatabase()
  receiver = await startReceiver()
})
afterEach(async () => {
  await outgoing.stop()
  await receiver.close()
  await db.remove()
})

const add = (path = '') =>
  Effect.runPromise(
    outgoing.webhooks.add(
      { url: receiver.url + path, facts: ['asset.missing'], rooms: null, name: null },
      CALLER,
    ),
  )
const missing = (n: number): Fact => ({
  name: 'asset.missing',
  at: 1,
  roomId: null,
  sessionId: null,
  body: { n },
})

describe('webhooks', () => {
  it('have sixteen messages on their way at once, one of each, however many there are and hang', async () => {
    outgoing = await startWebhooks(db.database, { timeoutMs: 60_000 })
    receiver.mood = hangs
    for (let n = 0; n < 20; n += 1) await add(`/${n}`)
    await db.write({ statements: [], facts: [missing(1), missing(2)] })
    await until('sixteen', () => receiver.heard.length === 16)
    // What is let through is let through in the turn after this one: another message would be here by then.
    await outgoing.webhooks.list.pipe(Effect.runPromise)
    expect(receiver.heard).toHaveLength(16)
    expect(new Set(receiver.heard.map(({ path }) => path)).size).toBe(16)
    receiver.mood = takes
    for (const socket of receiver.sockets) socket.destroy()
    await until('all of them', () => seqsOf(receiver).length === 40)
  })

  it('send nothing twice because the database cannot note that it was taken', async () => {
    let failures = 0
    const failing: Database['Service'] = {
      ...db.database,
      write: (transaction) => {
        const isNote = transaction.statements.some(({ sql }) => sql.includes('delivered = delivered + 1'))
        if (!isNote || failures >= 3) return db.database.write(transaction)
        failures += 1
        const error = new DbError({ kind: 'full', outcome: 'failed', message: 'the disk is full' })
        return Effect.fail(error)
      },
    }
    outgoing = await startWebhooks(failing)
    const { webhook } = await add()
    await db.write({ statements: [], facts: [missing(1), missing(2)] })
    await until('both', () => seqsOf(receiver).length === 2)
    for (;;) {
      const found = await Effect.runPromise(outgoing.webhooks.find(webhook.id))
      if (found?.delivered === 2) break
    }
    expect(failures).toBe(3)
    expect(receiver.heard).toHaveLength(2)
  })

  it('go on after an error that nobody expected', async () => {
    let thrown = 0
    outgoing = await startWebhooks(db.database, {
      againMs: 10,
      resolve: (host) => {
        if (thrown < 2) throw new Error(`thrown ${(thrown += 1)} times for ${host}`)
        return Promise.resolve([{ address: '127.0.0.1', family: 4 }])
      },
      privateHosts: ['hook.test'],
    })
    const url = `http://hook.test:${receiver.port}/`
    const asked = { url, facts: ['asset.missing'], rooms: null, name: null }
    await Effect.runPromise(outgoing.webhooks.add(asked, CALLER))
    await db.write({ statements: [], facts: [missing(1)] })
    await until('it', () => receiver.heard.length === 1)
    expect(thrown).toBe(2)
  })

  it('go on when the journal could not be read for a while', async () => {
    let failures = 0
    const failing: Database['Service'] = {
      ...db.database,
      read: (sql, args) => {
        if (!sql.includes('FROM journal WHERE seq') || failures >= 1) return db.database.read(sql, args)
        failures += 1
        return Effect.fail(new DbError({ kind: 'busy', outcome: 'failed', message: 'slow' }))
      },
    }
    outgoing = await startWebhooks(failing)
    await add()
    await db.write({ statements: [], facts: [missing(1)] })
    await until('it', () => receiver.heard.length === 1)
    expect(failures).toBe(1)
  })
})
