// What is shown is true although webhooks are lost, repeated or forged, one platform refuses, or LiveKit does; and
// nothing that a person presses twice makes two publishers of one.

import { describe, expect, it, type TestContext } from 'vitest'
import { withDatabase } from '../_support/product-database.ts'
import { openStudio, PLATFORMS, type Studio, type StudioOptions } from '../_support/product-studio.ts'

const open = async ({ onTestFinished }: TestContext, options: StudioOptions = {}): Promise<Studio> => {
  const studio = await openStudio(options)
  onTestFinished(() => studio.close())
  await studio.add('show')
  return studio
}
const startsAt = ({ livekit }: Studio, host: string) =>
  livekit.truth.callsOf('StartEgress').filter(({ urls }) => urls.some((url) => url.includes(host)))

describe.concurrent('webhooks', () => {
  it('are told to LiveKit with each start, and heard within a moment', async (test) => {
    // Polls so rare that only webhooks can bring the news.
    const studio = await open(test, { env: { EGRESS_POLL_MS: '60000' } })
    await studio.start('show')
    const { platforms } = await studio.live('show')
    expect(PLATFORMS.map((platform) => platforms[platform]?.observed_by)).toEqual(['webhook', 'webhook'])
    studio.livekit.egress(platforms['twitch']?.egress_id ?? '').fail()
    await studio.until('show', 'twitch', 'live again', ({ egress_id: id, state }) => {
      return state === 'live' && id !== platforms['twitch']?.egress_id
    })
    expect(studio.doubles).toEqual([])
  })

  it('L28: may all be lost: polling is enough for start, failure and stop', async (test) => {
    const studio = await open(test)
    studio.livekit.webhooks.mood = { drop: () => true }
    await studio.start('show')
    const { platforms } = await studio.live('show')
    expect(platforms['youtube']?.observed_by).toBe('poll')
    studio.livekit.egress(platforms['youtube']?.egress_id ?? '').fail()
    await studio.until('show', 'youtube', 'live with another egress', ({ egress_id: id, state }) => {
      return state === 'live' && id !== platforms['youtube']?.egress_id
    })
    await studio.stop('show')
    await studio.stopped('show')
    expect(studio.livekit.truth.running()).toEqual([])
    expect(studio.livekit.fired('webhook.dropped')).toBeGreaterThan(8)
    expect(studio.livekit.webhooks.sent).toEqual([])
    expect(studio.doubles).toEqual([])
  })

  it('L25 L27: change nothing when they come twice, last first or again much later', async (test) => {
    const studio = await open(test)
    studio.livekit.webhooks.mood = { copies: 2, reverse: 3 }
    await studio.start('show')
    await studio.live('show')
    await studio.stop('show')
    const stopped = await studio.stopped('show')
    await studio.livekit.webhooks.idle()
    for (const sent of studio.livekit.webhooks.sent) {
      expect(await studio.livekit.webhooks.replay(sent)).toBe(200)
    }
    expect(await studio.status('show')).toEqual(stopped)
    expect(studio.livekit.truth.lives).toHaveLength(2)
    await studio.product.stop()
    await withDatabase(studio.product.dataDir, async ({ rows }) => {
      const stored = await rows('SELECT id FROM webhook_inbox ORDER BY id')
      const sent = new Set(studio.livekit.webhooks.sent.map(({ id }) => id))
      expect(stored.map(({ id }) => id)).toEqual([...sent].sort())
    })
    expect(studio.livekit.fired('webhook.reversed')).toBeGreaterThan(0)
  })
})

