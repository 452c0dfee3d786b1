// In which order rooms are offered for going live, and which of them a few letters mean. Pure.

import type { Live, Room } from '../../api/types.ts'

const WEIGHT = { degraded: 0, live: 1, starting: 2, stopping: 3, idle: 5 } as const

/** Trouble on air first, then what is on air, then what was, then who is live on TikTok, then by handle. */
const weightOf = (room: Room, live: Live | undefined): number => {
  if (live !== undefined && live.state !== 'idle') return WEIGHT[live.state]
  if (live !== undefined && live.session_id !== null) return 4
  return room.state.startsWith('live.') ? 5 : 6
}

export const orderRooms = (
  rooms: readonly Room[],
  lives: ReadonlyMap<string, Live>,
  text: string,
): readonly Room[] => {
  const wanted = text.trim().replace(/^@/, '').toLowerCase()
  const fits = ({ handle, displayName }: Room): boolean =>
    wanted === '' || handle.includes(wanted) || (displayName ?? '').toLowerCase().includes(wanted)
  return rooms
    .filter(fits)
    .toSorted(
      (a, b) =>
        weightOf(a, lives.get(a.id)) - weightOf(b, lives.get(b.id)) || a.handle.localeCompare(b.handle),
    )
}
