// Everything that can happen to rooms, their creators, the sign server and the process, in a random order that is
// the same for the same seed; and what was promised meanwhile. What must be true then is in the journey.

import { setTimeout as wait } from 'node:timers/promises'
import type { House } from './product-house.ts'
import { person, seeded, type Creator } from './tiktok/standin.ts'

export interface Chaos {
  /** Lives through so many steps; the process is interrupted now and then. */
  readonly run: (steps: number) => Promise<void>
  /** Ends every fault and every broadcast. */
  readonly heal: () => void
  /** Message ids of frames whose acknowledgement arrived. */
  readonly acked: () => readonly string[]
  /** What was done, and how often. */
  readonly done: ReadonlyMap<string, number>
}

type Act = (handle: string, creator: Creator) => unknown

const FRAME_EVERY_MS = 25

export const makeChaos = (house: House, handles: readonly string[], seed: number): Chaos => {
  const random = seeded(seed)
  const { tiktok, product } = house
  const frames = new Map<string, readonly string[]>()
  const done = new Map<string, number>()
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T

  const talk = (creator: Creator): void => {
    if (creator.audience.length === 0) return
    const messages = creator.compose(() => {
      for (let n = 0; n < 3; n += 1) creator.say(`word ${random()}`, person(Math.floor(random() * 20)))
      creator.gift(person(1), '5655', { repeat: 1 + Math.floor(random() * 5), group: '77' })
    })
    for (const { logId, messages: sent } of creator.send(messages)) {
      frames.set(
        logId,
        sent.map(({ msgId }) => msgId),
      )
    }
  }

  const command = (name: string, body: unknown = {}): Act => {
    return async (handle) => {
      // Refusals are answers too.
      await product.request(`/api/rooms/${handle}/${name}`, { method: 'POST', body: JSON.stringify(body) })
    }
  }
  const change = (body: unknown): Act => {
    return (handle) =>
      product.request(`/api/rooms/${handle}`, { method: 'PATCH', body: JSON.stringify(body) })
  }

  const acts: Readonly<Record<string, Act>> = {
    /** What makes a room live again, so that most of the time most of them are. */
    live: async (handle, creator) => {
      if (!creator.isLive) creator.goLive()
      const body = JSON.stringify({ monitor: true })
      await product.request(`/api/rooms/${handle}`, { method: 'PATCH', body })
    },
    'live again': (_, creator) => {
      if (!creator.isLive && creator.broadcastId !== null)
        creator.goLive({ broadcastId: creator.broadcastId })
    },
    'another broadcast': (_, creator) => creator.newBroadcast(),
    ended: (_, creator) => creator.isLive && creator.end(),
    suspended: (_, creator) => creator.isLive && creator.suspend(),
    'gone without a word': (_, creator) => creator.goOffline(),
    paused: (_, creator) => creator.isLive && creator.pause(),
    'goes on': (_, creator) => creator.isLive && creator.unpause(),
    reset: (_, creator) => creator.mishaps.dropHard(),
    'reset at once': (_, creator) => creator.mishaps.dropHard({ atOnce: true }),
    closed: (_, creator) => creator.mishaps.dropSoft(),
    stalled: (_, creator) => creator.mishaps.stall(),
    'words after the end': (_, creator) => creator.isLive && creator.mishaps.endInTheMiddle(),
    'the same twice': (_, creator) => creator.mishaps.duplicateInBatch(),
    'a damaged payload': (_, creator) => creator.mishaps.corruptPayload(),
    'a damaged frame': (_, creator) => creator.mishaps.corruptFrame(),
    'odd texts': (_, creator) => creator.mishaps.oddTexts(),
    'no sign server': (handle) => tiktok.fault('sign', { kind: 'status', status: 502, handle, times: 2 }),
    'nothing from the sign server': (handle) => tiktok.fault('sign', { kind: 'empty', handle, times: 1 }),
    'ended inside': (handle) => tiktok.fault('sign', { kind: 'ended_inside', handle, times: 1 }),
    'a refused socket': (handle) => tiktok.fault('socket', { kind: 'refused', handle, times: 2 }),
    'a socket reset at birth': (handle) => tiktok.fault('socket', { kind: 'reset', handle, times: 1 }),
    'a page that lies': (handle) => tiktok.fault('api', { kind: 'says', status: 4, handle, times: 3 }),
    'a page that is not there': (handle) =>
      tiktok.fault('html', { kind: 'status', status: 500, handle, times: 3 }),
    stop: command('stop'),
    start: command('start', { force: true }),
    'end session': command('end-session'),
    unwatched: change({ monitor: false }),
  }

  const LIVE = ['live', acts['live']!] as const

  const interruptions: Readonly<Record<string, () => Promise<unknown>>> = {
    'kill -9': () => product.end('SIGKILL'),
    'let go': () => product.end('SIGTERM'),
    'stood still': async () => {
      product.signal('SIGSTOP')
      await wait(1_500)
      product.signal('SIGCONT')
    },
  }

  const note = (name: string): void => void done.set(name, (done.get(name) ?? 0) + 1)

  const run = async (steps: number): Promise<void> => {
    const talking = setInterval(() => {
      for (const handle of handles) talk(tiktok.creator(handle))
    }, FRAME_EVERY_MS)
    try {
      for (let step = 1; step <= steps; step += 1) {
        const [name, act] = random() < 0.3 ? LIVE : pick(Object.entries(acts))
        const handle = pick(handles)
        note(name)
        await act(handle, tiktok.creator(handle))
        await wait(Math.floor(random() * 120))
        if (step % 40 !== 0) continue
        const [how, interrupt] = pick(Object.entries(interruptions))
        note(how)
        await interrupt()
        if (!product.isRunning) await product.start()
      }
    } finally {
      clearInterval(talking)
    }
  }

  return {
    run,
    heal: () => {
      tiktok.clearFaults()
      for (const handle of handles) tiktok.creator(handle).goOffline()
    },
    acked: () => tiktok.viewers.flatMap(({ acks }) => acks.flatMap(({ logId }) => frames.get(logId) ?? [])),
    done,
  }
}
