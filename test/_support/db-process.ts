// Starts the second process of `db-child.ts`, alone, under a limit or under strace, and talks with it.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { openSync, closeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Statement } from '../../src/db/database.ts'
import type { Insert, Said } from './db-ingest.ts'
import { until } from './db.ts'

/** What can be asked of a `serve` child. */
export type Wish =
  | { readonly ingest: readonly Insert[] }
  | { readonly write: readonly Statement[] }
  | { readonly read: string }
  /** Uses up the file descriptors, or gives them back. */
  | { readonly exhaust: boolean }
  | { readonly health: true }
  | { readonly close: true }

/** What a child tells. */
export type Told =
  | Said
  | { readonly held: true }
  | { readonly ready: number }
  | { readonly code: string; readonly message: string }
  | { readonly wrote: boolean; readonly kind?: string; readonly outcome?: string }
  | { readonly rows: readonly unknown[] }
  | { readonly unread: string }
  | {
      readonly failing: boolean
      readonly kind: string | null
      readonly dbStallMs: number
      readonly fds: number
    }

export interface Child {
  readonly process: ChildProcess
  readonly told: Told[]
  readonly ask: (wish: Wish | 'release') => void
  /** Waits for the first told thing from `from` on that has this key. */
  readonly hear: <K extends string>(key: K, from?: number) => Promise<Extract<Told, Record<K, unknown>>>
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>
  readonly acked: () => number[]
}

const entry = fileURLToPath(new URL('./db-child.ts', import.meta.url))

export const hasStrace = (): boolean => spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0

/** `around` is what the child runs under: `['strace', …]`, or a shell that sets a limit. */
export const startChild = (args: readonly string[], around: readonly string[] = []): Child => {
  const [command = '', ...rest] = [...around, process.execPath, entry, ...args]
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'] })
  const told: Told[] = []
  createInterface(child.stdout).on('line', (line) => void told.push(JSON.parse(line) as Told))
  const ended = new Promise<number | string>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal ?? -1))
  })
  child.stdin.on('error', () => {})
  return {
    process: child,
    told,
    ended,
    ask: (wish) => void child.stdin.write(`${wish === 'release' ? wish : JSON.stringify(wish)}\n`),
    hear: async (key, from = 0) => {
      const find = () => told.slice(from).find((one) => key in one)
      await until(`a child telling "${key}"`, () => find() !== undefined || child.exitCode !== null, 60_000)
      const found = find()
      if (found === undefined) throw new Error(`the child ended (${child.exitCode}) without telling "${key}"`)
      return found as Extract<Told, Record<typeof key, unknown>>
    },
    acked: () => told.flatMap((one) => ('acked' in one ? one.acked : [])),
  }
}

const opened: number[] = []

/** Opens files until no more can be, or closes them. */
export const openMany = (isWanted: boolean): void => {
  if (!isWanted) {
    for (const fd of opened.splice(0)) closeSync(fd)
    return
  }
  for (;;) {
    try {
      opened.push(openSync('/dev/null', 'r'))
    } catch {
      return
    }
  }
}
