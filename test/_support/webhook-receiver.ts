// A receiver of webhooks on a loopback port: a real HTTP server that verifies every message with the library of
// Standard Webhooks, keeps what came, and answers as a test wants, also badly.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Webhook } from 'standardwebhooks'

export interface Heard {
  readonly id: string
  readonly headers: IncomingMessage['headers']
  readonly path: string
  readonly text: string
  readonly payload: {
    readonly type: string
    readonly timestamp: string
    readonly data: Readonly<Record<string, unknown>> & { readonly seq?: number }
  }
  /** What the library said of its signature with the secret at hand. */
  readonly isGenuine: boolean
}

export type Mood = (heard: Heard, response: ServerResponse, nth: number) => void

export const takes: Mood = (_, response) => void response.writeHead(200).end('ok')
export const says =
  (status: number, headers: Readonly<Record<string, string>> = {}): Mood =>
  (_, response) =>
    void response.writeHead(status, headers).end()
export const hangs: Mood = () => undefined
/** Answers 200, and then never stops. */
export const floods: Mood = (_, response) => {
  response.writeHead(200)
  const chunk = Buffer.alloc(256 * 1024, 'x')
  const pour = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', pour)
  response.on('error', () => undefined)
  pour()
}
export const drops: Mood = (_, response) => void response.socket?.destroy()

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly heard: Heard[]
  secret: string
  mood: Mood
  /** Connections there were. */
  readonly sockets: Socket[]
  readonly close: () => Promise<void>
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const isGenuine = (secret: string, text: string, headers: IncomingMessage['headers']): boolean => {
  try {
    new Webhook(secret).verify(text, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

export const startReceiver = async (host = '127.0.0.1', port = 0): Promise<Receiver> => {
  const heard: Heard[] = []
  const sockets: Socket[] = []
  const http = createServer((request, response) => {
    const hear = async (): Promise<void> => {
      const text = await textOf(request)
      const one: Heard = {
        id: String(request.headers['webhook-id']),
        headers: request.headers,
        path: request.url ?? '',
        text,
        payload: JSON.parse(text) as Heard['payload'],
        isGenuine: isGenuine(receiver.secret, text, request.headers),
      }
      heard.push(one)
      receiver.mood(one, response, heard.length)
    }
    hear().catch(() => response.destroy())
  })
  http.on('connection', (socket) => void sockets.push(socket))
  await new Promise<void>((resolve) => http.listen(port, host, resolve))
  const bound = (http.address() as AddressInfo).port
  const receiver: Receiver = {
    url: `http://${host}:${bound}/hook`,
    port: bound,
    heard,
    secret: 'whsec_bm90aGluZyBvZiBvdXJz',
    mood: takes,
    sockets,
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return receiver
}

/** The numbers of the facts that came, in order, repeats and tests left out. */
export const seqsOf = (receiver: Receiver): readonly number[] => {
  const seen = new Set<string>()
  return receiver.heard.flatMap(({ id, payload }) => {
    const { seq } = payload.data
    if (seen.has(id) || seq === undefined) return []
    seen.add(id)
    return [seq]
  })
}
