// What TikTok's pages and the sign server answer when nothing is wrong: bodies made from a creator's state.

import type { Creator } from './creator.ts'
import { GIFT_KINDS } from './gifts.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** Called when the whole answer was handed to the operating system. */
  readonly onSent?: () => void
}

export const json = (body: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
})

export const html = (body: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body,
})

const cover = (creator: Creator) => `https://p16.example/cover/${creator.userId}.webp`

const userOf = (creator: Creator) => ({
  id: creator.userId,
  uniqueId: creator.handle,
  nickname: creator.nickname,
  secUid: `MS4wLjABAAAA${creator.userId}`,
  avatarLarger: `https://p16.example/avatar/${creator.userId}.webp`,
  signature: '',
  verified: false,
  roomId: creator.broadcastId ?? '',
})

const liveRoomOf = (creator: Creator, status: number) => ({
  status,
  title: creator.title,
  startTime: Math.floor((creator.startedAt ?? 0) / 1_000),
  coverUrl: cover(creator),
  streamId: creator.broadcastId ?? '',
  liveRoomStats: { userCount: creator.viewersNow, enterCount: creator.viewersTotal },
})

const statsOf = (creator: Creator) => ({ followerCount: creator.followers, followingCount: 12 })

export const captcha = html(
  '<!DOCTYPE html><html><head><title>Please wait...</title></head><body><div id="verify">Verify to continue</div></body></html>',
)

const page = (state: string) =>
  html(
    `<!DOCTYPE html><html><head><title>TikTok LIVE</title></head><body><div id="app"></div><script id="SIGI_STATE" type="application/json">${state}</script></body></html>`,
  )

export const badStatePage = page('{"LiveRoom": {"liveRoomUserInfo": ')

export const livePage = (creator: Creator | null, status?: number): Answer =>
  page(
    JSON.stringify(
      creator === null
        ? { AppContext: {} }
        : {
            LiveRoom: {
              liveRoomUserInfo: {
                user: userOf(creator),
                stats: statsOf(creator),
                liveRoom: liveRoomOf(creator, status ?? creator.status),
              },
            },
          },
    ),
  )

export const notFound = json({ statusCode: 19_881_007, message: 'user_not_found', data: {} })

export const apiLive = (creator: Creator | null, status?: number): Answer =>
  creator === null
    ? notFound
    : json({
        statusCode: 0,
        message: '',
        data: {
          user: userOf(creator),
          stats: statsOf(creator),
          liveRoom: liveRoomOf(creator, status ?? creator.status),
        },
      })

export const ageRestricted = (code: number): Answer =>
  json({
    status_code: code,
    data: { message: 'Age restricted', prompts: 'This LIVE is for viewers over 18.' },
    extra: { now: Date.now() },
  })

export const roomInfo = (creator: Creator | null, broadcastId: string, status?: number): Answer => {
  if (creator === null) return json({ status_code: 4_003_115, data: { message: 'room has finished' } })
  // An older broadcast of the same creator is over, whatever the creator does now.
  const now = broadcastId === creator.broadcastId ? creator.status : 4
  return json({
    status_code: 0,
    data: {
      id: Number(broadcastId),
      id_str: broadcastId,
      status: status ?? now,
      title: creator.title,
      create_time: Math.floor((creator.startedAt ?? 0) / 1_000),
      finish_time: creator.endedAt === null ? 0 : Math.floor(creator.endedAt / 1_000),
      user_count: creator.viewersNow,
      like_count: creator.likes,
      owner: {
        id_str: creator.userId,
        display_id: creator.handle,
        nickname: creator.nickname,
        follow_info: { follower_count: creator.followers },
        avatar_thumb: { url_list: [`https://p16.example/avatar/${creator.userId}.webp`] },
      },
      cover: { url_list: [cover(creator)] },
      stats: {
        total_user: creator.viewersTotal,
        like_count: creator.likes,
        follow_count: creator.follows,
        share_count: creator.shares,
        comment_count: creator.chats,
      },
    },
    extra: { now: Date.now() },
  })
}

export const giftList = json({
  status_code: 0,
  data: {
    gifts: GIFT_KINDS.map((kind) => ({
      id: Number(kind.id),
      name: kind.name,
      diamond_count: kind.diamonds,
      combo: kind.combo,
      type: kind.combo ? 1 : 2,
    })),
  },
})

export const signedUrl = (url: string): Answer =>
  json({
    code: 200,
    response: { signedUrl: `${url}&X-Bogus=stand-in&msToken=stand-in`, tokens: { 'X-Bogus': 'stand-in' } },
  })

export const signRoomId = (creator: Creator | null, status?: number): Answer =>
  creator === null
    ? json({ code: 404, ok: false, message: 'User not found' }, 404)
    : json({
        code: 200,
        ok: true,
        message: 'OK',
        room_id: creator.broadcastId,
        is_live: (status ?? creator.status) !== 4,
      })
