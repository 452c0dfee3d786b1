// Ages on the command line: a number and its unit.

import * as Effect from 'effect/Effect'
import * as Flag from 'effect/cli/Flag'
import { InvalidValue } from 'effect/cli/CliError'

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const

/** Milliseconds of `90d`, `12h`, `30m`, `45s` or `2w`; null when it is none of these. */
export const ageMs = (text: string): number | null => {
  const match = /^([0-9]{1,6})([smhdw])$/.exec(text.trim())
  const unit = match?.[2] as keyof typeof UNITS | undefined
  return unit === undefined ? null : Number(match?.[1]) * UNITS[unit]
}

export const age = (name: string): Flag.Flag<number> =>
  Flag.String(name).pipe(
    Flag.withMetavar('age'),
    Flag.mapEffect((text) => {
      const found = ageMs(text)
      return found === null
        ? Effect.fail(
            new InvalidValue({
              option: name,
              value: text,
              expected: 'a number and a unit, like 90d, 12h or 30m',
              kind: 'flag',
            }),
          )
        : Effect.succeed(found)
    }),
  )
