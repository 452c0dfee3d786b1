// A product with short times in front of a stand-in of TikTok, cleaned up together, and what tests ask of both.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Product, type ProductOptions } from './product.ts'
import { startTikTok, type Creator, type TikTok, type TikTokOptions } from './tiktok/standin.ts'

/** Short enough that an evening passes in seconds. */
export const SHORT = {
  WATCH_INTERVAL_MS: '1000',
  HEARTBEAT_INTERVAL_MS: '500',
  SILENCE_TIMEOUT_MS: '1000',
  // A boot on a busy machine takes seconds, and a session must survive it.
  RESUME_WINDOW_MS: '60000',
  DRAIN_TIMEOUT_MS: '1500',
  COOLDOWN_MS: '300',
  SIGN_REQUESTS_PER_MINUTE: '6000',
} as const

export interface RoomView {
  readonly id: string
  readonly handle: string
  readonly state: string
  readonly session: { readonly id: string; readonly counters: { readonly events: number } } | null
  readonly waiting: { readonly for: string; readonly untilAt: number | null } | null
  readonly lastError: string | null
  readonly lastSessionId: string | null
  readonly ownerToken?: string
}

export interface SessionView {
  readonly id: string
  readonly broadcastId: string
  readonly openedAt: number
  readonly parkedAt: number | null
  readonly archivedAt: number | null
  readonly endReason: string | null
  readonly counters: Readonly<Record<string, number>>
}

export interface SessionWhole extends SessionView {
  readonly ending: { readonly reason: string } | null
  readonly secondary: readonly { readonly reason: string }[]
  readonly report: Readonly<Record<string, unknown>>
  readonly gaps: readonly { readonly fromAt: number; readonly toAt: number | null; readonly cause: string }[]
  readonly attempts: readonly { readonly trigger: string; readonly outcome: string }[]
}

export interface EventView {
  readonly id: string
  readonly kind: string
  readonly method: string
  readonly msgId: string | null
  readonly text: string | null
  readonly late: boolean
  readonly history: boolean
}

export interface HouseOptions extends Partial<Omit<ProductOptions, 'dataDir'>> {
  readonly tiktok?: TikTokOptions
}

export class House {
  readonly tiktok: TikTok
  readonly product: Product

  constructor(tiktok: TikTok, product: Product) {
    this.tiktok = tiktok
    this.product = product
  }

  /** Adds a room; its creator exists and is off air. */
  async add(handle: string, more: Readonly<Record<string, unknown>> = {}): Promise<RoomView> {
    this.tiktok.creator(handle)
    return this.product.post<RoomView>('/api/rooms', { handle, ...more })
  }

  /** Adds a room whose creator is on air, and waits until it is recorded. */
  async record(handle: string): Promise<Creator> {
    const creator = this.tiktok.creator(handle)
    creator.goLive()
    await this.add(handle)
    await this.recording(handle)
    return creator
  }

  async recording(handle: string, withinMs?: number): Promise<string> {
    await this.reaches(handle, 'live.receiving', withinMs)
    await this.until(`a viewer of ${handle}`, () =>
      this.tiktok.viewers.some((viewer) => viewer.handle === handle && viewer.entered && viewer.isOpen),
    )
    return this.until(`the session of ${handle} being on disk`, async () => {
      const { session } = await this.room(handle)
      if (session === null) return null
      const { status } = await this.product.request(`/api/sessions/${session.id}`)
      return status === 200 ? session.id : null
    })
  }

  room(handle: string): Promise<RoomView> {
    return this.product.get<RoomView>(`/api/rooms/${handle}`)
  }

  /** Waits until the room's state begins with this. */
  reaches(handle: string, state: string, withinMs?: number): Promise<RoomView> {
    return this.until(
      `${handle} being ${state}`,
      async () => {
        const room = await this.room(handle)
        return room.state.startsWith(state) ? room : null
      },
      withinMs,
    )
  }

  /** Its sessions, oldest first. */
  async sessions(handle: string): Promise<readonly SessionWhole[]> {
    const { items } = await this.product.get<{ items: readonly SessionView[] }>(
      `/api/sessions?room=${handle}&merged=true`,
    )
    return Promise.all(
      items.toReversed().map(({ id }) => this.product.get<SessionWhole>(`/api/sessions/${id}`)),
    )
  }

  /** Waits until the room has `count` archived sessions and none open; gives them all. */
  archived(handle: string, count = 1, withinMs?: number): Promise<readonly SessionWhole[]> {
    return this.until(
      `${count} archived sessions of ${handle}`,
      async () => {
        const all = await this.sessions(handle)
        return all.length >= count && all.every(({ archivedAt }) => archivedAt !== null) ? all : null
      },
      withinMs,
    )
  }

  /** Every event of a session, in order. */
  async events(sessionId: string): Promise<readonly EventView[]> {
    const all: EventView[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page: { readonly items: readonly EventView[]; readonly next: string | null } =
        await this.product.get(`/api/sessions/${sessionId}/events?limit=500${from}`)
      all.push(...page.items)
      cursor = page.next
    }
    return all
  }

  /** Waits until everything that was sent to viewers of this creator's broadcast is stored. */
  async stored(handle: string, sessionId: string): Promise<void> {
    await this.until(`everything of ${handle} being stored`, async () => {
      const ids = new Set((await this.events(sessionId)).map(({ msgId }) => msgId))
      const { broadcastId } = this.tiktok.creator(handle)
      return this.tiktok.truth
        .delivered(broadcastId === null ? { handle } : { handle, broadcastId })
        .every(({ msgId }) => ids.has(msgId))
    })
  }

  /** Looks again and again until there is an answer; fails with the end of the product's log. */
  async until<T>(
    what: string,
    look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
    withinMs = 90_000,
  ): Promise<T> {
    const limit = performance.now() + withinMs
    for (;;) {
      const found = await look()
      if (found !== null && found !== undefined && found !== false) return found
      if (performance.now() > limit) {
        throw new Error(`waited ${withinMs} ms in vain for ${what}\n${this.product.log}`)
      }
      await wait(40)
    }
  }

  async close(): Promise<void> {
    await this.product.stop()
    await this.tiktok.close()
    await rm(this.product.dataDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** A house whose product has not been started. */
export const buildHouse = async (options: HouseOptions = {}): Promise<House> => {
  const { tiktok: standin, env, ...rest } = options
  const dataDir = await mkdtemp(join(tmpdir(), 'roomkeeper-journey-'))
  const tiktok = await startTikTok(standin)
  return new House(tiktok, new Product({ dataDir, env: { ...tiktok.env, ...SHORT, ...env }, ...rest }))
}

export const openHouse = async (options: HouseOptions = {}): Promise<House> => {
  const house = await buildHouse(options)
  try {
    await house.product.start()
    return house
  } catch (error) {
    await house.close()
    throw error
  }
}
