// No key comes out of the scrubber, however it is written; and addresses are shortened as LiveKit does.

import * as Redacted from 'effect/Redacted'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressInViews } from '../../src/egress/livekit-addresses.ts'
import { makeScrubber, redactAddress, SECRETS_MAX, TEXT_MAX } from '../../src/egress/scrub.ts'

const KEY = 'live_81723_Zx9+QwEr/TyUiOp=AsDf&é'
const scrubber = makeScrubber()
scrubber.learn(Redacted.make(KEY))

const percent = (text: string, digits: (hex: string) => string): string =>
  [...Buffer.from(text)].map((byte) => `%${digits(byte.toString(16).padStart(2, '0'))}`).join('')
const spellings: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  'URL-encoded': encodeURIComponent,
  'URL-encoded in lower case': (text) => encodeURIComponent(text).replaceAll(/%../g, (e) => e.toLowerCase()),
  'every character percent-encoded': (text) => percent(text, (hex) => hex.toUpperCase()),
  'every character percent-encoded in lower case': (text) => percent(text, (hex) => hex),
  'URL-encoded twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'in JSON': (text) => JSON.stringify(text),
  'in JSON with escaped slashes': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 of a sentence': (text) => Buffer.from(`the key ${text} was refused`).toString('base64'),
  'base64 of a longer sentence': (text) => Buffer.from(`that key ${text}!`).toString('base64'),
  'base64 of another sentence': (text) => Buffer.from(`is key ${text}`).toString('base64'),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  'hexadecimal in upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
}

/** Every piece of eight characters. */
const windows = (text: string): readonly string[] =>
  Array.from({ length: text.length - 7 }, (_, at) => text.slice(at, at + 8))

describe('scrubbing', () => {
  it.each(Object.entries(spellings))('L07: takes out a key that is written %s', (_name, spell) => {
    const clean = scrubber.scrub(`publish of ${spell(KEY)} was refused`)
    for (const piece of windows(KEY)) expect(clean).not.toContain(piece)
    for (const run of clean.match(/[\w+/-]+/g) ?? []) {
      for (let offset = 0; offset < 4; offset += 1) {
        const read = Buffer.from(run.slice(offset), 'base64').toString('latin1')
        for (const piece of windows(KEY)) expect(read).not.toContain(piece)
      }
    }
    expect(clean).toContain('***')
  })

  it('takes out a piece of a key, of which the rest was cut off', () => {
    for (let at = 0; at + 8 <= KEY.length; at += 1) {
      expect(scrubber.scrub(`…${KEY.slice(at, at + 8)}…`)).toBe('…***…')
    }
  })

  it('leaves no window of eight characters of any key in any text', () => {
    const key = fc
      .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 60 })
      .filter((k) => !k.includes('***'))
    fc.assert(
      fc.property(key, fc.string(), fc.string(), fc.nat(3), (secret, before, after, kind) => {
        const own = makeScrubber()
        own.learn(Redacted.make(secret))
        const spell = [spellings['raw'], spellings['URL-encoded'], spellings['in JSON'], spellings['base64']][
          kind
        ]
        const clean = own.scrub(`${before}${spell?.(secret) ?? ''}${after}`)
        for (const piece of windows(secret)) expect(clean).not.toContain(piece)
        expect(own.scrub(clean)).toBe(own.scrub(own.scrub(clean)))
      }),
    )
  })

  it('takes out addresses of streams, known or not, and leaves the rest of the sentence', () => {
    const { scrub } = makeScrubber()
    expect(scrub('Could not connect to rtmp://10.0.0.1/app/key?x=1 live=1: refused')).toBe(
      'Could not connect to rtmp://*** live=1: refused',
    )
    for (const address of [
      'rtmps://h/a/k',
      'srt://h:1?streamid=k',
      'twitch://k',
      'mux://k',
      'RTMP://h/a/k',
    ]) {
      expect(scrub(`parse "${address}": no`)).toMatch(/^parse "[a-z]+:\/\/\*\*\*": no$/)
    }
    expect(scrub('at rtmp%3A%2F%2Fh%2Fa%2Fk now')).toBe('at rtmp://*** now')
    expect(scrub('{abc...xyz} and eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.sig')).toBe('*** and ***')
    expect(scrub('the 3 rooms of 2025-01-01 are fine')).toBe('the 3 rooms of 2025-01-01 are fine')
  })

  it('knows the key and the query of an address by themselves', () => {
    const { scrub, learnAddress } = makeScrubber()
    learnAddress(Redacted.make('rtmp://h/app/streamkey99?auth=passphrase7'))
    expect(scrub('streamkey99 or passphrase7')).toBe('*** or ***')
    learnAddress(Redacted.make('twitch://live_1_abcdefgh'))
    expect(scrub('live_1_abcdefgh')).toBe('***')
  })

  it('is bounded in texts and in secrets, and forgets what was not used for longest', () => {
    const own = makeScrubber()
    expect(own.scrub('x'.repeat(1_000_000)).length).toBe(TEXT_MAX + 1)
    own.learn(Redacted.make('first-secret'))
    own.learn(Redacted.make('second-secret'))
    own.learn(Redacted.make('first-secret'))
    for (let n = 0; n < SECRETS_MAX - 1; n += 1) own.learn(Redacted.make(`secret${n}`))
    expect(own.scrub('first-secret')).not.toContain('first-se')
    expect(own.scrub('second-s')).toBe('second-s')
  })
})

