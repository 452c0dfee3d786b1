// What a look answers when pages agree, disagree, lie, fail or are not TikTok's at all.

import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readPage } from '../../src/tiktok/pages.ts'
import type { Answer, Look } from '../../src/tiktok/tiktok.ts'
import type { FaultSpec } from '../_support/tiktok/faults.ts'
import { startTikTok, type TikTok as StandIn } from '../_support/tiktok/standin.ts'
import { closeServer, listenOn, serviceAt, using } from './kit.ts'

let standIn: StandIn

beforeAll(async () => {
  standIn = await startTikTok()
})
afterEach(() => standIn.clearFaults())
afterAll(() => standIn.close())

const look = (handle: string, confirm: boolean, broadcastId: string | null = null): Promise<Look> =>
  using(serviceAt(standIn, { pageTimeoutMs: 2_000 }), (tiktok) =>
    tiktok.look(handle, { confirm, proxyUrl: null, broadcastId }),
  )

const said = (found: Look) => found.sources.map(({ source, answer, error }) => [source, answer, error])

describe('pages that agree', () => {
  it('live, with the broadcast and what TikTok says of it', async () => {
    const creator = standIn.creator('live')
    const broadcastId = creator.goLive({ title: 'Morning show' })
    creator.seen(12, 340)
    const found = await look('live', true)
    expect([found.answer, found.broadcastId, found.paused]).toEqual(['live', broadcastId, false])
    expect(found.snapshot?.title).toBe('Morning show')
    expect(found.snapshot?.creator).toEqual({ id: creator.userId, handle: 'live', nickname: 'live LIVE' })
    expect(found.snapshot?.cover).toMatch(/^https:/)
    expect(found.snapshot?.counters).toMatchObject({ viewers: 12, viewersTotal: 340, followers: 1_000 })
  })

  it('paused is on air', async () => {
    const creator = standIn.creator('paused')
    const broadcastId = creator.goLive()
    creator.pause()
    for (const confirm of [false, true]) {
      const found = await look('paused', confirm)
      expect([found.answer, found.paused, found.broadcastId]).toEqual(['live', true, broadcastId])
    }
  })

  it('offline although the old room id is still there: an id alone is not life', async () => {
    const creator = standIn.creator('over')
    creator.goLive()
    creator.goOffline()
    expect(creator.broadcastId).not.toBeNull()
    const found = await look('over', true)
    expect([found.answer, found.broadcastId]).toEqual(['offline', null])
    expect(found.sources.length).toBe(2)
  })

  it('asks the cheap page alone when nothing needs to be confirmed', async () => {
    standIn.creator('cheap').goLive()
    const found = await look('cheap', false)
    expect(found.answer).toBe('live')
    expect(standIn.asked('api', 'cheap').length).toBe(1)
    expect(standIn.asked('html', 'cheap').length).toBe(0)
  })

  it('never asks the sign server', () => {
    expect(
      standIn.asked('sign').length + standIn.asked('room_id').length + standIn.asked('sign_url').length,
    ).toBe(0)
  })
})

type Html = FaultSpec<'html'> | null
type Api = FaultSpec<'api'> | null
type Info = FaultSpec<'room_info'> | null

const down = { kind: 'status', status: 500 } as const
const says = (status: 2 | 3 | 4) => ({ kind: 'says', status }) as const

/** On air or not; what html, api and room_info do wrong; the answer without and with confirmation. */
const TABLE: readonly (readonly [string, boolean, Html, Api, Info, Answer, Answer])[] = [
  ['html captcha', true, { kind: 'captcha' }, null, null, 'live', 'live'],
  ['html captcha', false, { kind: 'captcha' }, null, null, 'offline', 'offline'],
  ['html 500', false, down, null, null, 'offline', 'offline'],
  ['html 500 and no broadcast page', false, down, null, down, 'offline', 'unknown'],
  ['html without the room', true, { kind: 'no_live_room' }, null, null, 'live', 'live'],
  ['html with broken JSON', true, { kind: 'bad_json' }, null, null, 'live', 'live'],
  ['html truncated', true, { kind: 'truncated' }, null, null, 'live', 'live'],
  ['html reset', true, { kind: 'reset' }, null, null, 'live', 'live'],
  ['html huge', true, { kind: 'huge', bytes: 9 << 20 }, null, null, 'live', 'live'],
  ['html hangs', true, { kind: 'hang', ms: 60_000 }, null, null, 'live', 'live'],
  ['api blocked', true, null, { kind: 'blocked' }, null, 'live', 'live'],
  ['api blocked', false, null, { kind: 'blocked' }, null, 'offline', 'offline'],
  ['api says no such user', true, null, { kind: 'user_not_found' }, null, 'live', 'live'],
  ['api of another shape', false, null, { kind: 'wrong_json' }, null, 'offline', 'offline'],
  ['api empty', true, null, { kind: 'empty' }, null, 'live', 'live'],
  ['both fail', true, down, down, null, 'unknown', 'unknown'],
  ['both fail', false, { kind: 'captcha' }, { kind: 'blocked' }, null, 'unknown', 'unknown'],
  ['html offline, api live, broadcast live', true, says(4), null, null, 'live', 'live'],
  ['html live, api offline, broadcast over', false, says(2), null, null, 'offline', 'offline'],
  ['html live, api offline, no broadcast page', false, says(2), null, down, 'offline', 'unknown'],
  [
    'html offline, api live, broadcast for adults only',
    true,
    says(4),
    null,
    { kind: 'age_restricted', code: 4_003_110 },
    'live',
    'unknown',
  ],
  ['api alone says offline, html is silent', true, down, says(4), down, 'offline', 'unknown'],
  ['api alone says offline, html is silent', true, down, says(4), null, 'offline', 'unknown'],
]

