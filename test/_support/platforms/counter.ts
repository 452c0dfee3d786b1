// The HTTP side of a platform's stand-in: a server on 127.0.0.1 that remembers what it was asked and can be told
// to refuse, to hang, to cut an answer or to flood. What it answers otherwise is its platform's.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface Question {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingMessage['headers']
  readonly form: Readonly<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What happens instead of an answer. `answer`: this one; `flood`: JSON without end; `away`: a redirect. */
export type Fault =
  | { readonly kind: 'hang' | 'drip' | 'reset' | 'cut' | 'html' | 'flood' | 'away' }
  | { readonly kind: 'answer'; readonly reply: Reply }

const BODY_MAX = 65_536

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > BODY_MAX) throw new Error('too large a question')
  }
  return text
}

export class Counter {
  readonly questions: Question[] = []
  /** How often each fault truly happened, by path. */
  readonly fired: string[] = []
  readonly #answer: (question: Question) => Reply
  readonly #faults = new Map<string, { fault: Fault; times: number }>()
  readonly #sockets = new Set<Socket>()
  /** Answers that were begun or promised and do not come. */
  readonly #hanging = new Set<ServerResponse>()
  readonly #server: Server
  #origin = ''

  constructor(answer: (question: Question) => Reply) {
    this.#answer = answer
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch(() => response.destroy())
    })
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  get origin(): string {
    return this.#origin
  }

  /** What was asked at this path. */
  at(path: string): readonly Question[] {
    return this.questions.filter((question) => question.path === path)
  }

  /** The next answers at a path, or all of them until it is mended. */
  spoil(path: string, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#faults.set(path, { fault, times })
  }

  mend(): void {
    this.#faults.clear()
    for (const response of this.#hanging) response.destroy()
    this.#hanging.clear()
  }

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    this.#origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#origin)
    const question: Question = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      form: Object.fromEntries(new URLSearchParams(await bodyOf(request))),
    }
    this.questions.push(question)
    const spoilt = this.#faults.get(question.path)
    if (spoilt === undefined || spoilt.times <= 0) return this.#send(response, this.#answer(question))
    spoilt.times -= 1
    this.fired.push(`${spoilt.fault.kind} ${question.path}`)
    this.#spoil(response, spoilt.fault, question)
  }

  #send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers })
    response.end(JSON.stringify(body))
  }

  #spoil(response: ServerResponse, fault: Fault, question: Question): void {
    switch (fault.kind) {
      case 'answer':
        return this.#send(response, fault.reply)
      case 'hang':
        return void this.#hanging.add(response)
      case 'drip':
        this.#hanging.add(response)
        response.writeHead(200, { 'content-type': 'application/json' })
        return void response.write('{"items": [')
      case 'reset':
        return void response.socket?.destroy()
      case 'cut':
        return void response.end(JSON.stringify(this.#answer(question).body).slice(0, -3))
      case 'html':
        response.writeHead(200, { 'content-type': 'text/html' })
        return void response.end('<!doctype html><title>Sorry</title>')
      case 'away':
        response.writeHead(302, { location: `${this.#origin}/elsewhere` })
        return void response.end()
      case 'flood': {
        response.writeHead(200, { 'content-type': 'application/json' })
        const pour = (): void => {
          while (!response.destroyed && response.write(' '.repeat(65_536))) continue
        }
        response.on('drain', pour)
        return pour()
      }
    }
  }
}

/** A token that is not what is expected: who it belongs to is only known to the platform that made it. */
export const bearerOf = ({ headers }: Question): string =>
  headers.authorization?.replace(/^Bearer /, '') ?? ''
