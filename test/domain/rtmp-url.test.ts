// Addresses of destinations: what is taken, and every way to smuggle something in that is not.

import * as fc from 'fast-check'
import * as Result from 'effect/Result'
import { describe, expect, it } from 'vitest'
import { joinKey, RTMP_URL_MAX, rtmpAddress, rtmpHost } from '../../src/domain/rtmp-url.ts'

const address = (text: string, hosts: readonly string[] = []) => rtmpAddress(text, hosts)
const taken = (text: string, hosts: readonly string[] = []): string | null => {
  const result = address(text, hosts)
  return Result.isSuccess(result) ? result.success.url : null
}
const wrong = (text: string, hosts: readonly string[] = []): string | null => {
  const result = address(text, hosts)
  return Result.isFailure(result) ? result.failure : null
}

describe('addresses that are taken', () => {
  it.each([
    ['rtmps://a.rtmps.youtube.com:443/live2', 'rtmps://a.rtmps.youtube.com:443/live2'],
    ['rtmps://b.rtmps.youtube.com:443/live2?backup=1', 'rtmps://b.rtmps.youtube.com:443/live2?backup=1'],
    ['RTMPS://A.rtmps.YouTube.com:443/live2/', 'rtmps://a.rtmps.youtube.com:443/live2'],
    ['rtmps://ingest.global-contribute.live-video.net:443/app', null],
    ['rtmp://live.twitch.tv/app', null],
    [
      'rtmps://fa723fc1b171.global-contribute.live-video.net:443/app/',
      'rtmps://fa723fc1b171.global-contribute.live-video.net:443/app',
    ],
    ['rtmps://live-api-s.facebook.com:443/rtmp/', 'rtmps://live-api-s.facebook.com:443/rtmp'],
    ['rtmp://push.example.org/stage/room_2', null],
    ['rtmp://xn--bcher-kva.example.org/live', null],
    ['rtmp://8.8.8.8:1935/live', null],
    ['rtmp://[2606:4700::1111]:1935/live', null],
  ])('%s', (given, kept) => {
    expect(wrong(given)).toBeNull()
    expect(taken(given)).toBe(kept ?? given)
    expect(taken(taken(given) ?? '')).toBe(taken(given))
  })

  it('private ones are, when they are listed, and only those', () => {
    expect(taken('rtmp://127.0.0.1:1935/live', ['127.0.0.1'])).not.toBeNull()
    expect(taken('rtmp://127.0.0.1:1935/live', ['127.0.0.1:1935'])).not.toBeNull()
    expect(taken('rtmp://127.0.0.1/live', ['127.0.0.1:1935'])).not.toBeNull()
    expect(taken('rtmps://ingest/live', ['ingest:443'])).not.toBeNull()
    expect(taken('rtmp://[::1]:1935/live', ['[::1]:1935'])).not.toBeNull()
    expect(taken('rtmp://[::1]:1935/live', ['::1'])).not.toBeNull()
    expect(wrong('rtmp://127.0.0.1:1936/live', ['127.0.0.1:1935'])).toMatch(/public/)
    expect(wrong('rtmp://127.0.0.2/live', ['127.0.0.1'])).toMatch(/public/)
    expect(wrong('rtmp://2130706433/live', ['127.0.0.1'])).not.toBeNull()
  })
})

