// What destinations may be: keys, sources, encodings, and where a key may go.

import * as fc from 'fast-check'
import * as Redacted from 'effect/Redacted'
import * as Result from 'effect/Result'
import { describe, expect, it } from 'vitest'
import type { Destination, Encoding } from '../../src/domain/destination.ts'
import {
  checkSource,
  DEFAULT_SOURCE,
  isPlatform,
  keyLast4,
  livekitRoomFault,
  mayFollow,
  PLATFORM_PRESETS,
  streamKeyFault,
  streamUrlOf,
} from '../../src/domain/destination-rules.ts'
import {
  checkEncoding,
  defaultEncoding,
  ENCODING_PRESETS,
  ENCODING_PRESET_NAMES,
  presetOf,
} from '../../src/domain/encoding-presets.ts'
import { rtmpAddress } from '../../src/domain/rtmp-url.ts'

describe('presets', () => {
  it('are addresses that the rules take, as they are', () => {
    for (const { url, backupUrl } of Object.values(PLATFORM_PRESETS)) {
      for (const one of [url, backupUrl ?? url]) {
        expect(rtmpAddress(one, [])).toEqual(Result.succeed(expect.objectContaining({ url: one })))
        expect(one).toMatch(/^rtmps:\/\/[^/]+:443\//)
      }
    }
  })

  it('send a keyframe every two seconds, and no more than the platform takes', () => {
    expect(ENCODING_PRESET_NAMES).toEqual(['720p30', '720p60', '1080p30', '1080p60'])
    for (const name of ENCODING_PRESET_NAMES) {
      expect(ENCODING_PRESETS[name]).toMatchObject({ keyframeSeconds: 2, audioKbps: 128 })
      expect(presetOf({ ...ENCODING_PRESETS[name] })).toBe(name)
      for (const platform of ['youtube', 'twitch', 'other']) {
        expect(Result.isSuccess(checkEncoding(platform, ENCODING_PRESETS[name])), `${platform} ${name}`).toBe(
          true,
        )
      }
    }
    expect(presetOf(defaultEncoding('youtube'))).toBe('1080p30')
    expect(defaultEncoding('youtube').videoKbps).toBeGreaterThanOrEqual(4_500)
    expect(defaultEncoding('youtube').videoKbps).toBeLessThanOrEqual(6_000)
    expect(presetOf({ ...ENCODING_PRESETS['720p30'], videoKbps: 3_001 })).toBeNull()
  })
})

describe('encodings', () => {
  const faultOf = (platform: string, change: Partial<Encoding>) => {
    const result = checkEncoding(platform, { ...defaultEncoding(platform), ...change })
    return Result.isFailure(result) ? result.failure.field : null
  }

  it('of Twitch end at 6,000 kbit/s, 1080p60 and two seconds', () => {
    expect(faultOf('twitch', { videoKbps: 6_000, framerate: 60 })).toBeNull()
    expect(faultOf('twitch', { videoKbps: 6_001 })).toBe('videoKbps')
    expect(faultOf('twitch', { keyframeSeconds: 4 })).toBe('keyframeSeconds')
    expect(faultOf('twitch', { width: 2_560, height: 1_440 })).toBe('width')
    expect(faultOf('twitch', { width: 1_080, height: 1_920 })).toBeNull()
    expect(faultOf('twitch', { width: 1_920, height: 1_920 })).toBe('height')
    expect(faultOf('youtube', { videoKbps: 9_000, framerate: 60 })).toBeNull()
  })

  it('are whole, even and within limits, whatever is sent', () => {
    const anything = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.integer({ min: 1, max: 8_000 }),
      fc.constantFrom(NaN, Infinity, -0, 0, 1_920, 1_080, 30, 6_000, 2),
    )
    const field = (from: number, until: number) =>
      fc.oneof({ weight: 6, arbitrary: fc.integer({ min: from, max: until }) }, anything)
    const encoding = fc.record({
      width: field(80, 1_000).map((half) => half * 2),
      height: field(80, 600).map((half) => half * 2),
      framerate: field(10, 70),
      videoKbps: field(300, 7_000),
      audioKbps: field(32, 330),
      keyframeSeconds: field(1, 2),
    })
    const taken: Encoding[] = []
    let refused = 0
    fc.assert(
      fc.property(
        fc.constantFrom('twitch', 'youtube', 'other', '__proto__', 'constructor'),
        encoding,
        (platform, sent) => {
          const result = checkEncoding(platform, sent)
          if (Result.isFailure(result)) {
            refused += 1
            return
          }
          taken.push(sent)
          for (const value of Object.values(result.success))
            expect(Number.isInteger(value) && value > 0).toBe(true)
          expect(sent.width % 2 === 0 && sent.height % 2 === 0 && sent.framerate <= 60).toBe(true)
          if (platform === 'twitch') expect(sent.videoKbps).toBeLessThanOrEqual(6_000)
        },
      ),
      { numRuns: 2_000 },
    )
    expect([taken.length > 50, refused > 50]).toEqual([true, true])
    expect(taken.some(({ width }) => width > 1_280)).toBe(true)
  })
})

