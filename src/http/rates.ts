// How busy every room is, in one answer: now, and over the last ten minutes for a sparkline. What is counted is in
// `rate-series.ts`.

import * as Schema from 'effect/Schema'
import { json, type Api } from './api.ts'
import { STEP_MS, STEPS } from './rate-series.ts'
import { mayRoom } from './request.ts'

const RatesQuery = Schema.Struct({
  points: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^(?:[0-9]|[1-5][0-9]|60)$/))).annotate({
    description: `how many samples of each room, 0 to ${STEPS}; ${STEPS} when absent`,
  }),
})

const RatesShape = Schema.Struct({
  at: Schema.Int.annotate({ description: 'when the newest sample was taken, milliseconds UTC' }),
  stepMs: Schema.Int,
  rooms: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      sessionId: Schema.NullOr(Schema.String),
      now: Schema.Struct({ eventsPerSecond: Schema.Number, viewers: Schema.Int }),
      giftValue: Schema.Int.annotate({ description: 'diamonds of the session so far' }),
      eventsPerSecond: Schema.Array(Schema.Number).annotate({ description: 'oldest first' }),
      viewers: Schema.Array(Schema.Int).annotate({ description: 'oldest first' }),
    }),
  ),
}).annotate({ identifier: 'Rates' })

export const rateRoutes = (api: Api): void => {
  const { rooms, rates } = api.parts
  api.route(
    {
      method: 'GET',
      path: '/api/rates',
      id: 'rates',
      summary: 'How busy rooms are, now and over ten minutes',
      about: 'From memory. Rooms that recorded nothing in the ten minutes are left out.',
      tag: 'seeing',
      access: 'any',
      query: RatesQuery,
      answers: { 200: { about: 'the rooms', schema: RatesShape } },
    },
    ({ identity, query }) => {
      const points = Number(query.points ?? STEPS)
      const own = rooms.list().filter(({ id }) => mayRoom(identity, id))
      const items = own.flatMap((room) => rates.of(room, points) ?? [])
      return json(200, { at: rates.sampledAt, stepMs: STEP_MS, rooms: items })
    },
  )
}
