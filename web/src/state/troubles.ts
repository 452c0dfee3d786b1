// What the top line needs to know beyond rooms and stream: whether the server is ready, and what is sent out.

import { computed, signal } from '@preact/signals'
import { api } from '../api/fetch.ts'
import type { Live } from '../api/types.ts'
import { serverNow, now } from './clock.ts'
import { connection, lostAt, onFact, onStale } from './facts.ts'
import { allRooms } from './rooms.ts'
import { worst } from './trouble.ts'

const LOOK_MS = 15_000
const SETTLE_MS = 300

/** What is sent out, all rooms of it. */
export const live = signal<readonly Live[]>([])
const unready = signal<readonly string[]>([])

export const trouble = computed(() =>
  worst({
    connection: connection.value,
    // Both by the server's clock, so that they can be compared.
    lostAt: lostAt.value === null ? null : lostAt.value + serverNow() - Date.now(),
    now: now.value,
    unready: unready.value,
    rooms: allRooms.value,
    live: live.value,
  }),
)

const readLive = async (): Promise<void> => {
  try {
    live.value = (await api.get<{ readonly items: readonly Live[] }>('/api/live/status')).items
  } catch {
    // That the server cannot be reached is said once, by the stream.
  }
}

const readReady = async (): Promise<void> => {
  try {
    const response = await fetch('/readyz', { headers: { accept: 'application/json' } })
    const body = (await response.json()) as { readonly reasons?: readonly string[] }
    unready.value = response.ok ? [] : (body.reasons ?? ['unready'])
  } catch {
    unready.value = []
  }
}

let stop: (() => void) | null = null

export const startTroubles = (): void => {
  if (stop !== null) return
  let settled: ReturnType<typeof setTimeout> | undefined
  const ends = [
    onStale(() => void Promise.all([readLive(), readReady()])),
    onFact(({ name }) => {
      if (name.startsWith('storage.')) void readReady()
      if (!/^(egress|outbound|platform|destination)\./.test(name) || settled !== undefined) return
      settled = setTimeout(() => {
        settled = undefined
        void readLive()
      }, SETTLE_MS)
    }),
  ]
  const timer = setInterval(() => !document.hidden && void readReady(), LOOK_MS)
  stop = () => {
    for (const end of ends) end()
    clearInterval(timer)
    clearTimeout(settled)
  }
}

export const stopTroubles = (): void => {
  stop?.()
  stop = null
  live.value = []
  unready.value = []
}