describe('L37: addresses that are refused', () => {
  it.each([
    'http://a.rtmps.youtube.com/live2',
    'https://example.org/live',
    'file:///etc/passwd',
    'srt://example.org:9000/live',
    'twitch://live_1_abc',
    'mux://abc',
    'rtmpt://example.org/live',
    'rtmp:/example.org/live',
    'rtmp:example.org/live',
    '//example.org/live',
    'rtmp',
    '',
  ])('another scheme: %s', (text) => expect(wrong(text)).toMatch(/rtmp:\/\/|ASCII/))

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:7f00:1::]',
    '[2001:0:4136:e378::1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    'localhost',
    'LOCALHOST',
    'ingest.localhost',
    'ingest',
    'printer.local',
    'metadata.google.internal',
    'nas.lan',
    'router.home.arpa',
    'api.default.svc',
  ])('a host that is not public: %s', (host) => {
    expect(wrong(`rtmp://${host}/live`)).toMatch(/public internet|plain form/)
    expect(wrong(`rtmps://${host}:443/live2?backup=1`)).toMatch(/public internet|plain form/)
  })

  it.each([
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '127.0.1',
    '127.0.0.1.',
    '8.8.8.08',
    '1.2.3.4.5',
    '256.1.1.1',
    'localhost.',
    'example..org',
    '-example.org',
    'exa_mple.org',
    'example.org\\@127.0.0.1',
    '[::1',
    '::1',
    '[fe80::1%25eth0]',
    '[::1]]',
    '[2606:4700:0::1111]',
    '[2000::0.0.0.0]',
    '[::ffff:8.8.8.8]',
    '%31%32%37.0.0.1',
    'xn--.org',
    'a'.repeat(64) + '.org',
    `${'a.'.repeat(130)}org`,
  ])('a host written so that readers differ: %s', (host) =>
    expect(wrong(`rtmp://${host}/live`)).not.toBeNull(),
  )

  it.each([
    'rtmp://user@example.org/live',
    'rtmp://user:secret@example.org/live',
    'rtmp://:@example.org/live',
    'rtmp://example.org@127.0.0.1/live',
    'rtmp://127.0.0.1\\@example.org/live',
  ])('a user in it: %s', (text) => expect(wrong(text)).toMatch(/user|plain form/))

  it.each([
    'rtmp://example.org/live\r\nHost: evil',
    'rtmp://example.org/live\n',
    'rtmp://exa\tmple.org/live',
    'rtmp://example.org/li\u0000ve',
    'rtmp://example.org/live\u007f',
    ' rtmp://example.org/live',
    'rtmp://example.org/live live=1',
    'rtmp://bücher.example.org/live',
    'rtmp://example\u3002org/live',
    'rtmp://ⅼive.example.org/live',
    'rtmp://example.org/live\u202e',
    'rtmp://example.org/%0d%0aX-Evil:%201',
    'rtmp://example.org/%00',
    'rtmp://example.org/live%2f..%2f',
    'rtmp://example.org/%zz',
    'rtmp://example.org/live%7f',
  ])('characters that are not plain: %j', (text) => expect(wrong(text)).not.toBeNull())

  it.each([
    'rtmp://example.org',
    'rtmp://example.org/',
    'rtmp://example.org//live',
    'rtmp://example.org/live//x',
    'rtmp://example.org/../live',
    'rtmp://example.org/live/.',
    'rtmp://example.org/live#x',
    'rtmp://example.org/live/?backup=1',
    'rtmp://example.org/live?a=/b',
    'rtmp://example.org/live?a=b?c',
    'rtmp://example.org/live?',
    'rtmp://example.org:0/live',
    'rtmp://example.org:65536/live',
    'rtmp://example.org:99999999/live',
    'rtmp://example.org:/live',
    'rtmp://example.org:19 35/live',
    'rtmp:///live',
    `rtmp://example.org/${'a'.repeat(10_000)}`,
    `rtmp://example.org/${'a'.repeat(RTMP_URL_MAX)}`,
  ])('a path or port that is none: %.60s', (text) => expect(wrong(text)).not.toBeNull())

  it.each([
    'rtmps://a.rtmps.youtube.com/live2/abcd-efgh-ijkl-mnop-qrst',
    'rtmps://a.rtmps.youtube.com/live2/anything',
    'rtmp://live.twitch.tv/app/live_123456789_AbCdEfGhIjKlMnOpQrStUvWxYz',
    'rtmp://example.org/live/live_123456789_AbCdEfGhIjKl',
    'rtmp://example.org/live/abcd-1234-efgh-5678-ij90',
    'rtmp://example.org/live/9f8e7d6c5b4a39281706',
    'rtmp://example.org/live?key=hello',
    'rtmp://example.org/live?token=1',
    'rtmp://example.org/live?x=9f8e7d6c5b4a39281706',
    'rtmps://live-api-s.facebook.com:443/rtmp/FB-123456-0-AbyZ',
  ])('a stream key pasted into it: %s', (text) => expect(wrong(text)).toMatch(/stream key/))
})

