// What a backup costs the server beside which it is made: how long a commit takes before, during and after, at the
// pace that it has by default and without one, and by how much the log grew.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as Effect from 'effect/Effect'
import { quantile, type Bench, type Figure } from './figures.ts'
import { openDatabase, tempFolder, type OwnDatabase } from './own-database.ts'
import { seed } from './seed.ts'

const CLI = new URL('../src/cli.ts', import.meta.url).pathname
/** A commit of 20 facts every 20 ms: a thousand a second. */
const EVERY_MS = 20
const FACTS = 20
const QUIET_MS = 5_000
const MEGABYTE = 1_000_000

interface Load {
  readonly took: { readonly at: number; readonly ms: number }[]
  readonly stop: () => Promise<void>
}

const write = ({ database }: OwnDatabase): Load => {
  const took: Load['took'] = []
  const over = new AbortController()
  const facts = Array.from({ length: FACTS }, (_, n) => ({
    name: 'room.looked' as const,
    at: Date.now(),
    roomId: `r${n}`,
    sessionId: null,
    body: { answer: 'live', broadcastId: '7290000000000000001', sources: ['html', 'api'], status: 2 },
  }))
  const going = (async () => {
    while (!over.signal.aborted) {
      const at = performance.now()
      await Effect.runPromise(database.write({ statements: [], facts }))
      const ms = performance.now() - at
      took.push({ at, ms })
      await sleep(Math.max(0, EVERY_MS - ms))
    }
  })()
  return {
    took,
    stop: async () => {
      over.abort()
      await going
    },
  }
}

const backUp = async (folder: string, to: string, rate: number): Promise<void> => {
  const args = [CLI, 'backup', to, '--rate', String(rate)]
  const child = spawn(process.execPath, args, {
    env: { DATA_DIR: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the backup ended with ${code}`)
}

const measured = async (folder: string, rate: number): Promise<Figure> => {
  const own = await openDatabase(folder)
  const to = join(folder, 'backups')
  const load = write(own)
  await sleep(QUIET_MS)
  const walBefore = own.database.health().walBytes
  const from = performance.now()
  await backUp(folder, to, rate)
  const until = performance.now()
  const walAfter = own.database.health().walBytes
  await sleep(QUIET_MS)
  await load.stop()
  await own.close()
  rmSync(to, { recursive: true, force: true })
  const row = (name: string, samples: readonly { readonly ms: number }[]) => {
    const ms = samples.map((sample) => sample.ms)
    return [name, ms.length, quantile(ms, 0.5), quantile(ms, 0.99), Math.max(0, ...ms)]
  }
  const bytes = statSync(join(folder, 'roomkeeper.db')).size
  const during = load.took.filter(({ at }) => at >= from && at <= until)
  return {
    title: `A backup of ${(bytes / MEGABYTE).toFixed(0)} MB ${rate === 0 ? 'as fast as it goes' : `at ${rate} MB/s`}, beside 1,000 facts a second`,
    columns: ['commits', 'number', 'p50 ms', 'p99 ms', 'max ms'],
    rows: [
      row(
        'before',
        load.took.filter(({ at }) => at < from),
      ),
      row('during', during),
      row(
        'after',
        load.took.filter(({ at }) => at > until),
      ),
    ],
    aims: [
      {
        what: 'no commit waits a second',
        value: `${Math.max(0, ...during.map(({ ms }) => ms)).toFixed(0)} ms`,
        met: during.every(({ ms }) => ms < 1_000),
      },
    ],
    notes: [
      `It took ${((until - from) / 1_000).toFixed(1)} s, its checks and the start of its process included; the log was ${(walBefore / MEGABYTE).toFixed(1)} MB before and ${(walAfter / MEGABYTE).toFixed(1)} MB after.`,
    ],
  }
}

export const bench: Bench = async function* ({ quick }) {
  const folder = tempFolder()
  try {
    const sessions = Array.from({ length: quick ? 2 : 10 }, () => 100_000)
    await seed(folder.path, { rooms: sessions.length, sessions, at: Date.now() - 3_600_000 })
    for (const rate of [64, 0]) yield await measured(folder.path, rate)
  } finally {
    folder.remove()
  }
}