describe('shortening', () => {
  it.each([
    ['rtmp://host/app/abcdefghi', 'rtmp://host/app/{abc...ghi}'],
    ['rtmp://host/app/abcdefgh', 'rtmp://host/app/{ab...gh}'],
    ['rtmp://host/app/abcdef', 'rtmp://host/app/{ab...ef}'],
    ['rtmp://host/app/abcde', 'rtmp://host/app/{a...e}'],
    ['rtmp://host/app/abc', 'rtmp://host/app/{a...c}'],
    ['rtmp://host/app/ab', 'rtmp://host/app/{...}'],
    ['rtmp://host/app/', 'rtmp://host/app/{...}'],
    ['rtmp://host/deep/path/app/abcdefghi', 'rtmp://host/deep/path/app/{abc...ghi}'],
    [
      'rtmps://b.rtmps.youtube.com/live2?backup=1/abcdefghi',
      'rtmps://b.rtmps.youtube.com/live2?backup=1/{abc...ghi}',
    ],
    ['rtmp://host/app/abcdefghi?x=y/123456789', 'rtmp://host/app/abcdefghi?x=y/{123...789}'],
    ['rtmp://host/app/abcdefghi live=1', 'rtmp://host/app/{abc...ghi} live=1'],
    ['rtmp://host/app/abc defghi', 'rtmp://host/app/abc defghi'],
    ['srt://host:9?streamid=abcdefghi', 'srt://host:9?streamid=abcdefghi'],
    ['http://host/app/abcdefghi', 'http://host/app/abcdefghi'],
  ])('LiveKit shows %s as %s', (address, shown) => {
    expect(redactAddress(address)).toBe(shown)
  })

  it('shows at most three characters at each end, never more than two thirds of a key', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{0,40}$/), (key) => {
        const shown = /\{(.*)\.\.\.(.*)\}$/.exec(redactAddress(`rtmp://host/app/${key}`))
        const [, head = '', tail = ''] = shown ?? []
        expect(head.length).toBe(tail.length)
        expect(head.length).toBeLessThanOrEqual(Math.min(3, key.length / 3))
        expect(key.startsWith(head) && key.endsWith(tail)).toBe(true)
      }),
    )
  })

  it('L34: tells streams on Twitch apart by their key, whichever ingest LiveKit chose', () => {
    const ours = addressInViews('rtmp://jfk.contribute.live-video.net/app/live_1_abcdef')
    expect(ours).toBe(addressInViews('rtmps://ingest.global-contribute.live-video.net:443/app/live_1_abcdef'))
    expect(ours).toBe(addressInViews('twitch://live_1_abcdef'))
    expect(ours).not.toBe(addressInViews('rtmp://live.twitch.tv/app/live_1_abcdef'))
  })
})
