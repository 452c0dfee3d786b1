// Every fault of TikTok's stand-in, seen through the unmodified connector: it happens, and it is counted.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ConnectTimeoutError,
  PremiumFeatureError,
  SignAPIError,
  SignatureRateLimitError,
  UserOfflineError,
} from 'tiktok-live-connector'
import type { FaultSpec } from '../_support/tiktok/faults.ts'
import { openStage, type Stage } from '../_support/tiktok/stage.ts'
import type { Creator } from '../_support/tiktok/standin.ts'

let stage: Stage
let ana: Creator
beforeEach(async () => {
  stage = await openStage()
  ana = stage.tiktok.creator('ana')
  ana.goLive()
})
afterEach(() => stage.close())

const refusal = async (): Promise<unknown> => {
  try {
    await stage.connector('ana').connect()
  } catch (error) {
    return error
  }
  return null
}

describe('the pages', () => {
  const html: readonly FaultSpec<'html'>[] = [
    { kind: 'captcha' },
    { kind: 'bad_json' },
    { kind: 'no_live_room' },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 403 },
    { kind: 'empty' },
    { kind: 'huge', bytes: 1 << 20 },
    { kind: 'truncated' },
    { kind: 'reset' },
    { kind: 'body', body: '{"not":"html"}' },
  ]

  it.each(html)('leave the connector with the API when the page does: %o', async (spec) => {
    const fault = stage.tiktok.fault('html', spec)
    expect(await stage.connector('ana').fetchIsLive()).toBe(true)
    expect(fault.fired()).toBe(1)
    expect(stage.tiktok.fired(`html.${spec.kind}`)).toBe(1)
    expect(stage.tiktok.asked('html', 'ana').map(({ fault }) => fault)).toEqual([spec.kind])
    expect(stage.tiktok.asked('api', 'ana')).toHaveLength(1)
  })

  const api: readonly FaultSpec<'api'>[] = [
    { kind: 'blocked' },
    { kind: 'wrong_json' },
    { kind: 'user_not_found' },
    { kind: 'status', status: 403 },
    { kind: 'status', status: 500 },
    { kind: 'empty' },
    { kind: 'truncated' },
    { kind: 'reset' },
  ]

  it.each(api)('leave the connector with the sign server when the API does as well: %o', async (spec) => {
    stage.tiktok.fault('html', { kind: 'captcha' })
    const fault = stage.tiktok.fault('api', spec)
    expect(await stage.connector('ana').fetchIsLive()).toBe(true)
    expect(fault.fired()).toBe(1)
    expect(stage.tiktok.asked('room_id', 'ana')).toHaveLength(1)
  })

  it('leave the connector with nothing when all three fail', async () => {
    stage.tiktok.fault('html', { kind: 'captcha' })
    stage.tiktok.fault('api', { kind: 'blocked' })
    stage.tiktok.fault('room_id', { kind: 'status', status: 403 })
    await expect(stage.connector('ana').fetchIsLive()).rejects.toThrow('all sources')
    expect(stage.tiktok.allFired()).toEqual({ 'html.captcha': 1, 'api.blocked': 1, 'room_id.status': 1 })
  })

  it('may contradict the truth, one page alone, for one creator, so many times', async () => {
    stage.tiktok.creator('bo').goLive()
    stage.tiktok.fault('html', { kind: 'says', status: 4, handle: 'ana', times: 2 })
    const connector = stage.connector('ana')
    expect(await stage.connector('bo').fetchIsLive()).toBe(true)
    expect(await connector.fetchIsLive()).toBe(false)
    expect(await connector.fetchIsLive()).toBe(false)
    expect(await connector.fetchIsLive()).toBe(true)
    expect(stage.tiktok.fired('html.says')).toBe(2)
  })

  it('may say at the room info that the broadcast is over, or for adults, or nothing useful', async () => {
    const over = stage.tiktok.fault('room_info', { kind: 'says', status: 4 })
    expect(await refusal()).toBeInstanceOf(UserOfflineError)
    over.clear()
    const broken = stage.tiktok.fault('room_info', { kind: 'status', status: 500 })
    expect(await refusal()).toBeInstanceOf(Error)
    broken.clear()
    for (const code of [4_003_110, 10_011] as const) {
      const adults = stage.tiktok.fault('room_info', { kind: 'age_restricted', code })
      expect(await refusal()).toBeNull()
      adults.clear()
    }
    expect(stage.tiktok.fired('room_info.age_restricted')).toBe(2)
  })
})

