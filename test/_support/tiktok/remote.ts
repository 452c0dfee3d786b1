// The stand-in in a process of its own, and its remote control. What it can do is in control.ts.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Mishap, Verb } from './control.ts'
import type { FaultSpec, Route } from './faults.ts'
import type { Script } from './script.ts'
import type { TikTok, TikTokOptions } from './standin.ts'
import type { TruthEntry, TruthFilter } from './truth.ts'

export interface RemoteState {
  readonly creators: readonly {
    handle: string
    status: number
    broadcastId: string | null
    audience: number
  }[]
  readonly viewers: readonly {
    n: number
    handle: string
    broadcastId: string
    entered: boolean
    closed: { code: number; at: number } | null
    heartbeats: number
    acks: number
    asked: number
  }[]
  readonly requests: number
  readonly fired: Readonly<Record<string, number>>
}

export interface RemoteTikTok {
  readonly origin: string
  readonly env: TikTok['env']
  readonly pid: number
  /** A creator's verb with its arguments. What it returns comes as JSON, bytes as their length. */
  readonly call: (handle: string, verb: Verb, ...args: readonly unknown[]) => Promise<unknown>
  readonly mishap: (handle: string, mishap: Mishap, ...args: readonly unknown[]) => Promise<unknown>
  /** Waits until somebody watches this creator; the viewer's number. */
  readonly watched: (handle: string) => Promise<{ readonly n: number }>
  /** Starts a script, or stops the one that runs when no rates are given. */
  readonly script: (handle: string, rates?: Script) => Promise<unknown>
  readonly captures: (handle: string, options?: { readonly messagesPerFrame?: number }) => Promise<unknown>
  readonly fault: <R extends Route>(route: R, spec: FaultSpec<R>) => Promise<unknown>
  readonly clearFaults: () => Promise<unknown>
  readonly truth: (filter?: Omit<TruthFilter, 'connection'>) => Promise<readonly TruthEntry[]>
  readonly state: () => Promise<RemoteState>
  readonly close: () => Promise<void>
}

const ENTRY = new URL('process.ts', import.meta.url).pathname

export const spawnTikTok = async (options: TikTokOptions = {}): Promise<RemoteTikTok> => {
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then((): never => {
      throw new Error('the stand-in did not start')
    }),
  ])
  const { origin, control } = JSON.parse(String(line)) as { origin: string; control: string }
  const ask = async <T = unknown>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${control}/_control/${path}`, {
      method: 'POST',
      body: body === undefined ? null : JSON.stringify(body),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`the stand-in refused ${path}: ${JSON.stringify(answer)}`)
    return answer as T
  }
  return {
    origin,
    env: { TIKTOK_ORIGIN: origin, TIKTOK_WEBCAST_ORIGIN: origin, SIGN_API_URL: origin },
    pid: child.pid ?? 0,
    call: (handle, verb, ...args) => ask(`creator/${encodeURIComponent(handle)}/${verb}`, args),
    mishap: (handle, mishap, ...args) => ask(`mishap/${encodeURIComponent(handle)}/${mishap}`, args),
    watched: (handle) => ask(`watched/${encodeURIComponent(handle)}`),
    script: (handle, rates) => ask(`script/${encodeURIComponent(handle)}`, rates),
    captures: (handle, replay = {}) => ask(`captures/${encodeURIComponent(handle)}`, replay),
    fault: (route, spec) => ask('fault', { route, spec }),
    clearFaults: () => ask('clear-faults'),
    truth: (filter = {}) => ask(`truth?${new URLSearchParams({ ...filter })}`),
    state: () => ask('state'),
    close: async () => {
      const gone = once(child, 'exit')
      child.stdin.end()
      await gone
    },
  }
}
