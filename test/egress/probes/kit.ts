// What the tests of probes share: a destination with a key, limits, and a question
// that is answered by a view or by the code of what went wrong.

import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { expect } from 'vitest'
import type { Destination } from '../../../src/domain/destination.ts'
import type { PlatformView } from '../../../src/domain/egress.ts'
import type { PlatformProbe, ProbeError } from '../../../src/egress/probes/probe.ts'
import type { ProbeLimits } from '../../../src/egress/probes/requests.ts'
import { makeScrubber } from '../../../src/egress/scrub.ts'
import { leaks } from '../../_support/product-secrets.ts'

export type Probe = PlatformProbe['Service']['probe']

export const LIMITS: ProbeLimits = { answerMs: 30_000, bytesMax: 200_000 }
/** For platforms that do not answer. */
export const IMPATIENT: ProbeLimits = { ...LIMITS, answerMs: 1_000 }
/** Faults of which only the limit of time is an end. */
export const isSilent = ({ kind }: { readonly kind: string }): boolean => kind === 'hang' || kind === 'drip'

export const destination = (platform: string, key: string | null): Destination => ({
  roomId: 'room',
  platform,
  url: 'rtmps://ingest.example/app',
  key: key === null ? null : Redacted.make(key),
  source: { type: 'room', layout: 'grid' },
  encoding: {
    width: 1_280,
    height: 720,
    framerate: 30,
    videoKbps: 3_000,
    audioKbps: 128,
    keyframeSeconds: 2,
  },
  origin: 'room',
  updatedAt: 0,
})

export const scrubber = makeScrubber()

/** Everything that was answered to a file's tests, in words; nothing secret may ever be in it. */
const said = new Set<string>()

const noted = <A>(value: A): A => {
  const texts = [JSON.stringify(value), String(value)]
  if (value instanceof Error) texts.push(value.message, String(value.stack), String(value.cause))
  for (const text of texts) said.add(text)
  return value
}

/** A view, or the failure; both are kept to be searched for secrets. */
export const asked = (
  probe: ReturnType<Probe>,
): Effect.Effect<{ readonly view: PlatformView | null; readonly error: ProbeError | null }> =>
  Effect.match(probe, {
    onSuccess: (view) => ({ view: noted(view), error: null }),
    onFailure: (error) => ({ view: null, error: noted(error) }),
  })

/** The state and the issues of a view, or the code of the failure. */
export const words = (probe: ReturnType<Probe>): Effect.Effect<string> =>
  Effect.map(asked(probe), ({ view, error }) =>
    view === null ? (error?.code ?? '') : [view.state, ...view.issues.map(({ code }) => code)].join(' '),
  )

export const expectNoLeak = (secrets: Readonly<Record<string, string>>): void => {
  expect(said.size).toBeGreaterThan(0)
  expect(leaks(secrets, { answers: [...said].join('\n') })).toEqual([])
}
