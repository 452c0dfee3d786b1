// The parent's end of a whole product in a child: starts it against a stand-in, puts rooms into it, watches its
// database from outside so that watching costs it nothing.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import manifest from '../package.json' with { type: 'json' }
import type { AppInput, Memory, Stopped } from './app-child.ts'
import { startChild } from './child.ts'

export interface Product {
  readonly url: string
  /** How long it took from the call of `startApp` to its answer. */
  readonly startMs: number
  readonly addRooms: (handles: readonly string[]) => Promise<void>
  /** The first column of the first row. */
  readonly ask: (sql: string) => number
  readonly until: (sql: string, reached: number, limitMs: number) => Promise<number>
  /** A number of `/metrics`, by the beginning of its line. */
  readonly metric: (line: string) => Promise<number>
  readonly measure: () => Promise<() => Promise<Stopped>>
  readonly weigh: () => Promise<Memory>
  readonly leave: () => Promise<void>
  readonly close: () => Promise<void>
}

const TOKEN = 'bench-operator-token-0123456789'
/** What `npm start` gives to node besides the file and what it reads from there. */
const STARTED_WITH =
  manifest.scripts.start.match(/--(max|import)\S*( \.\S+)?/g)?.flatMap((flag) => flag.split(' ')) ?? []
const POLL_MS = 10

export const tempFolder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'roomkeeper-bench-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export const startProduct = async (
  origin: string,
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Product> => {
  const input: AppInput = {
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: folder,
      OPERATOR_TOKEN: TOKEN,
      LOG_LEVEL: 'error',
      TIKTOK_ORIGIN: origin,
      TIKTOK_WEBCAST_ORIGIN: origin,
      SIGN_API_URL: origin,
      SIGN_REQUESTS_PER_MINUTE: '6000',
      ...more,
    },
  }
  const child = startChild('app-child.ts', input, [...STARTED_WITH, '--expose-gc'])
  const { url, ms } = await child.hear<{ url: string; ms: number }>('started')
  const path = join(folder, 'roomkeeper.db')
  const database = new DatabaseSync(path, { readOnly: true })

  const ask = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0] ?? 0)
  const add = async (handle: string): Promise<void> => {
    for (;;) {
      const response = await fetch(`${url}/api/rooms`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ handle }),
      })
      const said = await response.text()
      if (response.ok) return
      if (response.status !== 429) throw new Error(`POST /api/rooms answered ${response.status}: ${said}`)
      await sleep(Number(response.headers.get('retry-after') ?? 1) * 1000)
    }
  }
  return {
    url,
    startMs: ms,
    ask,
    addRooms: async (handles) => {
      for (const handle of handles) await add(handle)
    },
    until: async (sql, reached, limitMs) => {
      const startedAt = performance.now()
      for (;;) {
        const value = ask(sql)
        const ms = performance.now() - startedAt
        if (value >= reached) return ms
        if (ms > limitMs) throw new Error(`${value} of ${reached} after ${Math.round(ms)} ms: ${sql}`)
        await sleep(POLL_MS)
      }
    },
    metric: async (line) => {
      const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
      const found = (await response.text()).split('\n').find((text) => text.startsWith(line))
      if (found === undefined) throw new Error(`/metrics has no ${line}`)
      return Number(found.slice(found.lastIndexOf(' ')))
    },
    measure: async () => {
      child.tell('measure')
      await child.hear('measuring')
      return () => {
        child.tell('enough')
        return child.hear<Stopped>('measured')
      }
    },
    weigh: () => {
      child.tell('weigh')
      return child.hear<Memory>('weight')
    },
    leave: async () => {
      database.close()
      child.tell('leave')
      await child.hear('left')
    },
    close: () => child.close(),
  }
}
