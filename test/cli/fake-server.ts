// A server that answers what a test says, and remembers what it was asked.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

export type Answer = (asked: Asked, response: ServerResponse) => void

export interface FakeServer {
  readonly url: string
  readonly asked: Asked[]
  answer: Answer
  readonly close: () => Promise<void>
}

export const TOKEN = 'rk_op_test-token'

export const json =
  (body: unknown, status = 200): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

export const problem =
  (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) => {
    response
      .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
      .end(JSON.stringify(body))
  }

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  return text === '' ? null : (JSON.parse(text) as unknown)
}

export const startFakeServer = async (): Promise<FakeServer> => {
  const asked: Asked[] = []
  const http = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://fake')
      const one: Asked = {
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: await bodyOf(request),
      }
      asked.push(one)
      if (request.headers.authorization === `Bearer ${TOKEN}`) server.answer(one, response)
      else problem(401, { code: 'unauthorized', title: 'A valid token is needed' })(one, response)
    })()
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const server: FakeServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    asked,
    answer: json({}),
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return server
}
