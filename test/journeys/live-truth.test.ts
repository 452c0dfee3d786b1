// What is shown is true although webhooks are lost, repeated or turned round, one platform refuses, or LiveKit does;
// and nothing that a person presses twice makes two publishers of one.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withDatabase } from '../_support/product-database.ts'
import { openStudio, PLATFORMS, type Studio, type StudioOptions } from '../_support/product-studio.ts'

/** One product for the tests of a group; each test has a room of its own. */
const studioOf = (options: StudioOptions = {}): (() => Studio) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await openStudio(options)
  })
  afterAll(() => studio.close())
  return () => studio
}

describe('webhooks', () => {
  // Polls so rare that only webhooks can bring the news.
  const open = studioOf({ env: { EGRESS_POLL_MS: '60000' } })

  it('are told to LiveKit with each start, and bring the news', async () => {
    const studio = open()
    await studio.add('heard')
    await studio.start('heard')
    const { platforms } = await studio.live('heard')
    expect(PLATFORMS.map((platform) => platforms[platform]?.observed_by)).toEqual(['webhook', 'webhook'])
    const { egress_id: first } = platforms['twitch']!
    studio.livekit.egress(first ?? '').fail()
    await studio.until('heard', 'twitch', 'live again', ({ egress_id: id, state }) => {
      return state === 'live' && id !== first
    })
    expect(studio.doubles).toEqual([])
  })

  it('L25 L27: change nothing when they come twice, last first, and again much later', async () => {
    const studio = open()
    const { livekit } = studio
    await studio.add('again')
    livekit.webhooks.mood = { copies: 2, reverse: 3 }
    await studio.start('again')
    await studio.live('again')
    await studio.stop('again')
    const stopped = await studio.stopped('again')
    await livekit.webhooks.idle()
    livekit.webhooks.mood = {}
    for (const sent of livekit.webhooks.sent) expect(await livekit.webhooks.replay(sent)).toBe(200)
    expect(await studio.status('again')).toEqual(stopped)
    expect(livekit.truth.running('again')).toEqual([])
    expect(livekit.truth.lives.filter(({ room }) => room === 'again')).toHaveLength(2)
    expect(livekit.fired('webhook.reversed')).toBeGreaterThan(0)
    await studio.product.stop()
    await withDatabase(studio.product.dataDir, async ({ rows }) => {
      const stored = await rows('SELECT id FROM webhook_inbox ORDER BY id')
      const sent = new Set(livekit.webhooks.sent.map(({ id }) => id))
      expect(stored.map(({ id }) => id)).toEqual([...sent].sort())
    })
  })
})

describe('trouble with LiveKit', () => {
  const open = studioOf()

  it('L28: all webhooks are lost: polling is enough for start, failure and stop', async () => {
    const studio = open()
    await studio.add('deaf')
    studio.livekit.webhooks.mood = { drop: () => true }
    await studio.start('deaf')
    const { platforms } = await studio.live('deaf')
    expect(platforms['youtube']?.observed_by).toBe('poll')
    const { egress_id: first } = platforms['youtube']!
    studio.livekit.egress(first ?? '').fail()
    await studio.until('deaf', 'youtube', 'live with another egress', ({ egress_id: id, state }) => {
      return state === 'live' && id !== first
    })
    await studio.stop('deaf')
    await studio.stopped('deaf')
    expect(studio.livekit.truth.running()).toEqual([])
    expect(studio.livekit.fired('webhook.dropped')).toBeGreaterThan(8)
    expect(studio.livekit.webhooks.sent).toEqual([])
    expect(studio.doubles).toEqual([])
    studio.livekit.webhooks.mood = {}
  })

  it('L01: it is away: said at once, and found again by itself', async () => {
    const studio = open()
    await studio.add('away')
    await studio.start('away', ['youtube'])
    const { egress_id: id } = await studio.reaches('away', 'youtube', 'live')
    await studio.livekit.down()
    await studio.start('away', ['twitch'])
    const away = await studio.until(
      'away',
      'twitch',
      'without LiveKit',
      ({ error_code: code }) => code !== null,
    )
    expect(away).toMatchObject({ status: 'error', error_code: 'livekit_unreachable' })
    await studio.livekit.up()
    const { platforms } = await studio.live('away')
    expect(platforms['youtube']?.egress_id).toBe(id)
    expect(studio.livekit.truth.running('away')).toHaveLength(2)
    expect(studio.doubles).toEqual([])
  })

  it('L35: it does not take the secret any more: said, not stormed against, and healed by itself', async () => {
    const studio = open()
    const { livekit } = studio
    await studio.add('locked')
    const secret = livekit.apiSecret()
    livekit.rotateSecret()
    const from = livekit.truth.calls.length
    await studio.start('locked')
    for (const platform of PLATFORMS) {
      await studio.until('locked', platform, 'refused', (view) => view.error_code === 'livekit_auth')
    }
    const first = livekit.truth.calls[from]?.at ?? Infinity
    await studio.house.until('a second and a half of refusals', () => Date.now() - first > 1_500)
    const refused = livekit.truth.calls.slice(from).filter(({ answered }) => answered === 401)
    expect(refused.length).toBeGreaterThan(2)
    expect(refused.length / ((Date.now() - first) / 1_000)).toBeLessThan(30)
    livekit.rotateSecret(secret)
    await studio.live('locked')
    expect(livekit.truth.running('locked')).toHaveLength(2)
    expect(studio.doubles).toEqual([])
  })
})

