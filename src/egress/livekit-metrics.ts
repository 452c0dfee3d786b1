// What is counted of LiveKit for `/metrics`: requests by method, failures by method and code, webhooks by
// outcome. Every label is of a closed set, so the tables are bounded.

import type { LiveKitError } from './livekit.ts'

export type LiveKitMethod =
  | 'start'
  | 'list'
  | 'find'
  | 'stop'
  | 'ingress_create'
  | 'ingress_list'
  | 'ingress_delete'
  | 'participants'

/** What became of a webhook. `rejected`: not signed as it must be; `failed`: it could not be stored. */
export type WebhookOutcome = 'applied' | 'replayed' | 'ignored' | 'rejected' | 'failed'

const requests = new Map<LiveKitMethod, number>()
const failures = new Map<string, number>()
const webhooks = new Map<WebhookOutcome, number>()

const add = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

export const countRequest = (method: LiveKitMethod): void => add(requests, method)
export const countFailure = (method: LiveKitMethod, code: LiveKitError['code']): void =>
  add(failures, `${method} ${code}`)
export const countWebhook = (outcome: WebhookOutcome): void => add(webhooks, outcome)

/** Labels and value of each, as `/metrics` writes them; since the process started. */
export type Counted = readonly [labels: Readonly<Record<string, string>>, value: number]

export const livekitCounts = (): {
  readonly requests: readonly Counted[]
  readonly failures: readonly Counted[]
  readonly webhooks: readonly Counted[]
} => ({
  requests: [...requests].map(([method, value]): Counted => [{ method }, value]),
  failures: [...failures].map(([key, value]): Counted => {
    const [method = '', code = ''] = key.split(' ')
    return [{ method, code }, value]
  }),
  webhooks: [...webhooks].map(([outcome, value]): Counted => [{ outcome }, value]),
})
