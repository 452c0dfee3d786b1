// An event as a line of the feed: how much weight it has, who it is about, and which sentence says it. The sentences
// are in `words/session.ts`; what is here is chosen once, when the event arrives, and holds no more than is shown.

import { plainText } from '../../parts/plain-text.ts'
import type { LiveEvent } from './shapes.ts'

/** Lines differ in weight, not in boxes: loud ones are gifts, spoken ones chat, quiet ones come and go. */
export type Weight = 'spoken' | 'gift' | 'notable' | 'quiet' | 'system'

export const LINE_KEYS = [
  'line_chat',
  'line_chat_to',
  'line_gift',
  'line_gift_unnamed',
  'line_like',
  'line_join',
  'line_join_total',
  'line_viewers',
  'line_follow',
  'line_share',
  'line_social',
  'line_question',
  'line_battle',
  'line_battle_scores',
  'line_battle_task',
  'line_battle_card',
  'line_envelope',
  'line_poll_started',
  'line_poll_ended',
  'line_poll_votes',
  'line_pin',
  'line_pin_other',
  'line_emote',
  'line_subscribe',
  'line_subscribe_months',
  'line_rank',
  'line_rank_update',
  'line_rank_reward',
  'line_goal',
  'line_goal_progress',
  'line_caption',
  'line_shopping',
  'line_delete',
  'line_paused',
  'line_unpaused',
  'line_ended',
  'line_suspended',
  'line_control',
  'line_intro',
  'line_room',
  'line_other',
] as const
export type LineKey = (typeof LINE_KEYS)[number]

export interface Line {
  readonly weight: Weight
  /** Who, ready to be shown; null where nobody is named. */
  readonly name: string | null
  readonly say: LineKey
  readonly values: Readonly<Record<string, string | number>>
  /** What somebody wrote, ready to be shown; empty when nothing was. */
  readonly text: string
  /** Units of the text that are left out. */
  readonly rest: number
}

/** What is kept of a text for its line; the whole of it is asked for when somebody wants it. */
export const LINE_TEXT_MAX = 400
const NAME_MAX = 40
const VALUE_MAX = 60

type Said = Omit<Line, 'name' | 'text' | 'rest'>

const said = (weight: Weight, say: LineKey, values: Line['values'] = {}): Said => ({ weight, say, values })

const dataOf = ({ data }: LiveEvent): Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null ? { ...data } : {}

const textIn = (value: unknown): string =>
  typeof value === 'string' ? plainText(value, VALUE_MAX).trim() : ''
const numberIn = (value: unknown): number => (typeof value === 'number' ? value : 0)
const listIn = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value)
    ? value.map((item: unknown) => (typeof item === 'object' ? { ...item } : { item }))
    : []

const nameIn = (person: unknown): string => {
  const { nickname, handle } = (typeof person === 'object' && person !== null ? person : {}) as Record<
    string,
    unknown
  >
  return textIn(nickname) || (textIn(handle) && `@${textIn(handle)}`)
}

const gift = (event: LiveEvent): Said => {
  const data = dataOf(event)
  const count = Math.max(1, event.amount ?? 1)
  const diamonds = (event.value ?? 0) * count
  const name = textIn(data['name'])
  return name === ''
    ? said('gift', 'line_gift_unnamed', { id: event.giftId ?? '?', count, diamonds })
    : said('gift', 'line_gift', { gift: name, count, diamonds })
}

const battle = (event: LiveEvent): Said => {
  const data = dataOf(event)
  if (event.method === 'WebcastLinkmicBattleTaskMessage') return said('system', 'line_battle_task')
  if (event.method === 'WebcastLinkMicBattleItemCard') return said('system', 'line_battle_card')
  const scores = listIn(data['scores']).map(({ score }) => String(numberIn(score)))
  return scores.length > 0
    ? said('system', 'line_battle_scores', { scores: scores.slice(0, 4).join(' : ') })
    : said('system', 'line_battle')
}