describe('one room among others', () => {
  // However busy the machine is, a refusal comes before the stream counts as live.
  const open = studioOf({ env: { EGRESS_STABLE_MS: '1500' } })

  it('L08: a key that one platform refuses is given up after three tries, and the other is left alone', async () => {
    const studio = open()
    const { livekit } = studio
    await studio.add('refused')
    const { ofKey } = livekit.platform('twitch')
    const key = studio.keys['refused/twitch'] ?? ''
    ofKey.set(key, 'reject')
    await studio.start('refused')
    const failed = await studio.reaches('refused', 'twitch', 'failed')
    expect(failed).toMatchObject({
      status: 'error',
      error_code: 'destination_rejected',
      next_attempt_at: null,
    })
    expect(failed.advice).toContain('stream key')
    const startsOf = (part: string) =>
      livekit.truth
        .callsOf('StartEgress', 'refused')
        .filter(({ urls }) => urls.some((url) => url.includes(part)))
    expect(startsOf(key)).toHaveLength(3)
    const youtube = await studio.reaches('refused', 'youtube', 'live')
    expect(youtube.attempt).toBe(1)
    expect(startsOf('youtube')).toHaveLength(1)

    ofKey.set(key, 'accept')
    await studio.retry('refused', 'twitch')
    await studio.reaches('refused', 'twitch', 'live')
    expect(await studio.platform('refused', 'youtube')).toMatchObject({
      egress_id: youtube.egress_id,
      live_since: youtube.live_since,
    })
    expect(studio.doubles).toEqual([])
  })

  it('L15: two starts at once make one egress a platform', async () => {
    const studio = open()
    await studio.add('twice')
    const press = (key: string) =>
      studio.product.request('/api/live/start', {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: JSON.stringify({ room: 'twice', platforms: 'both' }),
      })
    const answers = await Promise.all([press('a'), press('b'), press('a')])
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses[0]).toBe(202)
    expect(statuses.every((status) => status === 202 || status === 409)).toBe(true)
    await studio.live('twice')
    const again = await press('c')
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([409, 'already_active'])
    expect(studio.livekit.truth.callsOf('StartEgress', 'twice')).toHaveLength(2)
  })

  it('L14: start, stop and start within a moment leave one egress a platform', async () => {
    const studio = open()
    await studio.add('hasty')
    await studio.start('hasty')
    await studio.stop('hasty')
    await studio.house.until('the second start being taken', async () => {
      const { ok } = await studio.product.request('/api/live/start', {
        method: 'POST',
        body: JSON.stringify({ room: 'hasty', platforms: 'both' }),
      })
      return ok
    })
    await studio.live('hasty')
    expect(studio.livekit.truth.running('hasty')).toHaveLength(2)
    expect(studio.doubles).toEqual([])
  })

  it('S16: a stop is as good three times as once', async () => {
    const studio = open()
    await studio.add('done')
    await studio.start('done')
    await studio.live('done')
    const answers = await Promise.all([studio.stop('done'), studio.stop('done'), studio.stop('done')])
    expect(new Set(answers.map(({ session_id: id }) => id))).toHaveLength(1)
    await studio.stopped('done')
    await studio.stop('done')
    const lives = studio.livekit.truth.lives.filter(({ room }) => room === 'done')
    expect(lives.map(({ statuses }) => statuses.at(-1)?.status)).toEqual([
      'EGRESS_COMPLETE',
      'EGRESS_COMPLETE',
    ])
  })
})

describe('an egress whose node died', () => {
  const open = studioOf({ reportsAll: true })

  it('L12: is never believed to have stopped, and nothing takes its place unless a person insists', async () => {
    const studio = open()
    const { livekit, product } = studio
    await studio.add('haunted')
    await studio.start('haunted', ['youtube'])
    const { egress_id: ghost } = await studio.reaches('haunted', 'youtube', 'live')
    livekit.egress(ghost ?? '').kill()
    await studio.stop('haunted')
    const doubted = await studio.until(
      'haunted',
      'youtube',
      'doubted',
      ({ error_code: code }) => code === 'stop_unconfirmed',
    )
    expect(doubted).toMatchObject({ status: 'error', state: 'stopping', egress_id: ghost })
    expect(livekit.truth.callsOf('StopEgress').every(({ answered }) => answered === 503)).toBe(true)

    // A start is taken, or refused once the alarm is raised, and comes true when the stop is confirmed: not before.
    const asked = livekit.truth.callsOf('StopEgress').length
    const { status } = await product.request('/api/live/start', {
      method: 'POST',
      body: JSON.stringify({ room: 'haunted', platforms: ['youtube'] }),
    })
    expect([202, 409]).toContain(status)
    await studio.house.until(
      'another request to stop',
      () => livekit.truth.callsOf('StopEgress').length > asked,
    )
    expect(livekit.truth.lives).toHaveLength(1)

    await studio.start('haunted', ['youtube'], { force: true })
    const { egress_id: next } = await studio.reaches('haunted', 'youtube', 'live')
    expect(next).not.toBe(ghost)
    expect(livekit.platform('youtube').onAir).toHaveLength(1)
    expect(studio.doubles).toEqual([])
  })
})
