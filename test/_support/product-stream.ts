// An event stream of the product as a client reads it: every message, every byte, and how it ended.

import type { Product } from './product.ts'

export interface Message {
  readonly id: string | null
  /** Null: a fact or an event of a session; else the message's own name. */
  readonly event: string | null
  readonly data: string
}

export interface ProductStream {
  readonly messages: readonly Message[]
  /** Everything that came, as it came. */
  readonly bytes: () => string
  readonly lastId: () => string | null
  /** The first message that fits, of those that came or come; fails when none does in time. */
  readonly until: (what: string, fits: (message: Message) => boolean, withinMs?: number) => Promise<Message>
  /** Done when the product, or `close`, ended it. */
  readonly ended: Promise<void>
  readonly close: () => Promise<void>
}

const parse = (block: string): Message => {
  const lines = block.split('\n')
  const value = (name: string) =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null
  return { id: value('id'), event: value('event'), data: value('data') ?? '' }
}

/** Done when the product has begun to answer. `after` resumes. */
export const openStream = async (
  product: Product,
  path: string,
  after: string | null = null,
): Promise<ProductStream> => {
  const abort = new AbortController()
  const response = await product.ask(path, {
    signal: abort.signal,
    headers: after === null ? {} : { 'last-event-id': after },
  })
  const messages: Message[] = []
  const chunks: string[] = []
  const listeners = new Set<(message: Message) => void>()
  let lastId: string | null = after

  const read = async (): Promise<void> => {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of response.body ?? []) {
      const text = decoder.decode(chunk, { stream: true })
      chunks.push(text)
      const blocks = (rest + text).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const message = parse(block)
        lastId = message.id ?? lastId
        if (message.data === '') continue
        messages.push(message)
        for (const listener of listeners) listener(message)
      }
    }
  }
  // A killed process breaks it off, which is an end like any other.
  const ended = read().catch(() => undefined)

  return {
    messages,
    bytes: () => chunks.join(''),
    lastId: () => lastId,
    until: (what, fits, withinMs = 90_000) =>
      new Promise((done, fail) => {
        const known = messages.find(fits)
        if (known !== undefined) return done(known)
        const over = (act: () => void): void => {
          clearTimeout(timer)
          listeners.delete(listener)
          act()
        }
        const timer = setTimeout(
          () => over(() => fail(new Error(`waited ${withinMs} ms in vain for ${what}\n${product.log}`))),
          withinMs,
        )
        const listener = (message: Message): void => {
          if (fits(message)) over(() => done(message))
        }
        listeners.add(listener)
      }),
    ended,
    close: async () => {
      abort.abort()
      await ended
    },
  }
}
