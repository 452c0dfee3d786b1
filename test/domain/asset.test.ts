import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extensionOf, formatOf, TYPE_RULES, typesOf } from '../../src/domain/asset-types.ts'
import {
  ASSET_TYPES,
  KEY_MAX_BYTES,
  keyProblem,
  maySeeAsset,
  mayUseKey,
  OPERATOR,
  ownsAsset,
  roomOfKey,
} from '../../src/domain/asset.ts'

/** The rule as S31 writes it, in other words than the product's. */
const isKey = (key: string): boolean => {
  const bytes = new TextEncoder().encode(key).length
  const segments = key.split('/')
  return (
    bytes >= 1 &&
    bytes <= 1_024 &&
    key.isWellFormed() &&
    key.normalize('NFC') === key &&
    segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..') &&
    ![...key].some((char) => char === '\\' || char < ' ' || (char >= '\u007f' && char <= '\u009f'))
  )
}

const odd = fc.constantFrom(
  '/',
  '.',
  '..',
  '\\',
  '\0',
  '%',
  '%2e',
  '%2F',
  '+',
  '(',
  ' ',
  'é',
  'e\u0301',
  '~',
  'ü',
  '\ud800',
  '\u0085',
)
const keys = fc
  .array(fc.oneof(odd, fc.string({ unit: 'grapheme', maxLength: 6 })), { maxLength: 12 })
  .map((parts) => parts.join(''))

describe('keys', () => {
  it('S31: what is accepted keeps the rule, whatever is tried', () => {
    fc.assert(
      fc.property(keys, (key) => {
        if (keyProblem(key) === null) expect(isKey(key)).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })

  it('S31: what keeps the rule is accepted, but for what decodes to dots, a dot at the end and our own ground', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const isOdd =
          /%2e/i.test(key) || /%2f|%5c/i.test(key) || key.endsWith('.') || key.startsWith('.roomkeeper/')
        if (isKey(key) && !isOdd) expect(keyProblem(key)).toBeNull()
      }),
      { numRuns: 3_000 },
    )
  })

  it('A10: each of the known tricks is refused with a sentence', () => {
    for (const key of [
      '',
      '..',
      '../x',
      'x/..',
      '/abs',
      'abs/',
      'a//b',
      '%2e%2e/x',
      'a/%2E%2e/b',
      'a%2f..%2fb',
      '.%2e%5cx',
      '..\\x',
      'a\0b',
      'a\nb',
      'e\u0301',
      'x.',
      '\ud800',
      'é'.repeat(513),
      '.roomkeeper/sentinel',
    ]) {
      expect(keyProblem(key), JSON.stringify(key)).toMatch(/^(a key|keys)/)
    }
    for (const key of [
      'animations/Standing Greeting (1).fbx',
      '100%.vrm',
      'a+b',
      'é',
      'a..b',
      '...a',
      'x'.repeat(KEY_MAX_BYTES),
    ]) {
      expect(keyProblem(key), key).toBeNull()
    }
  })

  it('A11: a room’s ground is the room’s and the operator’s, the rest is everybody’s', () => {
    expect(roomOfKey('rooms/r1/a.vrm')).toBe('r1')
    expect(roomOfKey('vrm/rooms/r1/a.vrm')).toBeNull()
    for (const [owner, key, may] of [
      ['r1', 'rooms/r1/a.vrm', true],
      ['r2', 'rooms/r1/a.vrm', false],
      ['r1', 'rooms/a.vrm', false],
      ['r1', 'rooms/r1', false],
      ['r1', 'vrm/a.vrm', true],
      [OPERATOR, 'rooms/r1/a.vrm', true],
    ] as const) {
      expect(mayUseKey(owner, key), `${owner} ${key}`).toBe(may)
    }
  })

  it('S23: private is for the owner and the operator, public for all', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('r1', 'r2', OPERATOR, null),
        fc.constantFrom('r1', 'r2', OPERATOR),
        fc.constantFrom('public' as const, 'private' as const),
        (asking, owner, visibility) => {
          const owns = asking === OPERATOR || asking === owner
          expect(ownsAsset(asking, { owner })).toBe(owns)
          expect(maySeeAsset(asking, { owner, visibility })).toBe(owns || visibility === 'public')
        },
      ),
    )
  })
})

describe('types', () => {
  const heads: Readonly<Record<string, readonly Buffer[]>> = {
    glb: [Buffer.from('glTF\x02\0\0\0rest')],
    fbx: [Buffer.from('Kaydara FBX Binary  \0\x1a\0'), Buffer.from('; FBX 7.4.0 project file\n')],
    bvh: [Buffer.from('HIERARCHY\nROOT Hips'), Buffer.from('\ufeff HIERARCHY\r\n')],
    mp3: [Buffer.from('ID3\x04'), Buffer.from([0xff, 0xfb, 0x90, 0x64])],
    ogg: [Buffer.from('OggS\0\x02')],
    wav: [Buffer.from('RIFF\0\0\0\0WAVEfmt '), Buffer.from('RF64\xff\xff\xff\xffWAVE', 'latin1')],
    m4a: [Buffer.from('\0\0\0\x20ftypM4A ')],
    hdr: [Buffer.from('#?RADIANCE\n'), Buffer.from('#?RGBE\n')],
    exr: [Buffer.from([0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0])],
    json: [Buffer.from(' {"asset":{}}'), Buffer.from('[1]')],
  }
  const sameAs: Readonly<Record<string, string>> = { vrm: 'glb', vrma: 'glb', gltf: 'json' }

  it('each extension takes its own beginning and no other’s', () => {
    for (const type of ASSET_TYPES) {
      for (const [extension, { begins }] of Object.entries(TYPE_RULES[type].formats)) {
        for (const [kind, examples] of Object.entries(heads)) {
          for (const head of examples) {
            expect(begins(head), `${type} ${extension} ${kind}`).toBe(
              kind === (sameAs[extension] ?? extension),
            )
          }
        }
        expect(begins(new Uint8Array())).toBe(false)
      }
    }
  })

  it('no beginning is taken for two kinds, and nothing throws at any bytes', () => {
    const formats = Object.values(TYPE_RULES).flatMap(({ formats: all }) => Object.entries(all))
    // Any bytes, after a known beginning or a part of one, since any bytes alone begin nothing.
    const known = fc.constantFrom(...Object.values(heads).flat())
    const bytes = fc
      .tuple(known, fc.nat(32), fc.uint8Array({ maxLength: 64 }))
      .map(([head, length, rest]) => Buffer.concat([head.subarray(0, length), rest]))
    let taken = 0
    fc.assert(
      fc.property(bytes, (head) => {
        const kinds = formats.filter(([, { begins }]) => begins(head)).map(([name]) => sameAs[name] ?? name)
        expect(new Set(kinds).size).toBeLessThan(2)
        taken += Math.min(1, kinds.length)
      }),
      { numRuns: 1_000 },
    )
    expect(taken).toBeGreaterThan(100)
  })

  it('the extension is the last one, in any case, of a name that has more than it', () => {
    expect(extensionOf('a.b/C.VRM')).toBe('vrm')
    expect(extensionOf('.vrm')).toBeNull()
    expect(extensionOf('a/.vrm')).toBeNull()
    expect(extensionOf('a.vrm/b')).toBeNull()
    expect(typesOf('x.glb')).toEqual(['vrm', 'scene'])
    expect(typesOf('x.constructor')).toEqual([])
    expect(formatOf('vrm', 'x.toString')).toBeNull()
    expect(formatOf('bgm', 'x.MP3')?.mimeType).toBe('audio/mpeg')
  })
})
