// The product's status stream as its clients follow it: resumed by the last id after every interruption.

import { setTimeout as wait } from 'node:timers/promises'
import type { Product } from '../product.ts'

export interface Fact {
  readonly seq: number
  readonly name: string
  readonly roomId: string | null
  readonly sessionId: string | null
  readonly body: Readonly<Record<string, unknown>>
}

export interface Facts {
  /** The first fact that fits, of those that came or come; fails when none does within the limit. */
  readonly until: (what: string, fits: (fact: Fact) => boolean, withinMs: number) => Promise<Fact>
  /** How often the stream was opened. */
  readonly opened: () => number
  readonly stop: () => void
}

const parse = (
  block: string,
): { readonly id: string | null; readonly event: string | null; readonly data: string } => {
  const lines = block.split('\n')
  const value = (name: string) =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null
  return { id: value('id'), event: value('event'), data: value('data') ?? '' }
}

export const followFacts = (product: Product, onFact: (fact: Fact) => void): Facts => {
  const heard: Fact[] = []
  const listeners = new Set<(fact: Fact) => void>()
  const abort = new AbortController()
  let lastId: string | null = null
  let opened = 0

  const hear = (block: string) => {
    const { id, event, data } = parse(block)
    if (id !== null) lastId = id
    if (event !== null || data === '') return
    const fact = JSON.parse(data) as Fact
    heard.push(fact)
    onFact(fact)
    for (const listener of listeners) listener(fact)
  }

  const once = async () => {
    const response = await product.ask('/api/stream', {
      signal: abort.signal,
      headers: lastId === null ? {} : { 'last-event-id': lastId },
    })
    opened += 1
    let rest = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) hear(block)
    }
  }

  const follow = async () => {
    while (!abort.signal.aborted) {
      // Whatever ended it, it is opened again from the last id; that is all a client needs to know.
      await once().catch(() => undefined)
      if (!abort.signal.aborted) await wait(100)
    }
  }
  void follow()

  return {
    until: (what, fits, withinMs) =>
      new Promise((done, fail) => {
        const known = heard.find(fits)
        if (known !== undefined) {
          done(known)
          return
        }
        const timer = setTimeout(() => {
          listeners.delete(listener)
          fail(new Error(`waited ${withinMs} ms in vain for ${what}`))
        }, withinMs)
        const listener = (fact: Fact) => {
          if (!fits(fact)) return
          clearTimeout(timer)
          listeners.delete(listener)
          done(fact)
        }
        listeners.add(listener)
      }),
    opened: () => opened,
    stop: () => abort.abort(),
  }
}
