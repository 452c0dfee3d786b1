// Outgoing webhooks as the product has them, over a database of a test, with short waits.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { Webhooks } from '../../src/actors/webhooks.ts'
import { webhooksLive, type WebhooksOptions } from '../../src/actors/webhooks-live.ts'
import { Database } from '../../src/db/database.ts'
import { parseKeys, type KeyRing } from '../../src/db/seal.ts'

export interface TestWebhooks {
  readonly webhooks: Webhooks['Service']
  readonly stop: () => Promise<void>
}

/** A ring with these keys; the first one seals. */
export const ring = (...names: readonly string[]): KeyRing => {
  const keys = parseKeys(names.map((name) => `${name}:${Buffer.alloc(32, name).toString('base64')}`).join())
  if (keys === null) throw new Error('not a key ring')
  return keys
}

export const WEBHOOK_DEFAULTS: WebhooksOptions = {
  keys: ring('v1'),
  privateHosts: ['127.0.0.1'],
  timeoutMs: 2_000,
  retryBaseMs: 10,
  retryCapMs: 40,
  giveUpMs: 60_000,
  userAgent: 'Roomkeeper/test',
}

export const startWebhooks = async (
  database: Database['Service'],
  options: Partial<WebhooksOptions> = {},
): Promise<TestWebhooks> => {
  const runtime = ManagedRuntime.make(
    webhooksLive({ ...WEBHOOK_DEFAULTS, ...options }).pipe(Layer.provide(Layer.succeed(Database, database))),
  )
  const webhooks = await runtime.runPromise(Webhooks.use(Effect.succeed))
  return { webhooks, stop: () => runtime.dispose() }
}
