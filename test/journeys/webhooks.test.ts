// Webhooks of the product as a process: killed between a message and its cursor, and told of an asset that is gone.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Product } from '../_support/product.ts'
import { withDatabase } from '../_support/product-database.ts'
import { canary, filesIn, leaks } from '../_support/product-secrets.ts'
import { hangs, seqsOf, startReceiver, takes, type Receiver } from '../_support/webhook-receiver.ts'

interface Hook {
  readonly id: string
  readonly secret: string
  readonly state: string
  readonly behind: number
  readonly delivered: number
  readonly deadLetters: number
}

/** Often a secret of the receiver's. */
const PATH = `/hooks/${canary()}`

let product: Product
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
  product = new Product({
    dataDir: await mkdtemp(join(tmpdir(), 'roomkeeper-webhooks-')),
    env: {
      WEBHOOK_PRIVATE_HOSTS: '127.0.0.1',
      WEBHOOK_RETRY_BASE_MS: '50',
      WEBHOOK_RETRY_CAP_MS: '200',
      ASSET_SWEEP_INTERVAL_MS: '1000',
    },
  })
  await product.start()
})
afterEach(async () => {
  await product.stop()
  await receiver.close()
  await rm(product.dataDir, { recursive: true, force: true, maxRetries: 3 })
})

const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const limit = performance.now() + 60_000
  while (!(await isSo())) {
    if (performance.now() > limit) throw new Error(`never ${what}\n${product.log}`)
    await wait(20)
  }
}
const add = async (facts: readonly string[]): Promise<Hook> => {
  const url = new URL(PATH, receiver.url).href
  const hook = await product.post<Hook>('/api/webhooks', { url, facts })
  receiver.secret = hook.secret
  return hook
}
const change = (n: number) => product.patch('/api/settings', { cooldownMs: 1_000 + n })

describe('the webhooks of the product', () => {
  it('kill -9 between a message and its cursor loses nothing, and repeats it under the same id alone', async () => {
    const { id, secret } = await add(['settings.changed'])
    let made = 0
    for (const at of [1, 4, 9]) {
      let isKilled = false
      receiver.mood = (heard, response, nth) => {
        if (seqsOf(receiver).length < at) takes(heard, response, nth)
        else if (isKilled) hangs(heard, response, nth)
        else {
          // The message is here, its answer never gets back, and the sender is gone.
          isKilled = true
          product.signal('SIGKILL')
        }
      }
      while (product.isRunning) await change((made += 1)).catch(() => null)
      await product.ended
      receiver.mood = takes
      await product.start()
      await change((made += 1))
      await until('everything delivered', async () => {
        const hook = await product.get<Hook>(`/api/webhooks/${id}`)
        return hook.behind === 0 && hook.state === 'ready'
      })
    }
    const { delivered, deadLetters } = await product.get<Hook>(`/api/webhooks/${id}`)
    await product.stop()
    const facts = await withDatabase(product.dataDir, ({ rows }) =>
      rows(`SELECT seq FROM journal WHERE name = 'settings.changed' ORDER BY seq`),
    )
    expect(seqsOf(receiver)).toEqual(facts.map(({ seq }) => seq))
    expect([delivered, deadLetters]).toEqual([facts.length, 0])
    expect(receiver.heard.length, 'each kill made one repeat').toBe(facts.length + 3)
    for (const repeats of Map.groupBy(receiver.heard, (heard) => heard.id).values()) {
      expect(new Set(repeats.map(({ text }) => text)).size).toBe(1)
    }
    expect(receiver.heard.every(({ isGenuine }) => isGenuine)).toBe(true)
    const places = { ...filesIn(product.dataDir), 'what it printed': product.output }
    expect(
      leaks({ secret: secret.slice('whsec_'.length), address: PATH.slice('/hooks/'.length, -4) }, places),
    ).toEqual([])
  })

  it('an asset that went missing is an alarm, signed', async () => {
    await add(['asset.missing', 'asset.found'])
    const bytes = Buffer.alloc(64, 1)
    Buffer.from('glTF\u0002\0\0\0').copy(bytes)
    bytes.writeUInt32LE(64, 8)
    await product.ask('/api/s3/upload?type=scene&key=scenes/room.glb', { method: 'PUT', body: bytes })
    await rm(join(product.dataDir, 'assets', 'scenes', 'room.glb'))
    await until('told', () => receiver.heard.some(({ payload }) => payload.type === 'asset.missing'))
    const alarm = receiver.heard.find(({ payload }) => payload.type === 'asset.missing')
    expect(alarm?.isGenuine).toBe(true)
    expect(JSON.stringify(alarm?.payload.data['body'])).toContain('scenes/room.glb')
  })
})