describe('stream keys', () => {
  it('are printable ASCII of one piece that LiveKit reads as one piece', () => {
    for (const key of [
      'x',
      'abcd-efgh-ijkl-mnop-qrst',
      'live_1_aB?bandwidthtest=true',
      'a%20b',
      '"\\<>{}|^`#&=',
      'k'.repeat(512),
    ]) {
      expect(streamKeyFault(key), key).toBeNull()
    }
    for (const key of [
      '',
      ' ',
      'a b',
      'a\n',
      '\r\nx',
      'a\u0000',
      'ключ',
      'a/b',
      'rtmp://h/app/k',
      '100%',
      '%zz',
      'k'.repeat(513),
      '\u202ekey',
    ]) {
      expect(streamKeyFault(key), key).not.toBeNull()
    }
  })

  it('are at the end of the address, whole, whatever they are', () => {
    const keys = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 })
      .filter((key) => streamKeyFault(key) === null)
    const base: Omit<Destination, 'key' | 'url'> = {
      roomId: 'r1',
      platform: 'youtube',
      source: DEFAULT_SOURCE,
      encoding: defaultEncoding('youtube'),
      origin: 'room',
      updatedAt: 1,
    }
    fc.assert(
      fc.property(
        fc.constantFrom(PLATFORM_PRESETS.youtube.url, PLATFORM_PRESETS.youtube.backupUrl ?? ''),
        keys,
        (url, key) => {
          const joined = streamUrlOf({ ...base, url, key: Redacted.make(key) })
          const text = joined === null ? '' : Redacted.value(joined)
          expect(text.slice(text.lastIndexOf('/') + 1)).toBe(key)
          expect(text.slice(0, text.lastIndexOf('/'))).toBe(url)
          expect(String(joined)).not.toContain(key.length > 3 ? key : '\u0000')
        },
      ),
    )
    expect(streamUrlOf({ ...base, url: PLATFORM_PRESETS.youtube.url, key: null })).toBeNull()
  })

  it('show their last four only when they are long', () => {
    expect(keyLast4('abcdefghijk')).toBeNull()
    expect(keyLast4('abcdefghijkl')).toBe('ijkl')
  })

  it('stay with the host they were given for, or move within the platform', () => {
    const { url, backupUrl } = PLATFORM_PRESETS.youtube
    expect(mayFollow('youtube', url, backupUrl ?? '')).toBe(true)
    expect(mayFollow('youtube', url, 'rtmp://evil.example.org/live')).toBe(false)
    expect(mayFollow('youtube', url, 'rtmp://notyoutube.com/live')).toBe(false)
    expect(mayFollow('twitch', PLATFORM_PRESETS.twitch.url, 'rtmp://live.twitch.tv/app')).toBe(true)
    expect(
      mayFollow(
        'twitch',
        PLATFORM_PRESETS.twitch.url,
        'rtmps://fa723fc1b171.global-contribute.live-video.net/app',
      ),
    ).toBe(false)
    expect(mayFollow('other', 'rtmp://one.example.org/a', 'rtmp://one.example.org:1936/b')).toBe(true)
    expect(mayFollow('other', url, backupUrl ?? '')).toBe(false)
  })
})

describe('sources and names', () => {
  const fault = (source: Parameters<typeof checkSource>[0], hosts: readonly string[] = []) => {
    const result = checkSource(source, hosts)
    return Result.isFailure(result) ? result.failure.field : null
  }
  it('take a layout, a participant or a page of the public internet', () => {
    expect(fault({ type: 'room', layout: 'grid-dark' })).toBeNull()
    expect(fault({ type: 'room', layout: 'a&url=http://evil' })).toBe('layout')
    expect(fault({ type: 'participant', identity: 'Mika 猫', screenShare: true })).toBeNull()
    expect(fault({ type: 'participant', identity: 'a\nb', screenShare: true })).toBe('identity')
    expect(fault({ type: 'participant', identity: '\ud800', screenShare: true })).toBe('identity')
    expect(fault({ type: 'web', url: 'https://show.example.org/scene?x=1' })).toBeNull()
    for (const url of [
      'http://169.254.169.254/latest/meta-data/',
      'http://localhost:3000/',
      'https://u:p@example.org/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'http://[::1]/',
      'http://2130706433/',
      `https://example.org/${'a'.repeat(3_000)}`,
    ]) {
      expect(fault({ type: 'web', url }), url).toBe('url')
    }
    expect(fault({ type: 'web', url: 'http://127.0.0.1:3000/' }, ['127.0.0.1:3000'])).toBeNull()
  })

  it('name platforms and LiveKit rooms in one line', () => {
    expect(['youtube', 'my-rtmp', 'a_1'].every(isPlatform)).toBe(true)
    expect(['', 'A', '1a', 'a b', 'a/b', '__proto__', 'a'.repeat(33), 'a\n'].some(isPlatform)).toBe(false)
    expect(livekitRoomFault('Main stage 1')).toBeNull()
    for (const name of ['', ' a', 'a ', 'a\nb', 'a\u2028b', 'x'.repeat(257)])
      expect(livekitRoomFault(name)).not.toBeNull()
  })
})
