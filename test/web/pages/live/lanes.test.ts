import { describe, expect, it } from 'vitest'
import type { Live, PlatformLive } from '../../../../web/src/api/types.ts'
import { changeOf, formOf, nameFault } from '../../../../web/src/pages/live/form.ts'
import { isOnAir, lanesOf, liveSinceOf, startableOf } from '../../../../web/src/pages/live/lanes.ts'
import type { Destination } from '../../../../web/src/pages/live/types.ts'

const destination = (platform: string, more: Partial<Destination> = {}): Destination => ({
  platform,
  url: `rtmps://${platform}.example/app`,
  key_set: true,
  key_state: 'set',
  key_last4: '4f2a',
  source: { type: 'room', layout: 'speaker' },
  encoding: {
    preset: '1080p30',
    width: 1_920,
    height: 1_080,
    framerate: 30,
    video_kbps: 4_500,
    audio_kbps: 128,
    keyframe_seconds: 2,
  },
  origin: 'room',
  updated_at: 1,
  ...more,
})

const view = (state: PlatformLive['state'], allowed: readonly string[], liveSince: number | null = null) =>
  ({ state, allowed, live_since: liveSince }) as unknown as PlatformLive

const liveOf = (platforms: Record<string, PlatformLive>): Live => ({ platforms }) as unknown as Live

describe('the lanes of a room', () => {
  it('are YouTube and Twitch always, then every other destination by its name', () => {
    const lanes = lanesOf([destination('kick'), destination('twitch'), destination('backup')], liveOf({}))
    expect(lanes.map(({ platform }) => platform)).toEqual(['youtube', 'twitch', 'backup', 'kick'])
    expect(lanes[0]).toMatchObject({ destination: null, lacks: 'key', canStart: false })
  })

  it('keep what was removed for as long as it is on air, and no longer', () => {
    const platforms = { kick: view('stopping', ['stop']), old: view('stopped', ['start']) }
    expect(lanesOf([], liveOf(platforms)).map(({ platform }) => platform)).toEqual([
      'youtube',
      'twitch',
      'kick',
    ])
  })

  it('start together what is set up and not on its way, and nothing that lacks a key', () => {
    const lanes = lanesOf(
      [
        destination('youtube'),
        destination('twitch', { key_state: 'missing', key_set: false }),
        destination('kick'),
        destination('relay', { key_state: 'unreadable' }),
      ],
      liveOf({ kick: view('live', ['stop'], 5_000), youtube: view('failed', ['start', 'retry', 'stop']) }),
    )
    expect(startableOf(lanes)).toEqual(['youtube'])
    expect(isOnAir(lanes)).toBe(true)
    expect(liveSinceOf(lanes)).toBe(5_000)
  })

  it('offer force only where the server does', () => {
    const [lane] = lanesOf(
      [destination('youtube')],
      liveOf({ youtube: view('backoff', ['start?force', 'retry', 'stop']) }),
    )
    expect(lane).toMatchObject({ canStart: false, canForce: true, canRetry: true, canStop: true })
  })
})

describe('the form of a destination', () => {
  it('sends only what was changed, and a key only when one was given', () => {
    const first = formOf('youtube', destination('youtube'))
    expect(first.key).toBe('')
    expect(changeOf(first, first, true)).toEqual({})
    expect(changeOf(first, { ...first, key: 'abcd' }, true)).toEqual({ key: 'abcd' })
    expect(changeOf(first, { ...first, preset: '720p60' }, true)).toEqual({ encoding: { preset: '720p60' } })
    expect(changeOf(first, { ...first, kind: 'participant', identity: 'anna' }, true)).toEqual({
      source: { type: 'participant', identity: 'anna', screen_share: false },
    })
  })

  it('sends of a new one what was said, without an address that nobody gave', () => {
    const first = formOf('', null)
    expect(changeOf(first, { ...first, platform: 'kick', key: 'k' }, false)).toEqual({ key: 'k' })
    expect(changeOf(first, { ...first, url: 'rtmp://a.example/app' }, false)).toEqual({
      url: 'rtmp://a.example/app',
    })
  })

  it('takes no name that the server would refuse', () => {
    for (const name of ['', 'Kick', '1up', 'both', 'all', 'a'.repeat(33), 'a b']) {
      expect(nameFault(name, []), name).not.toBeNull()
    }
    expect(nameFault('kick', ['kick'])).not.toBeNull()
    expect(nameFault('kick-2_b', ['kick'])).toBeNull()
  })
})
