// What TikTok's three pages say of a creator: parsed leniently, so that a change in one part loses only that part.
// Pure. How two pages become one answer is in liveness.ts.

import type { SessionSnapshot } from '../domain/session.ts'
import type { Page, PageName } from './visitor.ts'
import type { Answer, SourceAnswer } from './tiktok.ts'

/** One page's word. `broadcastId` may be that of a broadcast long over; only a live answer makes it current. */
export interface PageSays extends SourceAnswer {
  readonly broadcastId: string | null
  readonly snapshot: SessionSnapshot | null
}

type Fields = Readonly<Record<string, unknown>>

const NONE: Fields = {}
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : NONE
const at = (value: unknown, ...path: readonly string[]): unknown => {
  let here = value
  for (const step of path) here = fieldsOf(here)[step]
  return here
}

const TEXT_MAX = 500
const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, TEXT_MAX) : null
const link = (value: unknown): string | null => {
  const first: unknown = Array.isArray(value) ? value[0] : value
  const url = typeof first === 'string' && first.length <= 2_000 ? first : ''
  return url.startsWith('https://') && URL.canParse(url) ? url : null
}
const id = (value: unknown): string | null =>
  typeof value === 'string' && /^[1-9]\d{0,19}$/.test(value) ? value : null
const integer = (value: unknown): number | null => {
  const n = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof n === 'number' && Number.isFinite(n) && n >= 0 ? Math.trunc(n) : null
}
const counters = (found: Readonly<Record<string, unknown>>): Record<string, number> => {
  const kept: Record<string, number> = {}
  for (const [name, value] of Object.entries(found)) {
    const count = integer(value)
    if (count !== null) kept[name] = count
  }
  return kept
}

/** 2 on air, 3 paused (still on air), 4 over. 0 and 1 are moments before the beginning and say nothing. */
const answerOf = (status: number | null): Answer => {
  if (status === 2 || status === 3) return 'live'
  return status === 4 ? 'offline' : 'unknown'
}

const nothing = (source: PageName, error: string): PageSays => ({
  source,
  answer: 'unknown',
  status: null,
  error,
  broadcastId: null,
  snapshot: null,
})

/** The `user`, `stats` and `liveRoom` that the live page and the api answer share. */
const readUserInfo = (source: PageName, info: Fields): PageSays => {
  const user = fieldsOf(info['user'])
  const room = fieldsOf(info['liveRoom'])
  const handle = text(user['uniqueId'])
  if (handle === null && text(user['id']) === null) return nothing(source, 'bad_answer')
  const status = integer(room['status']) ?? integer(user['status'])
  const broadcastId = id(user['roomId'])
  // A creator who has never been on air has no room and no status, and is certainly not on air.
  const answer = status === null && broadcastId === null ? 'offline' : answerOf(status)
  return {
    source,
    answer,
    status,
    error: answer === 'unknown' ? (status === null ? 'bad_answer' : `status_${status}`) : null,
    broadcastId,
    snapshot: {
      title: text(room['title']),
      creator: { id: id(user['id']), handle: handle ?? '', nickname: text(user['nickname']) },
      cover: link(room['coverUrl']) ?? link(user['avatarLarger']),
      counters: counters({
        viewers: at(room, 'liveRoomStats', 'userCount'),
        viewersTotal: at(room, 'liveRoomStats', 'enterCount'),
        followers: at(info, 'stats', 'followerCount'),
        startedAtS: room['startTime'],
      }),
    },
  }
}

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const STATE_ID = 'id="SIGI_STATE"'

/** The text of the state script: found by plain searches, so a hostile page costs no more than its length. */
const stateOf = (html: string): string | null => {
  const tag = html.indexOf(STATE_ID)
  const from = tag < 0 ? -1 : html.indexOf('>', tag)
  const to = from < 0 ? -1 : html.indexOf('</script>', from)
  return to < 0 ? null : html.slice(from + 1, to)
}

const readHtml = (html: string): PageSays => {
  const state = stateOf(html)
  // TikTok serves its challenge pages with 200; what they have in common is that the state is missing.
  if (state === null) return nothing('html', 'blocked')
  const parsed = parse(state)
  if (parsed === undefined) return nothing('html', 'bad_answer')
  const info = at(parsed, 'LiveRoom', 'liveRoomUserInfo')
  // Without it the page says nothing: creators who are on air have been shown such pages too.
  return readUserInfo('html', fieldsOf(info))
}

const USER_NOT_FOUND = [10_202, 10_221, 19_881_007]

const readApi = (json: string): PageSays => {
  const body = fieldsOf(parse(json))
  const code = integer(body['statusCode'])
  if (code !== null && USER_NOT_FOUND.includes(code)) return nothing('api', 'user_not_found')
  if (code !== null && code !== 0) return nothing('api', `code_${code}`)
  // An empty answer with status 200 is how the api turns away whom it does not like.
  if (json.trim() === '') return nothing('api', 'blocked')
  return readUserInfo('api', fieldsOf(body['data']))
}

const AGE_RESTRICTED = [4_003_110, 10_011]

const readRoomInfo = (json: string): PageSays => {
  const body = fieldsOf(parse(json))
  const code = integer(body['status_code'])
  const data = fieldsOf(body['data'])
  const status = integer(data['status'])
  if (code !== null && AGE_RESTRICTED.includes(code)) return nothing('room_info', 'age_restricted')
  if (code !== null && code !== 0) return nothing('room_info', `code_${code}`)
  if (status === null) return nothing('room_info', 'bad_answer')
  const owner = fieldsOf(data['owner'])
  const answer = answerOf(status)
  return {
    source: 'room_info',
    answer,
    status,
    error: answer === 'unknown' ? `status_${status}` : null,
    broadcastId: id(data['id_str']),
    snapshot: {
      title: text(data['title']),
      creator: {
        id: id(owner['id_str']),
        handle: text(owner['display_id']) ?? '',
        nickname: text(owner['nickname']),
      },
      cover: link(at(data, 'cover', 'url_list')),
      counters: counters({
        viewers: data['user_count'],
        viewersTotal: at(data, 'stats', 'total_user'),
        likes: data['like_count'] ?? at(data, 'stats', 'like_count'),
        follows: at(data, 'stats', 'follow_count'),
        shares: at(data, 'stats', 'share_count'),
        comments: at(data, 'stats', 'comment_count'),
        followers: at(owner, 'follow_info', 'follower_count'),
        startedAtS: data['create_time'],
      }),
    },
  }
}

const READERS = { html: readHtml, api: readApi, room_info: readRoomInfo }

/** What an arrived page says. Never throws. */
export const readPage = (source: PageName, page: Page): PageSays => {
  if (page.status === 403 || page.status === 429) return nothing(source, 'blocked')
  if (page.status === 404) return nothing(source, source === 'room_info' ? 'http_404' : 'user_not_found')
  if (page.status !== 200) return nothing(source, `http_${page.status}`)
  return READERS[source](page.text)
}

/** What a page that did not arrive says. */
export const pageFailed = (source: PageName, code: string): PageSays => {
  if (code === 'ETIMEDOUT' || code === 'ERR_ABORTED') return nothing(source, 'timeout')
  if (code === 'ETOOLARGE') return nothing(source, 'too_large')
  return nothing(source, code === 'EFOREIGN' ? 'blocked' : `network_${code}`.slice(0, 40))
}
