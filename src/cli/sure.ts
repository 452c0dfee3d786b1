// The question before what cannot be taken back: a flag, so that a script says it knows.

import * as Effect from 'effect/Effect'
import * as Flag from 'effect/cli/Flag'
import { fail, type Failure } from './failure.ts'

export const sure = {
  flag: Flag.Boolean('yes').pipe(
    Flag.withAlias('y'),
    Flag.withDescription('yes, do it'),
    Flag.withDefault(false),
  ),
  check: (yes: boolean, what: string): Effect.Effect<void, Failure> =>
    yes ? Effect.void : fail('usage', `${what} Say --yes to do it.`),
}
