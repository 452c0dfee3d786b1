// Ingresses behind the HTTP layer, as the product has them: only LiveKit is elsewhere, or not configured at all.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { Destinations } from '../../src/actors/destinations.ts'
import { Ingresses, ingressesLive } from '../../src/actors/ingresses.ts'
import type { Config } from '../../src/config.ts'
import { Database } from '../../src/db/database.ts'
import { ingressLive } from '../../src/egress/ingress.ts'
import { makeScrubber } from '../../src/egress/scrub.ts'

export const ingressesOf = (
  database: Database['Service'],
  destinations: Destinations['Service'],
  livekit: Config['livekit'],
): Promise<Ingresses['Service']> => {
  const below = Layer.mergeAll(
    Layer.succeed(Database, database),
    Layer.succeed(Destinations, destinations),
    ingressLive(livekit, makeScrubber()),
  )
  const found = Ingresses.use(Effect.succeed)
  return Effect.runPromise(found.pipe(Effect.provide(ingressesLive.pipe(Layer.provide(below)))))
}