describe.concurrent('trouble of one', () => {
  it('L08: a key that one platform refuses gives up after three tries and leaves the other alone', async (test) => {
    // However busy the machine is, a refusal comes before the stream counts as live.
    const studio = await open(test, { env: { EGRESS_STABLE_MS: '2000' } })
    studio.livekit.platform('twitch').behaviour = 'reject'
    await studio.start('show')
    const failed = await studio.reaches('show', 'twitch', 'failed')
    expect(failed).toMatchObject({
      status: 'error',
      error_code: 'destination_rejected',
      next_attempt_at: null,
    })
    expect(failed.advice).toContain('stream key')
    expect(startsAt(studio, 'live-video.net')).toHaveLength(3)
    const youtube = await studio.reaches('show', 'youtube', 'live')
    expect(youtube.attempt).toBe(1)
    expect(startsAt(studio, 'youtube')).toHaveLength(1)

    studio.livekit.platform('twitch').behaviour = 'accept'
    await studio.retry('show', 'twitch')
    await studio.reaches('show', 'twitch', 'live')
    expect(await studio.platform('show', 'youtube')).toMatchObject({
      egress_id: youtube.egress_id,
      live_since: youtube.live_since,
    })
    expect(studio.doubles).toEqual([])
  })

  it('L35: a secret that LiveKit does not take any more is said, not stormed against, and heals by itself', async (test) => {
    const studio = await open(test)
    const secret = studio.livekit.apiSecret()
    studio.livekit.rotateSecret()
    await studio.start('show')
    for (const platform of PLATFORMS) {
      await studio.until('show', platform, 'refused', (view) => view.error_code === 'livekit_auth')
    }
    const { calls } = studio.livekit.truth
    await studio.house.until('a second of refusals', () => Date.now() - (calls[0]?.at ?? Infinity) > 1_500)
    const refused = calls.filter(({ answered }) => answered === 401)
    expect(refused.length).toBeGreaterThan(2)
    expect(refused.length).toBeLessThan(60)
    studio.livekit.rotateSecret(secret)
    await studio.live('show')
    expect(studio.livekit.truth.lives).toHaveLength(2)
  })

  it('L01: LiveKit that is away is said at once, and found again by itself', async (test) => {
    const studio = await open(test)
    await studio.start('show', ['youtube'])
    const { egress_id: id } = await studio.reaches('show', 'youtube', 'live')
    await studio.livekit.down()
    await studio.start('show', ['twitch'])
    const away = await studio.until(
      'show',
      'twitch',
      'without LiveKit',
      ({ error_code: code }) => code !== null,
    )
    expect(away).toMatchObject({ status: 'error', error_code: 'livekit_unreachable' })
    expect((await studio.platform('show', 'youtube')).egress_id).toBe(id)
    await studio.livekit.up()
    await studio.live('show')
    expect(studio.livekit.truth.lives).toHaveLength(2)
  })
})

describe.concurrent('pressed twice', () => {
  it('L15: two starts at once make one egress a platform', async (test) => {
    const studio = await open(test)
    const press = (key: string) =>
      studio.product.request('/api/live/start', {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: JSON.stringify({ room: 'show', platforms: 'both' }),
      })
    const answers = await Promise.all([press('a'), press('b'), press('a')])
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses[0]).toBe(202)
    expect(statuses.every((status) => status === 202 || status === 409)).toBe(true)
    await studio.live('show')
    const again = await press('c')
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([409, 'already_active'])
    expect(studio.livekit.truth.callsOf('StartEgress')).toHaveLength(2)
  })

  it('L14: start, stop and start within a moment leave one egress a platform', async (test) => {
    const studio = await open(test)
    await studio.start('show')
    await studio.stop('show')
    await studio.house.until('the second start being taken', async () => {
      const { ok } = await studio.product.request('/api/live/start', {
        method: 'POST',
        body: JSON.stringify({ room: 'show', platforms: 'both' }),
      })
      return ok
    })
    await studio.live('show')
    expect(studio.livekit.truth.running()).toHaveLength(2)
    expect(studio.doubles).toEqual([])
  })

  it('a stop is as good twice as once', async (test) => {
    const studio = await open(test)
    await studio.start('show')
    await studio.live('show')
    const answers = await Promise.all([studio.stop('show'), studio.stop('show'), studio.stop('show')])
    expect(new Set(answers.map(({ session_id: id }) => id))).toHaveLength(1)
    await studio.stopped('show')
    await studio.stop('show')
    expect(studio.livekit.truth.lives.flatMap(({ statuses }) => statuses.at(-1)?.status)).toEqual([
      'EGRESS_COMPLETE',
      'EGRESS_COMPLETE',
    ])
  })
})