describe('the sign server', () => {
  it('refuses for too many requests with the time to wait in the header', async () => {
    stage.tiktok.fault('sign', { kind: 'rate_limited', retryAfterS: 37, form: 'header' })
    const error = await refusal()
    expect(error).toBeInstanceOf(SignatureRateLimitError)
    expect(error).toMatchObject({ retryAfter: 37_000 })
  })

  it('refuses with the time in the body only, which the connector does not read', async () => {
    stage.tiktok.fault('sign', { kind: 'rate_limited', retryAfterS: 37, form: 'body' })
    expect(await refusal()).toMatchObject({ name: 'SignatureRateLimitError', retryAfter: 0 })
  })

  it('refuses with a message so short that the connector trips over it', async () => {
    stage.tiktok.fault('sign', { kind: 'rate_limited', retryAfterS: 37, message: 'Slow down' })
    expect(await refusal()).toBeInstanceOf(RangeError)
  })

  it('refuses one key and not the other, and by itself when a key has no requests left', async () => {
    const limited = await openStage({ signRequestsPerMinute: 1 })
    limited.tiktok.creator('ana').goLive()
    await limited.connect(limited.connector('ana'))
    await expect(limited.connector('ana').connect()).rejects.toBeInstanceOf(SignatureRateLimitError)
    await limited.close()
    const fault = stage.tiktok.fault('sign', { kind: 'rate_limited', retryAfterS: 9, key: 'other' })
    expect(await refusal()).toBeNull()
    expect(fault.fired()).toBe(0)
  })

  const broken: readonly FaultSpec<'sign'>[] = [
    { kind: 'status', status: 403 },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 502, body: '<html>bad gateway</html>' },
    { kind: 'no_cookie' },
    { kind: 'empty' },
    { kind: 'truncated' },
    { kind: 'reset' },
  ]

  it.each(broken)('fails as the sign server does: %o', async (spec) => {
    const fault = stage.tiktok.fault('sign', spec)
    expect(await refusal()).toBeInstanceOf(SignAPIError)
    expect(fault.fired()).toBe(1)
    expect(stage.tiktok.viewers).toHaveLength(0)
  })

  it('asks for a plan, forgets the cursor, names another host, or another room', async () => {
    const premium = stage.tiktok.fault('sign', { kind: 'premium' })
    expect(await refusal()).toBeInstanceOf(PremiumFeatureError)
    premium.clear()
    const cursor = stage.tiktok.fault('sign', { kind: 'no_cursor' })
    expect(String(await refusal())).toContain('Missing cursor')
    cursor.clear()
    const foreign = stage.tiktok.fault('sign', { kind: 'foreign_host', url: 'ws://127.0.0.1:1/elsewhere' })
    expect(String(await refusal())).toContain('ECONNREFUSED 127.0.0.1:1')
    foreign.clear()
    const other = stage.tiktok.creator('bo').goLive()
    stage.tiktok.fault('sign', { kind: 'other_room', roomId: other })
    const connector = stage.connector('ana')
    await connector.connect()
    expect(connector.roomId).toBe(other)
  })

  it('answers late when it hangs', async () => {
    stage.tiktok.fault('sign', { kind: 'hang', ms: 60 })
    const started = performance.now()
    await stage.connector('ana').connect()
    expect(performance.now() - started).toBeGreaterThanOrEqual(59)
  })

  it('ends the broadcast inside the first batch, after which the connector connects to no room', async () => {
    stage.tiktok.fault('sign', { kind: 'ended_inside' })
    const connector = stage.connector('ana')
    const heard = stage.listen(connector, 'streamEnd')
    await expect(connector.connect()).rejects.toThrow('room not found')
    expect(heard).toHaveLength(1)
    expect(stage.tiktok.asked('socket')[0]?.roomId).toBe('')
  })
})

describe("the socket's door", () => {
  it('refuses with a plain 200 and the reason in a header', async () => {
    const fault = stage.tiktok.fault('socket', { kind: 'refused', message: 'DEVICE_BLOCKED' })
    expect(String(await refusal())).toContain('DEVICE_BLOCKED')
    expect(fault.fired()).toBe(1)
  })

  it('opens slowly, or never in time', async () => {
    const slow = stage.tiktok.fault('socket', { kind: 'slow', ms: 50 })
    expect(await refusal()).toBeNull()
    slow.clear()
    stage.tiktok.fault('socket', { kind: 'slow', ms: 60_000 })
    process.env['WS_CONNECT_TIMEOUT_MS'] = '100'
    try {
      expect(await refusal()).toBeInstanceOf(ConnectTimeoutError)
    } finally {
      delete process.env['WS_CONNECT_TIMEOUT_MS']
    }
  })

  it('opens onto a dead socket, or closes behind whoever came in', async () => {
    const stalled = stage.tiktok.fault('socket', { kind: 'stalled' })
    const connector = stage.connector('ana')
    const heard = stage.listen(connector, 'websocketData', 'disconnected')
    await stage.connect(connector)
    ana.say('into the void')
    expect(stage.tiktok.truth.missed({ handle: 'ana' })).toHaveLength(1)
    expect(heard).toHaveLength(0)
    stalled.clear()
    for (const kind of ['closed', 'reset'] as const) {
      const fault = stage.tiktok.fault('socket', { kind })
      const next = stage.tiktok.next()
      await refusal()
      const viewer = await next
      await expect.poll(() => viewer.closed).not.toBeNull()
      fault.clear()
    }
  })
})
