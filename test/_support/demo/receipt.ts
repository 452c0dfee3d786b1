// A session's receipt: what the product says it received and stored, against what the stand-in knows it sent.

import type { TikTok } from '../tiktok/standin.ts'
import type { Product } from './product.ts'

interface SessionView {
  readonly id: string
  readonly endReason: string | null
  readonly archivedAt: number | null
}

interface Totals {
  readonly received: number
  readonly events: number
  readonly duplicates: number
  readonly poison: number
  readonly giftValue: number
  readonly gaps: { readonly count: number; readonly ms: number }
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
  readonly sessionId: string
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

export const receiptOf = async (product: Product, tiktok: TikTok, expected: Expected): Promise<Receipt> => {
  const { handle, broadcastId } = expected
  const sessions = await sessionsOf(product, handle)
  const [session] = sessions
  if (session === undefined)
    return { handle, sessionId: '-', line: 'no session', wrong: ['there is no session'] }
  const { totals } = await product.get<{ totals: Totals }>(`/api/sessions/${session.id}/stats`)
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
  check(totals.received === sent, `received ${totals.received}, but ${sent} were sent`)
  check(
    totals.received === totals.events + totals.duplicates + totals.poison,
    'received is not stored + duplicates + poison',
  )
  check(stored.length === totals.events, `${stored.length} events exported, but ${totals.events} counted`)
  check(stored.length === distinct.size, `${stored.length} stored, but ${distinct.size} different were sent`)
  check(missing.length === 0, `${plural(missing.length, 'message')} missing, the first is ${missing[0]}`)
  check(
    expected.diamonds === null || totals.giftValue === expected.diamonds,
    `${totals.giftValue} diamonds, expected ${expected.diamonds}`,
  )
  check(totals.gaps.count >= expected.gaps, `${plural(totals.gaps.count, 'gap')}, expected ${expected.gaps}`)
  const line = [
    `${session.id.padEnd(4)} ${String(session.endReason).padEnd(12)}`,
    `received ${totals.received} = stored ${totals.events} + duplicates ${totals.duplicates} + poison ${totals.poison}`,
    `${plural(totals.gaps.count, 'gap')} (${(totals.gaps.ms / 1_000).toFixed(1)} s)`,
    `${totals.giftValue} diamonds`,
    `sent ${sent}, ${distinct.size} different`,
  ].join(' · ')
  return { handle, sessionId: session.id, line, wrong }
}
