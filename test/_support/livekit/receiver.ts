// Somebody who takes LiveKit's webhooks with the SDK's own receiver: what tests of the stand-in hear.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebhookReceiver, type WebhookEvent } from 'livekit-server-sdk'
import { readBody } from './twirp.ts'

export interface Receiver {
  readonly url: string
  /** Those whose signature was right, in the order of their arrival. */
  readonly events: readonly WebhookEvent[]
  readonly bodies: readonly string[]
  /** Those whose signature was wrong. */
  readonly refused: readonly string[]
  /** The next so many are answered with this status. */
  readonly answerWith: (status: number, times: number) => void
  /** Waits for an event that fits, of those that came or come. */
  readonly until: (fits: (event: WebhookEvent) => boolean, withinMs?: number) => Promise<WebhookEvent>
  readonly close: () => Promise<void>
}

export const startReceiver = async (apiKey: string, apiSecret: () => string): Promise<Receiver> => {
  const events: WebhookEvent[] = []
  const bodies: string[] = []
  const refused: string[] = []
  const answers: number[] = []
  const listeners = new Set<() => void>()
  const server = createServer((request, response) => {
    const receive = async () => {
      const body = (await readBody(request)).toString('utf8')
      const status = answers.shift()
      if (status === undefined) {
        const receiver = new WebhookReceiver(apiKey, apiSecret())
        try {
          events.push(await receiver.receive(body, request.headers.authorization))
          bodies.push(body)
        } catch (error) {
          refused.push(String(error))
        }
      }
      response.writeHead(status ?? 200).end()
      for (const listener of listeners) listener()
    }
    receive().catch(() => response.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    events,
    bodies,
    refused,
    answerWith: (status, times) => {
      for (let n = 0; n < times; n += 1) answers.push(status)
    },
    until: (fits, withinMs = 5_000) =>
      new Promise((done, fail) => {
        const finish = (act: () => void) => {
          listeners.delete(look)
          clearTimeout(timer)
          act()
        }
        const look = () => {
          const found = events.find(fits)
          if (found !== undefined) finish(() => done(found))
        }
        const timer = setTimeout(() => {
          const heard = events.map(({ event, egressInfo }) => `${event} ${egressInfo?.status ?? ''}`)
          finish(() => fail(new Error(`heard only ${heard.join(', ')}`)))
        }, withinMs)
        listeners.add(look)
        look()
      }),
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
