// Decides which sessions of one broadcast are one: pure, from their rows. What follows another is its fragment;
// what was recorded beside it, by a room that existed twice, is its duplicate.

export interface Candidate {
  readonly no: number
  readonly roomNo: number
  readonly broadcastId: string
  readonly openedAt: number
  readonly endedAt: number
  readonly events: number
}

export interface Merge {
  readonly no: number
  readonly into: number
  readonly kind: 'fragment' | 'duplicate'
}

/** Milliseconds that two sessions were recorded at the same time. */
const overlap = (a: Candidate, b: Candidate): number =>
  Math.max(Math.min(a.endedAt, b.endedAt) - Math.max(a.openedAt, b.openedAt), 0)

/**
 * A duplicate is hidden, so half of its time at least must be recorded elsewhere; less than that, and it holds
 * hours nobody else has. The few messages that stand twice at such a seam are the smaller evil.
 */
const isDuplicate = (candidate: Candidate, main: readonly Candidate[]): boolean => {
  const covered = main.reduce((sum, other) => sum + overlap(candidate, other), 0)
  return covered > 0 && covered * 2 >= candidate.endedAt - candidate.openedAt
}

/** The recording that is kept in sight: the room with the most events, the older one when they are equal. */
const mainOf = (group: readonly Candidate[]): readonly Candidate[] => {
  const byRoom = Map.groupBy(group, (candidate) => candidate.roomNo)
  const weight = (list: readonly Candidate[]) => list.reduce((sum, { events }) => sum + events, 0)
  const lists = [...byRoom.values()].sort(
    (a, b) => weight(b) - weight(a) || (a[0]?.no ?? 0) - (b[0]?.no ?? 0),
  )
  return lists[0] ?? []
}

const mergesOf = (group: readonly Candidate[], into: number | null): readonly Merge[] => {
  const ordered = [...group].sort((a, b) => a.no - b.no)
  const chosen = ordered.filter((candidate) => candidate.no === into)
  const main = mainOf(
    chosen.length > 0 ? ordered.filter(({ roomNo }) => roomNo === chosen[0]?.roomNo) : ordered,
  )
  const target = into ?? main[0]?.no
  if (target === undefined) return []
  return ordered
    .filter((candidate) => candidate.no !== target)
    .map((candidate) => ({
      no: candidate.no,
      into: target,
      kind: !main.includes(candidate) && isDuplicate(candidate, main) ? 'duplicate' : 'fragment',
    }))
}

/** The merges of sessions that belong to one room, broadcast by broadcast. A broadcast without an id is nobody's. */
export const planMerges = (
  candidates: readonly Candidate[],
  into: number | null = null,
): readonly Merge[] => {
  const known = candidates.filter(({ broadcastId }) => broadcastId !== '' && broadcastId !== '0')
  const groups = [...Map.groupBy(known, ({ broadcastId }) => broadcastId).values()]
  return groups.filter((group) => group.length > 1).flatMap((group) => mergesOf(group, into))
}
