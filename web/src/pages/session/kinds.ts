// The kinds of events in the handful of groups that a person filters by.

export const GROUPS = {
  chat: ['chat', 'question', 'emote', 'caption'],
  gifts: ['gift', 'envelope'],
  likes: ['like'],
  joins: ['join'],
  follows: ['follow', 'share', 'social', 'subscribe'],
  viewers: ['viewers', 'rank', 'goal'],
  room: ['control', 'room', 'intro', 'pin', 'poll', 'battle', 'shopping', 'delete'],
  other: ['other'],
} as const
export type Group = keyof typeof GROUPS
export const GROUP_NAMES = Object.keys(GROUPS) as readonly Group[]

const GROUP_OF: ReadonlyMap<string, Group> = new Map(
  GROUP_NAMES.flatMap((group) => GROUPS[group].map((kind) => [kind, group] as const)),
)

/** A kind that is newer than this page is something other. */
export const groupOf = (kind: string): Group => GROUP_OF.get(kind) ?? 'other'

/** The kinds to ask the API for; undefined asks for all. */
export const kindsOf = (groups: ReadonlySet<Group>): string | undefined =>
  groups.size === 0 || groups.size === GROUP_NAMES.length
    ? undefined
    : [...groups].flatMap((group) => GROUPS[group]).join(',')
