// The couriers of all webhooks: a fiber each, begun and ended by the commands. One that falls over begins again after
// a while, so that no webhook is forgotten until the next start. What a courier does is `webhook-courier.ts`.

import * as Effect from 'effect/Effect'
import * as FiberMap from 'effect/FiberMap'
import type * as Scope from 'effect/Scope'
import { courier, type CourierWorld } from './webhook-courier.ts'
import { Round } from './webhook-round.ts'

export interface Couriers {
  /** Takes the place of the one that was there. */
  readonly begin: (id: string) => Effect.Effect<void>
  /** Done when none of its writes can come any more. */
  readonly end: (id: string) => Effect.Effect<void>
}

const AGAIN_MS = 10_000

/** Its class and its place, without a message that may hold an address. */
const whereOf = (defect: unknown): { readonly kind: string; readonly where: string } => {
  const { name, stack } = defect instanceof Error ? defect : { name: typeof defect, stack: undefined }
  const frame = stack?.split('\n').find((line) => /^\s+at /.test(line))
  return { kind: name, where: frame?.trim() ?? '' }
}

/** `rounds` has where each one is. */
export const makeCouriers = (
  world: CourierWorld,
  rounds: Map<string, Round>,
  againMs = AGAIN_MS,
): Effect.Effect<Couriers, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fibers = yield* FiberMap.make<string, void>()
    const going = (id: string, round: Round): Effect.Effect<void> =>
      Effect.catchDefect(courier(world, id, round), (defect) =>
        Effect.logError('the courier of a webhook failed').pipe(
          Effect.annotateLogs({ webhook: id, ...whereOf(defect) }),
          Effect.andThen(Effect.sleep(againMs)),
          Effect.andThen(Effect.suspend(() => going(id, round))),
        ),
      )
    return {
      begin: (id) =>
        Effect.suspend(() => {
          const round = new Round()
          rounds.set(id, round)
          return Effect.asVoid(FiberMap.run(fibers, id, going(id, round)))
        }),
      end: (id) =>
        Effect.andThen(
          FiberMap.remove(fibers, id),
          Effect.sync(() => void rounds.delete(id)),
        ),
    }
  })
