// Sending out in numbers: what is where now, and what was tried and failed since the start, counted from the
// facts. A destination's own name is its owner's, so platforms other than the known ones are one label.

import type { Live } from '../actors/live.ts'
import type { JournalEntry } from '../domain/facts.ts'
import { EGRESS_FAILURE_CODES } from '../domain/egress-failures.ts'
import { EGRESS_STATES } from '../domain/egress.ts'
import { KNOWN_PLATFORMS } from '../domain/destination.ts'
import { livekitCounts } from '../egress/livekit-metrics.ts'
import { counter, gauge, type Family, type Sample } from './metric-families.ts'

const labelOf = (platform: unknown): string => KNOWN_PLATFORMS.find((one) => one === platform) ?? 'other'
const codeOf = (code: unknown): string => EGRESS_FAILURE_CODES.find((one) => one === code) ?? 'internal'

const add = (counts: Map<string, number>, key: string): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1)

/** Attempts by platform, failures by platform and code. */
export class OutboundCounts {
  readonly #attempts = new Map<string, number>()
  readonly #failures = new Map<string, number>()

  readonly hear = ({ name, body }: JournalEntry): void => {
    if (name === 'egress.attempted') add(this.#attempts, labelOf(body['platform']))
    if (name === 'egress.failed') add(this.#failures, `${labelOf(body['platform'])} ${codeOf(body['code'])}`)
  }

  families(live: Live['Service']): readonly Family[] {
    const states = new Map<string, number>()
    for (const { destinations } of live.list()) {
      for (const { platform, state } of destinations) add(states, `${labelOf(platform)} ${state}`)
    }
    const labels = [...KNOWN_PLATFORMS, 'other']
    const { requests, failures, webhooks } = livekitCounts()
    return [
      gauge(
        'destinations',
        'Destinations that are sent to, or were since the start, by platform and state.',
        labels.flatMap((platform) =>
          EGRESS_STATES.map((state): Sample => [
            { platform, state },
            states.get(`${platform} ${state}`) ?? 0,
          ]),
        ),
      ),
      counter(
        'egress_attempts_total',
        'Attempts to keep a destination on air.',
        labels.map((platform): Sample => [{ platform }, this.#attempts.get(platform) ?? 0]),
      ),
      counter(
        'egress_failures_total',
        'Attempts that ended, by platform and code.',
        [...this.#failures].map(([key, count]): Sample => {
          const [platform = '', code = ''] = key.split(' ')
          return [{ platform, code }, count]
        }),
      ),
      counter('livekit_requests_total', 'Requests to LiveKit by method.', requests),
      counter('livekit_failures_total', 'Requests to LiveKit that failed, by method and code.', failures),
      counter('livekit_webhooks_total', 'Webhooks of LiveKit by what became of them.', webhooks),
    ]
  }
}
