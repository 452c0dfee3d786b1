// One client of a stream where the table is read ahead of what the feed has heard.

import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Feed } from '../../src/http/feed.ts'
import { replay, type History } from '../../src/http/replay.ts'
import { SseClient } from '../../src/http/sse.ts'

const entry = (seq: number) => ({ seq, bytes: Buffer.from(`${seq} `) })

/** A socket that takes everything, and what it took. */
const listening = () => {
  const taken: string[] = []
  const outgoing = Object.assign(new EventEmitter(), {
    writableLength: 0,
    write: (bytes: Uint8Array) => taken.push(Buffer.from(bytes).toString()) > 0,
  })
  return { client: new SseClient(outgoing as unknown as ServerResponse, null), text: () => taken.join('') }
}

const tableUpTo = (newest: number): History => ({
  head: () => Promise.resolve(newest),
  oldest: () => Promise.resolve(1),
  page: (after, limit) =>
    Promise.resolve(Array.from({ length: newest - after }, (_, n) => entry(after + 1 + n)).slice(0, limit)),
  id: (seq) => seq,
})

describe('S32: a client whose history was read before its last entries were heard of', () => {
  it.for([
    { after: 0, from: 'resumed' },
    { after: null, from: 'from now on' },
  ])('$from, it is sent none of them twice', async ({ after }) => {
    const feed = new Feed()
    feed.append(entry(6))
    const { client, text } = listening()
    await replay(client, feed, tableUpTo(9), after)
    const before = text()
    expect(before).toContain(after === null ? '"seq":9' : '1 2 3 4 5 6 7 8 9 ')
    for (const seq of [7, 8]) {
      feed.append(entry(seq))
      client.deliver()
    }
    for (const seq of [9, 10, 11]) feed.append(entry(seq))
    client.deliver()
    feed.append(entry(12))
    client.deliver()
    expect(text().slice(before.length)).toBe('10 11 12 ')
  })
})
