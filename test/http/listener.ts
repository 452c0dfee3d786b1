// A client of event streams that reads what the standard says: messages with id, event and data, and an id
// that is kept even when nothing else comes with it.

import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { until } from '../_support/db.ts'

export interface Heard {
  readonly id: string | null
  readonly event: string
  readonly data: string
}

export class Listener {
  readonly #request: ClientRequest
  #response: IncomingMessage | null = null
  #rest = ''
  readonly messages: Heard[] = []
  comments = 0
  lastId: string | null = null
  status = 0
  headers: IncomingMessage['headers'] = {}
  body = ''
  closed = false

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#request = request(url, { headers, agent: false })
    this.#request.on('response', (response) => {
      this.#response = response
      this.status = response.statusCode ?? 0
      this.headers = response.headers
      response.setEncoding('utf8')
      response.on('data', (text: string) => this.#hear(text))
      response.on('error', () => undefined)
      response.on('close', () => {
        this.closed = true
      })
    })
    this.#request.on('error', () => {
      this.closed = true
    })
    this.#request.end()
  }

  #hear(text: string): void {
    if (this.headers['content-type']?.startsWith('text/event-stream') !== true) {
      this.body += text
      return
    }
    const blocks = (this.#rest + text).split('\n\n')
    this.#rest = blocks.pop() ?? ''
    for (const block of blocks) this.#block(block)
  }

  #block(block: string): void {
    const data: string[] = []
    let event = 'message'
    let id: string | null = null
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? []
      if (line.startsWith(':')) this.comments += 1
      else if (name === 'id') id = value
      else if (name === 'event') event = value
      else if (name === 'data') data.push(value)
    }
    if (id !== null) this.lastId = id
    if (data.length > 0) this.messages.push({ id, event, data: data.join('\n') })
  }

  get facts(): readonly number[] {
    return this.messages.flatMap(({ id, event }) => (event === 'message' && id !== null ? [Number(id)] : []))
  }

  named(event: string): readonly Heard[] {
    return this.messages.filter((message) => message.event === event)
  }

  async until(what: string, condition: (listener: this) => boolean): Promise<this> {
    await until(what, () => condition(this))
    return this
  }

  /** Stops reading, so that the other side finds no room. */
  pause(): void {
    this.#response?.pause()
  }

  resume(): void {
    this.#response?.resume()
  }

  close(): void {
    this.#request.destroy()
  }
}
