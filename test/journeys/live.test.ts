// A room that goes on air on two platforms, from the command to the bytes: the product is a process, LiveKit's
// stand-in publishes with ffmpeg, and two different RTMP servers receive.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStudio, PLATFORMS, type Platform, type Studio } from '../_support/product-studio.ts'
import type { Ingest } from '../_support/rtmp/ingest.ts'
import { SECOND } from '../_support/rtmp/second.ts'

/** How long a platform stays away; `OUTAGE_MS=60000` for the whole minute. */
const OUTAGE_MS = Number(process.env['OUTAGE_MS'] ?? '4000')
/** ffmpeg sends ten pictures a second; more than this without a byte is a gap. */
const GAP_MS = 1_000

describe(`two platforms (youtube: node-media-server, twitch: ${SECOND})`, () => {
  let studio: Studio
  beforeAll(async () => {
    studio = await openStudio({ isReal: true })
  })
  afterAll(() => studio.close())

  const ingest = (platform: Platform): Ingest => studio.ingests![platform]
  const received = (platform: Platform, bytes: number) => {
    const before = ingest(platform).ledger.bytes
    return studio.house.until(
      `${bytes} more bytes at ${platform}`,
      () => ingest(platform).ledger.bytes - before > bytes,
    )
  }

  it('receive the room from start to stop, each with its own key', async () => {
    await studio.add('show')
    const started = await studio.start('show')
    expect(started).toMatchObject({ livekit_room: 'show', session_id: expect.any(String) })
    for (const platform of PLATFORMS) {
      expect(started.platforms[platform]).toMatchObject({ status: 'starting', state: 'starting' })
    }
    const { platforms } = await studio.live('show')
    await Promise.all(PLATFORMS.map((platform) => received(platform, 20_000)))
    for (const platform of PLATFORMS) {
      const { onAir, keys } = ingest(platform).ledger
      expect(onAir).toHaveLength(1)
      expect(keys).toEqual([studio.keys[`show/${platform}`]])
      expect(platforms[platform]).toMatchObject({ status: 'live', attempt: 1, error_code: null })
    }
    expect(new Set(PLATFORMS.map((platform) => platforms[platform]?.egress_id))).toHaveLength(2)

    expect((await studio.stop('show')).session_id).toBe(started.session_id)
    const stopped = await studio.stopped('show')
    expect(stopped).toMatchObject({ state: 'idle', platforms: { youtube: { status: 'stopped' } } })
    for (const platform of PLATFORMS) {
      await studio.house.until(
        `nobody publishing to ${platform}`,
        () => ingest(platform).ledger.onAir.length === 0,
      )
      expect(ingest(platform).ledger.publications).toHaveLength(1)
    }
    expect(studio.livekit.truth.callsOf('StartEgress')).toHaveLength(2)
    expect(studio.doubles).toEqual([])
  })

  it('do not depend on each other: one is away, and the other has no gap', async () => {
    await studio.add('gala')
    await studio.start('gala')
    const { egress_id: untouched, live_since: since } = (await studio.live('gala')).platforms['youtube']!
    await studio.house.until('twitch moving', () =>
      studio.livekit.egresses.filter(({ isOver }) => !isOver).every((egress) => egress.isMoving),
    )
    const from = Date.now()
    await ingest('twitch').down()
    const down = await studio.until('gala', 'twitch', 'in trouble', ({ status }) => status === 'error')
    expect(down.error_code).toMatch(/^destination_(lost|unreachable)$/)
    const waiting = await studio.house.until('twitch waiting for another attempt', async () => {
      const view = await studio.status('gala')
      return view.platforms['twitch']?.state === 'backoff' ? view : null
    })
    expect(waiting).toMatchObject({
      state: 'degraded',
      platforms: { twitch: { attempts_max: 8, next_attempt_at: expect.any(Number) } },
    })
    await new Promise((done) => setTimeout(done, Math.max(0, OUTAGE_MS - (Date.now() - from))))
    await ingest('twitch').up()
    // An outage that uses up the attempts leaves it to a person.
    if ((await studio.platform('gala', 'twitch')).state === 'failed') await studio.retry('gala', 'twitch')
    await studio.reaches('gala', 'twitch', 'live', 45_000)
    await received('twitch', 10_000)
    const until = Date.now()

    const { ledger } = ingest('youtube')
    expect(ledger.longestSilenceMs(from, until)).toBeLessThan(GAP_MS)
    expect(ledger.publications.filter(({ until: ended }) => (ended ?? until) >= from)).toHaveLength(1)
    expect(ingest('twitch').ledger.longestSilenceMs(from, until)).toBeGreaterThan(OUTAGE_MS - GAP_MS)
    expect(await studio.platform('gala', 'youtube')).toMatchObject({
      state: 'live',
      egress_id: untouched,
      live_since: since,
      attempt: 1,
    })
    expect(studio.doubles).toEqual([])
  }, 400_000)
})
