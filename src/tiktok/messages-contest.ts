// Where rooms are measured against each other: battles and ranks.

import {
  common,
  commonWithText,
  idOrNull,
  int,
  len,
  message,
  note,
  noteEach,
  noteEnum,
  noteId,
  payload,
  textOrNull,
  type Draft,
  type Read,
} from './decode-parts.ts'
import type { Reader } from './wire.ts'

interface Host {
  id: string | null
  handle: string | null
  nickname: string | null
}
const readHost = message<Host>({
  [int(1)]: (r, host) => (host.id = idOrNull(r.int64Text())),
  [len(2)]: message({
    [len(1)]: message({
      [int(1)]: (r, host) => (host.id = idOrNull(r.int64Text())),
      [len(2)]: (r, host) => (host.nickname = textOrNull(r.string())),
      [len(4)]: (r, host) => (host.handle = textOrNull(r.string())),
    }),
  }),
})
const hosts = noteEach('hosts', (r) => {
  const host: Host = { id: null, handle: null, nickname: null }
  readHost(r, host)
  return host
})

interface Score {
  id: string | null
  score: number | null
  result?: number
}
const scores = (read: Read<Score>): Read<Draft> =>
  noteEach('scores', (r: Reader) => {
    const score: Score = { id: null, score: 0 }
    read(r, score)
    return score
  })
const userId: Read<Draft> = (r, draft) => {
  draft.userId = idOrNull(r.int64Text())
}
const settings = message<Draft>({
  [int(2)]: (r, draft) => note(draft, 'startedAt', r.int64Number()),
  [int(3)]: noteEnum('durationS'),
  [int(5)]: noteEnum('status'),
})
const armies = message<Score>({
  [int(1)]: (r, score) => (score.id = idOrNull(r.int64Text())),
  [len(2)]: message({ [int(2)]: (r, score) => (score.score = r.int64Number()) }),
})
const result = message<Score>({
  [int(1)]: (r, score) => (score.id = idOrNull(r.int64Text())),
  [len(2)]: message({
    [int(2)]: (r, score) => (score.result = r.int32()),
    [int(3)]: (r, score) => (score.score = r.int64Number()),
  }),
})

/** A battle opens, changes or closes; the user is who did it. */
export const battle = payload<Draft>({
  [len(1)]: common,
  [int(2)]: noteId('battleId'),
  [len(3)]: settings,
  [int(4)]: noteEnum('action'),
  [len(5)]: scores(result),
  [len(10)]: hosts,
  [int(16)]: userId,
})
/** The score of a battle; the user is whose gift moved it. */
export const battleScore = payload<Draft>({
  [len(1)]: common,
  [int(2)]: noteId('battleId'),
  [len(3)]: scores(armies),
  [int(7)]: noteEnum('reason'),
  [int(8)]: userId,
  [len(18)]: settings,
})
export const battleTask = payload<Draft>({
  [len(1)]: common,
  [int(2)]: noteEnum('taskType'),
  [int(20)]: noteId('battleId'),
})
export const battlePunishment = payload<Draft>({
  [len(1)]: common,
  [int(3)]: userId,
  [int(4)]: noteEnum('reason'),
  [int(5)]: noteId('battleId'),
  [len(6)]: settings,
})
export const battleCard = payload<Draft>({
  [len(1)]: common,
  [int(2)]: noteId('battleId'),
  [int(3)]: noteEnum('cardType'),
})

interface Rank {
  type: number
  rank: number | null
}
const readRank = message<Rank>({
  [int(1)]: (r, rank) => (rank.type = r.int32()),
  [int(2)]: (r, rank) => (rank.rank = r.int64Number()),
})
export const rankUpdate = payload<Draft>({
  [len(1)]: common,
  [len(2)]: noteEach('ranks', (r) => {
    const rank: Rank = { type: 0, rank: 0 }
    readRank(r, rank)
    return rank
  }),
  [int(3)]: noteEnum('groupType'),
})
const rankTextFields = payload<Draft>({
  [len(1)]: commonWithText,
  [int(2)]: noteEnum('scene'),
  [int(3)]: (r, draft) => note(draft, 'before', r.int64Number()),
  [int(4)]: (r, draft) => (draft.total = r.int64Number()),
  [int(7)]: noteId('ofUser'),
  [int(10)]: noteEnum('rankType'),
})
/** A viewer's place changes: `total` is the place now. */
export const rankText: Read<Draft> = (r, draft) => {
  rankTextFields(r, draft)
  const named = draft.data?.['ofUser']
  if (draft.userId === null && typeof named === 'string') draft.userId = named
}
const winner = message<{ id: string | null }>({
  [int(1)]: (r, found) => (found.id = idOrNull(r.int64Text())),
})
export const rankReward = payload<Draft>({
  [len(1)]: commonWithText,
  [len(2)]: noteEach('winners', (r) => {
    const found: { id: string | null } = { id: null }
    winner(r, found)
    return found.id
  }),
})
