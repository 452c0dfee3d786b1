// How a stream begins: the stretch that was missed is read from its table, then, once that has caught up with
// what the feed holds in memory, the client follows the feed. An entry is recognised by its place, so none is
// sent twice and none is left out; what the table no longer has is declared as a gap.

import type { Feed, Entry } from './feed.ts'
import type { SseClient } from './sse.ts'

/** Where history comes from. Places are numbers that only grow; `id` is how a client writes one. */
export interface History {
  /** The newest place that exists. */
  readonly head: () => Promise<number>
  /** The oldest place that is still kept; everything before it is gone. */
  readonly oldest: () => Promise<number>
  /** Entries after a place, in order; fewer than `limit` means that there are no more now. */
  readonly page: (after: number, limit: number) => Promise<readonly Entry[]>
  readonly id: (seq: number) => string | number
}

/** One page is held in memory for each client that catches up. */
const PAGE = 256

const send = async (client: SseClient, entries: readonly Entry[]): Promise<void> => {
  if (entries.length > 0) client.write(Buffer.concat(entries.map((entry) => entry.bytes)))
  await client.room()
}

/** `after` is the last place the client has, or null for "from now on". */
export const replay = async (
  client: SseClient,
  feed: Feed,
  history: History,
  after: number | null,
): Promise<void> => {
  let seq = after
  if (seq === null || !feed.covers(seq) || feed.indexAfter(seq) === feed.end) {
    const head = await history.head()
    if (seq === null) client.say('ready', { seq: history.id(head) }, history.id(head))
    else if (seq > head) client.say('reset', { seq: history.id(head) }, history.id(head))
    seq = seq === null || seq > head ? head : seq
  }
  // The feed has been listening since before the first read, so a page that is not full leaves only what is in it.
  while (!client.ended && !feed.covers(seq)) {
    const page = await history.page(seq, PAGE)
    const missing = Math.min(page[0]?.seq ?? Infinity, await history.oldest()) - 1
    if (missing > seq) {
      client.say('gap', { from: history.id(seq + 1), to: history.id(missing) }, history.id(missing))
      seq = missing
    }
    await send(client, page)
    seq = page.at(-1)?.seq ?? seq
    if (page.length < PAGE && feed.forgotten <= seq) break
  }
  client.follow(feed, seq)
}