describe('whatever is sent', () => {
  const noise = fc.string({
    unit: fc.constantFrom(...'/.a1%2f?#=\r\n @\\é&:'),
    maxLength: 12,
  })
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.webUrl(),
    fc
      .tuple(
        fc.constantFrom('rtmp://', 'rtmps://', 'RTMP://', 'rtmp:/', 'http://'),
        fc.constantFrom('', '', '', 'u@', 'u:p@', '%40'),
        fc.oneof(
          fc.ipV4(),
          fc.ipV4Extended(),
          fc.ipV6().map((ip) => `[${ip}]`),
          fc.domain(),
          noise,
        ),
        fc.constantFrom('', '', '', '', ':443', ':1935', ':0', ':70000', ':x'),
        fc.constantFrom('', '/live', '/live2?backup=1', '/a/b/'),
        fc.oneof({ weight: 2, arbitrary: fc.constant('') }, noise),
      )
      .map((parts) => parts.join('')),
  )

  it('is taken only when it is plain, and then names one host to every reader', () => {
    let kept = 0
    fc.assert(
      fc.property(hostile, (text) => {
        const result = address(text)
        if (Result.isFailure(result)) {
          // What would be right is said in our words alone.
          expect(result.failure).toMatch(/^[\x20-\x7e]{5,120}$/)
          return
        }
        kept += 1
        const { url, host } = result.success
        expect(url).toMatch(/^rtmps?:\/\/[\x21-\x7e]+$/)
        expect(url).not.toMatch(/[@#\\"<>`{}|^]|\/\/.*\/\/|\/$/)
        expect(url.length).toBeLessThanOrEqual(RTMP_URL_MAX)
        expect(new URL(url.replace(/^rtmps?/, 'http')).hostname.replaceAll(/[[\]]/g, '')).toBe(host)
        expect(rtmpHost(url).replaceAll(/[[\]]/g, '')).toBe(host)
        expect(host === 'localhost' || host.startsWith('127.') || host.startsWith('10.')).toBe(false)
        expect(taken(url)).toBe(url)
      }),
      { numRuns: 5_000 },
    )
    expect(kept).toBeGreaterThan(20)
  })

  it('never becomes a host that is not public by any way to write an IPv4 address', () => {
    const inner = fc.constantFrom(
      [127, 0, 0, 1],
      [10, 0, 0, 1],
      [169, 254, 169, 254],
      [192, 168, 0, 1],
      [172, 20, 0, 1],
    )
    const written = fc.tuple(
      inner,
      fc.array(fc.constantFrom(8, 10, 16), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 4 }),
    )
    fc.assert(
      fc.property(written, ([bytes, bases, count]) => {
        const last = bytes.slice(count - 1).reduce<number>((sum, byte) => sum * 256 + byte, 0)
        const host = [...bytes.slice(0, count - 1), last]
          .map((n, index) =>
            bases[index] === 16
              ? `0x${n.toString(16)}`
              : bases[index] === 8
                ? `0${n.toString(8)}`
                : String(n),
          )
          .join('.')
        expect(wrong(`rtmp://${host}/live`), host).not.toBeNull()
        expect(wrong(`rtmp://[::ffff:${bytes.join('.')}]/live`)).not.toBeNull()
      }),
    )
  })
})

describe('address and key together', () => {
  it('end with the key after the last slash, also when the application has a query', () => {
    expect(joinKey('rtmps://b.rtmps.youtube.com:443/live2?backup=1', 'abcd-efgh')).toBe(
      'rtmps://b.rtmps.youtube.com:443/live2?backup=1/abcd-efgh',
    )
    expect(joinKey('rtmp://live.twitch.tv/app', 'live_1_x?bandwidthtest=true')).toBe(
      'rtmp://live.twitch.tv/app/live_1_x?bandwidthtest=true',
    )
  })
})
