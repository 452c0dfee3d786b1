// A server with something to care for: sessions that can be joined, one of them with a counter that is wrong, a secret
// under an old key, a receiver of webhooks, a store that is swept often and has files that no list has. And how its
// page must look wherever it is open.

import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openConnection } from '../../src/db/client.ts'
import { databaseFile } from '../_support/product-database.ts'
import { buildHouse, type House } from '../_support/product-house.ts'
import { person } from '../_support/tiktok/standin.ts'
import { startReceiver, type Receiver } from '../_support/webhook-receiver.ts'
import { buildConsole } from './stage.ts'
import type { Visit } from './visit.ts'

/** Keys of files that are there from the beginning: so many that their loss is not believed. */
export const AVATARS: readonly string[] = Array.from({ length: 20 }, (_, n) => `avatars/${n}.vrm`)

export interface SystemStage {
  readonly house: House
  readonly receiver: Receiver
  /** All avatars at once, between two sweeps. */
  readonly takeAway: () => Promise<void>
  readonly bringBack: () => Promise<void>
  /** `first` and `second` are of one broadcast, `other` is of another room, `live` goes on. Each has one chat. */
  readonly sessions: Readonly<Record<'first' | 'second' | 'other' | 'live', string>>
  readonly close: () => Promise<void>
}

const key = (name: string, byte: number): string => `${name}:${Buffer.alloc(32, byte).toString('base64')}`

/** Something is said in this room's session, which is the answer. */
const said = async (house: House, handle: string): Promise<string> => {
  const id = await house.recording(handle)
  house.tiktok.creator(handle).say('hello', person(1))
  await house.until('what was said', async () => (await house.events(id)).some(({ kind }) => kind === 'chat'))
  return id
}

const play = async (house: House): Promise<SystemStage['sessions']> => {
  await house.product.start({ SECRETS_KEYS: key('old', 1) })
  await Promise.all([house.record('twice.room'), house.record('other.room')])
  const first = await said(house, 'twice.room')
  await house.product.post('/api/rooms/twice.room/end-session')
  const other = await said(house, 'other.room')
  await house.until('its archive', async () => (await house.sessions('twice.room'))[0]?.archivedAt)
  const second = await said(house, 'twice.room')
  for (const handle of ['twice.room', 'other.room']) house.tiktok.creator(handle).end()
  await house.archived('twice.room', 2)
  await house.archived('other.room')
  await house.add('sealed.room', { monitor: false, proxyUrl: 'http://user:pass@127.0.0.1:9' })
  await house.product.stop()
  const database = await openConnection({ url: `file:${databaseFile(house.product.dataDir)}`, mode: 'write' })
  await database.batch([{ sql: 'UPDATE sessions SET chats = 99 WHERE id = ?', args: [first] }])
  database.close()
  await house.product.start()
  await house.record('live.room')
  return { first, second, other, live: await said(house, 'live.room') }
}

/**
 * A sweep has ended, and the server's next is not due for more than a second. One under way would see some of what
 * goes now, and believe that only a few are gone.
 */
const isBetweenSweeps = async ({ product }: House): Promise<boolean> => {
  interface Swept {
    readonly state: string
    readonly startedAt: number
  }
  const [last] = (await product.get<{ items: readonly Swept[] }>('/api/maintenance/sweeps')).items
  return last !== undefined && last.state !== 'running' && Date.now() - last.startedAt < 1_500
}

export const openSystem = async (): Promise<SystemStage> => {
  buildConsole()
  const receiver = await startReceiver()
  const house = await buildHouse({
    env: {
      SECRETS_KEYS: `${key('new', 2)},${key('old', 1)}`,
      WEBHOOK_PRIVATE_HOSTS: `127.0.0.1:${receiver.port}`,
      WEBHOOK_RETRY_BASE_MS: '20',
      ASSET_SWEEP_INTERVAL_MS: '3000',
    },
  })
  const store = join(house.product.dataDir, 'assets')
  const folder = join(store, 'avatars')
  const close = async (): Promise<void> => {
    await house.close()
    await receiver.close()
  }
  try {
    const sessions = await play(house)
    await mkdir(folder, { recursive: true })
    for (const name of AVATARS) await writeFile(join(store, name), `glTF\u0002\0\0\0 ${name}`)
    const takeAway = async (): Promise<void> => {
      await expect.poll(() => isBetweenSweeps(house), { timeout: 30_000 }).toBe(true)
      await rename(folder, `${folder}-elsewhere`)
    }
    const bringBack = () => rename(`${folder}-elsewhere`, folder)
    return { house, receiver, takeAway, bringBack, sessions, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Axe finds nothing wrong, and nothing is wider than a phone. */
export const looksRight = async (v: Visit): Promise<void> => {
  expect(await v.axe()).toEqual([])
  await v.page.setViewportSize({ width: 360, height: 740 })
  expect(await v.overflow()).toBeLessThanOrEqual(0)
  await v.page.setViewportSize({ width: 1280, height: 800 })
}

const PLACES = `JSON.stringify([localStorage, sessionStorage, history.state, document.documentElement.outerHTML,
  [...document.querySelectorAll('input, textarea')].map(({ value }) => value)])`

/** What is in this field of the dialog, and nowhere in the page once that is closed. */
export const shownOnce = async (v: Visit, label: string): Promise<string> => {
  const dialog = v.page.getByRole('dialog').last()
  const secret = await dialog.getByLabel(label).inputValue()
  expect(await v.page.evaluate(PLACES)).toContain(secret)
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await dialog.waitFor({ state: 'detached' })
  expect(await v.page.evaluate(PLACES)).not.toContain(secret)
  return secret
}
