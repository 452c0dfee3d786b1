// A session's receipt: what the product says it received and stored, against what the stand-in knows it sent.

import type { TikTok } from '../tiktok/standin.ts'
import type { Product } from '../product.ts'

interface SessionView {
  readonly id: string
}

interface SessionWhole {
  readonly id: string
  readonly endReason: string | null
  readonly archivedAt: number | null
  readonly counters: {
    readonly received: number
    readonly events: number
    readonly duplicates: number
    readonly poison: number
    readonly giftValue: number
  }
  readonly gaps: readonly { readonly fromAt: number; readonly toAt: number | null; readonly cause: string }[]
  readonly attempts: readonly { readonly outcome: string }[]
}

export interface Expected {
  readonly handle: string
  readonly broadcastId: string
  readonly reason: string
  /** At least this many gaps. */
  readonly gaps: number
  /** What its gifts are worth; null where a gap may have swallowed some. */
  readonly diamonds: number | null
}

export interface Receipt {
  readonly handle: string
  readonly line: string
  /** What does not match, empty when everything does. */
  readonly wrong: readonly string[]
}

const sessionsOf = async (product: Product, handle: string): Promise<readonly SessionView[]> =>
  (await product.get<{ items: readonly SessionView[] }>(`/api/sessions?room=${encodeURIComponent(handle)}`))
    .items

/** The message ids of a session's events, in order, as its export gives them. */
const storedIds = async (product: Product, sessionId: string): Promise<readonly string[]> => {
  const text = await (await product.ask(`/api/sessions/${sessionId}/export?format=ndjson`)).text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => String((JSON.parse(line) as { msgId: unknown }).msgId))
}

const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`

const gapText = ({ fromAt, toAt, cause }: SessionWhole['gaps'][number]) =>
  `gap of ${(((toAt ?? fromAt) - fromAt) / 1_000).toFixed(1)} s (${cause})`

export const receiptOf = async (product: Product, tiktok: TikTok, expected: Expected): Promise<Receipt> => {
  const { handle, broadcastId } = expected
  const sessions = await sessionsOf(product, handle)
  const [first] = sessions
  if (first === undefined) return { handle, line: 'no session', wrong: ['there is no session'] }
  const session = await product.get<SessionWhole>(`/api/sessions/${first.id}`)
  const { counters, gaps } = session
  const stored = await storedIds(product, session.id)

  const sent = tiktok.truth.deliveries({ broadcastId })
  const distinct = new Set(tiktok.truth.delivered({ broadcastId }).map(({ msgId }) => msgId))
  const missing = [...distinct].filter((id) => !stored.includes(id))
  const wrong: string[] = []
  const check = (is: boolean, otherwise: string) => {
    if (!is) wrong.push(otherwise)
  }
  check(sessions.length === 1, `${sessions.length} sessions for one broadcast`)
  check(session.archivedAt !== null, 'not archived')
  check(session.endReason === expected.reason, `ended as ${session.endReason}, not ${expected.reason}`)
  check(counters.received === sent, `received ${counters.received}, but ${sent} were sent`)
  check(
    counters.received === counters.events + counters.duplicates + counters.poison,
    'received is not stored + duplicates + poison',
  )
  check(stored.length === counters.events, `${stored.length} events exported, but ${counters.events} counted`)
  check(stored.length === distinct.size, `${stored.length} stored, but ${distinct.size} different were sent`)
  check(
    session.attempts.filter(({ outcome }) => outcome === 'done').length === 1,
    'not archived exactly once',
  )
  check(missing.length === 0, `${plural(missing.length, 'message')} missing, the first is ${missing[0]}`)
  check(
    expected.diamonds === null || counters.giftValue === expected.diamonds,
    `${counters.giftValue} diamonds, expected ${expected.diamonds}`,
  )
  check(gaps.length >= expected.gaps, `${plural(gaps.length, 'gap')}, expected ${expected.gaps}`)
  const line = [
    `${session.id.padEnd(4)} ${String(session.endReason).padEnd(12)}`,
    `received ${counters.received} = stored ${counters.events} + duplicates ${counters.duplicates} + poison ${counters.poison}`,
    gaps.length === 0 ? 'no gap' : gaps.map(gapText).join(', '),
    `${counters.giftValue} diamonds`,
    `sent ${sent}, ${distinct.size} different`,
  ].join(' · ')
  return { handle, line, wrong }
}
