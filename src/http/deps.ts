// What the HTTP layer is given by the composition root. It makes none of it and stops none of it.

import type * as Effect from 'effect/Effect'
import type * as Exit from 'effect/Exit'
import type * as Redacted from 'effect/Redacted'
import type { Machine } from './machines-graph.ts'
import type { Destinations } from '../actors/destinations.ts'
import type { Ingresses } from '../actors/ingresses.ts'
import type { Live } from '../actors/live.ts'
import type { Rooms } from '../actors/rooms.ts'
import type { Rotate } from '../actors/rotation.ts'
import type { Webhooks } from '../actors/webhooks.ts'
import type { Assets } from '../assets/assets.ts'
import type { Importer } from '../assets/import.ts'
import type { Sweeper } from '../assets/sweep.ts'
import type { Decoder } from '../archive/decoder.ts'
import type { Exporter } from '../archive/exports/exporter.ts'
import type { Recorder } from '../archive/recorder.ts'
import type { Database } from '../db/database.ts'
import type { ReceiveWebhook } from '../egress/webhooks.ts'
import type { Rate } from './rate-limit.ts'
import type { About } from './system.ts'
import type { StreamLimits } from './streams.ts'

/** What effects that a handler runs may need. */
export type Services = Database | Rooms | Recorder

/** Runs an effect to its end; the runtime behind it belongs to the composition root. */
export type Run = <A, E>(effect: Effect.Effect<A, E, Services>) => Promise<Exit.Exit<A, E>>

export interface HttpDeps {
  readonly run: Run
  readonly rooms: Rooms['Service']
  readonly database: Database['Service']
  readonly recorder: Recorder['Service']
  readonly destinations: Destinations['Service']
  readonly live: Live['Service']
  readonly ingresses: Ingresses['Service']
  readonly assets: Assets['Service']
  readonly sweeper: Sweeper['Service']
  readonly importer: Importer['Service']
  readonly webhooks: Webhooks['Service']
  /** Makes the files of exports. */
  readonly exporter: Exporter['Service']
  /** Puts every secret at rest under the first key of the ring. */
  readonly rotate: Rotate
  readonly operatorToken: Redacted.Redacted<string>
  /** Another text for each start of the process: what an earlier start left half done is known by it. */
  readonly boot: string
  readonly version: string
  /** Why the server is not ready, beyond what its parts say themselves; empty when it is. */
  readonly unready: () => readonly string[]
  /** Reads TikTok's bytes, for the payload of one message. */
  readonly decoder: Decoder
  /** The machines whose definitions are shown. */
  readonly machines: readonly Machine[]
  /** Takes LiveKit's webhooks in; without it every one is rejected. */
  readonly receiveWebhook?: ReceiveWebhook
  /** Browser origins that may read answers; none when absent. */
  readonly origins?: readonly string[]
  /** What the process was started with, for its operator. */
  readonly about?: About
  /** Where the built console lies, when not where it is built. */
  readonly consoleFolder?: string
  readonly limits?: Partial<HttpLimits>
}

export interface HttpLimits {
  /** Changes by one token. */
  readonly changes: Rate
  /** Tries to sign in from one address. */
  readonly logins: Rate
  /** Uploads that one token begins. */
  readonly uploads: Rate
  /** Uploads at the same time, by everybody together. */
  readonly uploadsAtOnce: number
  /** An upload of which nothing comes for this long is given up, milliseconds. */
  readonly uploadStallMs: number
  /** Assets that are being read out at the same time. */
  readonly readsAtOnce: number
  /** Audit rows for requests that were denied, by everybody together. */
  readonly denials: Rate
  readonly streams: StreamLimits
  /** Exports at the same time, each in a thread of its own. */
  readonly exports: number
  /** An export whose client takes nothing for this long gives up its place, milliseconds. */
  readonly exportStallMs: number
}

export const HTTP_LIMITS: Omit<HttpLimits, 'streams'> = {
  changes: { perSecond: 20, burst: 60 },
  logins: { perSecond: 0.2, burst: 20 },
  uploads: { perSecond: 50, burst: 400 },
  uploadsAtOnce: 256,
  uploadStallMs: 30_000,
  readsAtOnce: 1_000,
  denials: { perSecond: 5, burst: 50 },
  exports: 4,
  exportStallMs: 300_000,
}