const info = (roomId: string) => ({ user: { uniqueId: 'twice', roomId }, liveRoom: { status: 2 } })

describe('pages that fail or disagree', () => {
  it.each(TABLE.map((row, n) => [...row, n] as const))(
    '%s (on air: %s)',
    async (_name, onAir, html, api, info, plain, confirmed, n) => {
      const handle = `table.${n}`
      const creator = standIn.creator(handle)
      creator.goLive()
      if (!onAir) creator.goOffline()
      const faults = [
        ...(html === null ? [] : [standIn.fault('html', html)]),
        ...(api === null ? [] : [standIn.fault('api', api)]),
      ]
      if (info !== null) standIn.fault('room_info', info)
      const found = await look(handle, true)
      expect(found.answer, JSON.stringify(said(found))).toBe(confirmed)
      for (const fault of faults) expect(fault.fired()).toBe(1)
      expect((await look(handle, false)).answer).toBe(plain)
    },
  )

  it('a known broadcast is asked about when both pages fail: live is enough, over is not', async () => {
    const creator = standIn.creator('known')
    const broadcastId = creator.goLive()
    standIn.fault('html', { kind: 'captcha' })
    standIn.fault('api', { kind: 'blocked' })
    const live = await look('known', true, broadcastId)
    expect([live.answer, live.broadcastId]).toEqual(['live', broadcastId])
    creator.goOffline()
    expect((await look('known', true, broadcastId)).answer).toBe('unknown')
  })

  it('a user that does not exist is unknown, and says so', async () => {
    const found = await look('nobody.here', true)
    expect(found.answer).toBe('unknown')
    expect(found.sources.map(({ error }) => error)).toContain('user_not_found')
  })

  it('T15: flapping pages are told as they are, each look by itself', async () => {
    const creator = standIn.creator('flap')
    creator.goLive()
    const answers: Answer[] = []
    for (let i = 0; i < 6; i += 1) {
      answers.push((await look('flap', true)).answer)
      if (creator.isLive) creator.goOffline()
      else creator.goLive(creator.broadcastId === null ? {} : { broadcastId: creator.broadcastId })
    }
    expect(answers).toEqual(['live', 'offline', 'live', 'offline', 'live', 'offline'])
  })

  it('of two broadcasts that are both said to be on air the later one counts', async () => {
    const server = createServer((request, response) => {
      const state = JSON.stringify({ LiveRoom: { liveRoomUserInfo: info('7000000000000000010') } })
      const isApi = request.url?.startsWith('/api-live') === true
      response.end(
        isApi
          ? JSON.stringify({ statusCode: 0, data: info('999999999999999999') })
          : `<script id="SIGI_STATE" type="application/json">${state}</script>`,
      )
    })
    const places = { origin: await listenOn(server) }
    const found = await using(serviceAt(standIn, {}, places), (tiktok) =>
      tiktok.look('twice', { confirm: true, proxyUrl: null }),
    )
    await closeServer(server)
    expect([found.answer, found.broadcastId]).toEqual(['live', '7000000000000000010'])
  })
})

describe('hostile pages', () => {
  const hostile = [
    `<script id="SIGI_STATE" type="application/json">`.repeat(50_000),
    `${'<script id="SIGI_STATE"'.repeat(50_000)}>{}`,
    '<'.repeat(2_000_000),
    `id="SIGI_STATE">${'['.repeat(100_000)}</script>`,
  ]
  it('cost no more than their length and say nothing', () => {
    for (const text of hostile) {
      const says = readPage('html', { status: 200, text })
      expect(says.answer).toBe('unknown')
    }
  })

  it('a snapshot takes nothing of the wrong type, size or scheme', () => {
    const text = JSON.stringify({
      statusCode: 0,
      data: {
        user: {
          id: '1e5',
          uniqueId: 'a',
          nickname: { evil: 1 },
          roomId: '12; DROP',
          avatarLarger: 'javascript:1',
        },
        stats: { followerCount: -5 },
        liveRoom: {
          status: '2',
          title: 'x'.repeat(10_000),
          coverUrl: 'http://plain.example/',
          startTime: 'NaN',
        },
      },
    })
    const says = readPage('api', { status: 200, text })
    expect(says.answer).toBe('live')
    expect(says.broadcastId).toBeNull()
    expect(says.snapshot?.creator).toEqual({ id: null, handle: 'a', nickname: null })
    expect(says.snapshot?.title?.length).toBe(500)
    expect(says.snapshot?.cover).toBeNull()
    expect(says.snapshot?.counters).toEqual({})
  })
})
