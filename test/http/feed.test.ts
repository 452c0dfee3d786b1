import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Feed, FEED_KEEPS } from '../../src/http/feed.ts'
import { Feeds } from '../../src/http/feeds.ts'
import { parseJson } from '../../src/http/json.ts'
import { methodsAt } from '../../src/http/methods.ts'
import { Problem } from '../../src/http/problems.ts'

const entry = (seq: number, size = 10) => ({ seq, bytes: Buffer.alloc(size, seq % 256) })
const idle = { deliver: () => undefined }

const hasForbidden = (text: string): boolean => /"(__proto__|constructor|prototype)"/.test(text)

const operation = (method: 'GET' | 'POST', path: string) =>
  ({ method, path, id: path, summary: '', tag: 'rooms', access: 'any', answers: {} }) as const

describe('a feed', () => {
  it('gives every entry once, in order, whatever the sizes and wherever one begins', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ step: fc.integer({ min: 1, max: 5 }), size: fc.integer({ min: 1, max: 40_000 }) }),
          {
            maxLength: 60,
          },
        ),
        fc.nat(200),
        (steps, after) => {
          const feed = new Feed()
          let seq = 0
          const all = steps.map(({ step, size }) => entry((seq += step), size))
          for (const one of all) feed.append(one)
          const expected = all.filter((one) => one.seq > after)
          let index = feed.indexAfter(after)
          const got: Buffer[] = []
          for (let piece = feed.piece(index); piece !== null; piece = feed.piece(index)) {
            got.push(piece.bytes)
            index = piece.next
          }
          expect(Buffer.concat(got).equals(Buffer.concat(expected.map(({ bytes }) => bytes)))).toBe(true)
          expect(index).toBe(feed.end)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('S34: keeps a bounded stretch, says what it forgot, and keeps more only while followers wait for a round', () => {
    const feed = new Feed()
    for (let seq = 1; seq <= 10_000; seq += 1) feed.append(entry(seq))
    expect(feed.entries().length).toBeLessThanOrEqual(FEED_KEEPS.soft.entries)
    expect(feed.entries().at(-1)?.seq).toBe(10_000)
    expect(feed.floor).toBe(feed.forgotten)
    expect(feed.entries()[0]?.seq).toBe(feed.forgotten + 1)
    expect(feed.covers(feed.forgotten)).toBe(true)
    expect(feed.covers(feed.forgotten - 1)).toBe(false)
    expect(feed.has(0)).toBe(false)
    feed.followers.add(idle)
    const index = feed.end
    for (let seq = 10_001; seq <= 20_000; seq += 1) feed.append(entry(seq))
    expect(feed.has(index)).toBe(true)
    expect(feed.presses).toBe(true)
    feed.settle()
    expect([feed.has(index), feed.presses]).toEqual([false, false])
    for (let seq = 20_001; seq <= 20_100; seq += 1) feed.append(entry(seq, 200_000))
    const bytes = feed.entries().reduce((sum, one) => sum + one.bytes.byteLength, 0)
    expect(bytes).toBeLessThanOrEqual(FEED_KEEPS.hard.bytes)
  })

  it('encodes nothing twice: who is at the same place is given the same bytes', () => {
    const feed = new Feed()
    feed.append(entry(1))
    expect(feed.piece(0)?.bytes).toBe(feed.entries()[0]?.bytes)
    feed.append(entry(2))
    expect(feed.piece(0)).toBe(feed.piece(0))
  })

  it('lives while somebody follows it', () => {
    const feeds = new Feeds<string>()
    let stopped = 0
    const make = () => ({ feed: new Feed(), stop: () => void (stopped += 1) })
    const first = feeds.acquire('a', make)
    const second = feeds.acquire('a', make)
    expect(first.feed).toBe(second.feed)
    first.release()
    first.release()
    expect([stopped, feeds.size]).toEqual([0, 1])
    second.release()
    expect([stopped, feeds.size]).toEqual([1, 0])
  })
})

describe('H02: JSON as it is accepted here', () => {
  const plain = fc.jsonValue({ maxDepth: 6 })

  it('H02: is read as JSON.parse reads it, and the same key again in one object is always refused', () => {
    fc.assert(
      fc.property(plain, fc.string(), (value, key) => {
        const text = JSON.stringify(value)
        fc.pre(!hasForbidden(text) && !hasForbidden(JSON.stringify(key)))
        expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text))
        const name = JSON.stringify(key)
        const twice = `{${name}:${text},"between":[{${name}:1}],${name} \n:2}`
        if (key !== 'between') expect(() => parseJson(Buffer.from(twice))).toThrow(Problem)
      }),
      { numRuns: 500 },
    )
  })

  it('H02: nothing that is not JSON gets through, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let expected: unknown = Problem
        try {
          expected = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
        } catch {
          expect(() => parseJson(bytes)).toThrow(Problem)
          return
        }
        expect(parseJson(bytes)).toEqual(expected)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('methods of a path', () => {
  it('are those of every pattern that matches the whole path', () => {
    const all = [operation('GET', '/a/:one'), operation('POST', '/a/:one/b'), operation('GET', '/x.json')]
    expect(methodsAt(all, '/a/1')).toEqual(['GET', 'HEAD', 'OPTIONS'])
    expect(methodsAt(all, '/a/1/b')).toEqual(['OPTIONS', 'POST'])
    for (const path of ['/a', '/a/', '/a/1/2', '/xyjson', '/a/1/b/c'])
      expect(methodsAt(all, path), path).toEqual([])
  })
})
