// The one thing that is wrong now, or nothing: what is worst first, and only one. Pure; what it is made from is
// gathered in `troubles.ts`.

import type { Live, Room } from '../api/types.ts'
import type { StreamState } from './resuming-stream.ts'

export type Trouble =
  | { readonly kind: 'lost'; readonly since: number }
  | { readonly kind: 'not_ready'; readonly reason: string }
  | { readonly kind: 'quarantined'; readonly rooms: readonly Room[] }
  | { readonly kind: 'archive_failing'; readonly rooms: readonly Room[] }
  | { readonly kind: 'egress_failed'; readonly live: Live; readonly platform: string; readonly more: number }
  | { readonly kind: 'sign_limited'; readonly rooms: readonly Room[]; readonly until: number | null }
  | { readonly kind: 'reconnecting'; readonly rooms: readonly Room[] }
  | { readonly kind: 'unknown_looks'; readonly rooms: readonly Room[] }

export interface Seen {
  readonly connection: StreamState
  /** When the stream was lost, by this device's clock. */
  readonly lostAt: number | null
  readonly now: number
  /** Why the server is not ready; empty when it is. */
  readonly unready: readonly string[]
  readonly rooms: readonly Room[]
  readonly live: readonly Live[]
}

/** A stream that is back within this was not lost as far as anybody sees. */
export const LOST_MS = 2_000
/** A connection that is back within this is not worth a word. */
const RECONNECTING_MS = 10_000
/** So many rooms without a clear answer mean that it is not the rooms. */
const UNKNOWN_ROOMS = 3

const failedIn = (live: readonly Live[]): readonly (readonly [Live, string])[] =>
  live.flatMap((one) =>
    Object.entries(one.platforms)
      .filter(([, { state }]) => state === 'failed')
      .map(([platform]) => [one, platform] as const),
  )

export const worst = ({ connection, lostAt, now, unready, rooms, live }: Seen): Trouble | null => {
  if (connection === 'lost' && lostAt !== null && now - lostAt >= LOST_MS)
    return { kind: 'lost', since: lostAt }
  const [reason] = unready
  if (reason !== undefined) return { kind: 'not_ready', reason }
  const inState = (state: Room['state']): readonly Room[] => rooms.filter((room) => room.state === state)
  const quarantined = inState('quarantined')
  if (quarantined.length > 0) return { kind: 'quarantined', rooms: quarantined }
  const failing = inState('archiving.waiting')
  if (failing.length > 0) return { kind: 'archive_failing', rooms: failing }
  const [failed, ...more] = failedIn(live)
  if (failed !== undefined)
    return { kind: 'egress_failed', live: failed[0], platform: failed[1], more: more.length }
  const limited = rooms.filter(({ waiting }) => waiting?.for === 'sign_budget')
  if (limited.length > 0) {
    const until = limited[0]?.waiting?.untilAt ?? null
    return { kind: 'sign_limited', rooms: limited, until }
  }
  const away = inState('live.reconnecting').filter(({ since }) => now - since >= RECONNECTING_MS)
  if (away.length > 0) return { kind: 'reconnecting', rooms: away }
  const unclear = rooms.filter(
    ({ state, lastLook }) => state === 'watching' && lastLook?.answer === 'unknown',
  )
  if (unclear.length >= UNKNOWN_ROOMS) return { kind: 'unknown_looks', rooms: unclear }
  return null
}