const POLLS: readonly LineKey[] = ['line_poll_started', 'line_poll_ended', 'line_poll_votes']
const poll = (event: LiveEvent): Said =>
  said('system', POLLS[numberIn(dataOf(event)['phase'])] ?? 'line_poll_votes')

const CONTROLS: readonly (LineKey | null)[] = [
  null,
  'line_paused',
  'line_unpaused',
  'line_ended',
  'line_suspended',
]
const control = (event: LiveEvent): Said => {
  const action = numberIn(dataOf(event)['action'])
  return said('notable', CONTROLS[action] ?? 'line_control', { action })
}

const rank = (event: LiveEvent): Said => {
  const data = dataOf(event)
  if (event.total !== null) return said('quiet', 'line_rank', { rank: event.total })
  if (data['winners'] !== undefined) return said('system', 'line_rank_reward')
  const [first] = listIn(data['ranks'])
  return said('quiet', 'line_rank_update', { rank: numberIn(first?.['rank']) })
}

const goal = (event: LiveEvent): Said => {
  const [first] = listIn(dataOf(event)['goals'])
  return first === undefined
    ? said('system', 'line_goal')
    : said('system', 'line_goal_progress', {
        progress: numberIn(first['progress']),
        target: numberIn(first['target']),
      })
}

const SENTENCES: Readonly<Record<string, (event: LiveEvent) => Said>> = {
  chat: (event) => {
    const to = nameIn(dataOf(event)['to'])
    return to === '' ? said('spoken', 'line_chat') : said('spoken', 'line_chat_to', { to })
  },
  gift,
  like: ({ amount }) => said('quiet', 'line_like', { count: amount ?? 0 }),
  join: ({ total }) =>
    total === null ? said('quiet', 'line_join') : said('quiet', 'line_join_total', { total }),
  viewers: ({ total }) => said('quiet', 'line_viewers', { total: total ?? 0 }),
  follow: () => said('notable', 'line_follow'),
  share: () => said('notable', 'line_share'),
  social: () => said('quiet', 'line_social'),
  question: () => said('spoken', 'line_question'),
  battle,
  envelope: ({ value, amount }) =>
    said('gift', 'line_envelope', { diamonds: value ?? 0, people: amount ?? 0 }),
  poll,
  pin: (event) =>
    event.text === null
      ? said('system', 'line_pin_other')
      : said('system', 'line_pin', { by: nameIn(dataOf(event)['by']) }),
  emote: () => said('spoken', 'line_emote'),
  subscribe: ({ amount }) =>
    amount === null
      ? said('notable', 'line_subscribe')
      : said('notable', 'line_subscribe_months', { months: amount }),
  rank,
  goal,
  caption: () => said('system', 'line_caption'),
  shopping: () => said('system', 'line_shopping'),
  delete: (event) => said('system', 'line_delete', { count: listIn(dataOf(event)['messages']).length }),
  control,
  intro: () => said('system', 'line_intro'),
  room: () => said('system', 'line_room'),
}

const nameText = (text: string | null): string => (text === null ? '' : plainText(text, NAME_MAX).trim())

/** The nickname, else the handle, else the id; null where nobody is named. */
export const nameOf = ({ nickname, handle, userId }: Pick<LiveEvent, 'nickname' | 'handle' | 'userId'>) => {
  const nick = nameText(nickname)
  if (nick !== '') return nick
  const at = nameText(handle)
  return at === '' ? userId : `@${at}`
}

export const lineOf = (event: LiveEvent): Line => {
  const sentence =
    SENTENCES[event.kind]?.(event) ?? said('system', 'line_other', { method: textIn(event.method) })
  const whole = event.text ?? ''
  const text = plainText(whole, LINE_TEXT_MAX)
  return { ...sentence, name: nameOf(event), text, rest: Math.max(0, whole.length - LINE_TEXT_MAX) }
}
