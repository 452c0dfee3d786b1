// Reading TikTok's pages as a visitor: bounded, timed, once. What the pages mean is in pages.ts.

import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as httpRequest,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { promisify } from 'node:util'
import { unzip } from 'node:zlib'
import { codeOf } from './failures.ts'
import { WEB_HOST, WEBCAST_HOST } from './hosts.ts'

export type PageName = 'html' | 'api' | 'room_info'

export interface Page {
  readonly status: number
  readonly text: string
}

/** What is used of the library's HTTP client, which is got underneath. */
export interface PageClient {
  readonly clientParams: Readonly<Record<string, string>>
  readonly request: (options: {
    readonly host: string
    readonly path: string
    readonly searchParams?: Record<string, string>
    readonly signRequest: boolean
    readonly signal: AbortSignal
    readonly timeout: { readonly request: number }
    readonly responseType: 'buffer'
    readonly request: (url: URL, options: RequestOptions, callback?: Heard) => ClientRequest
  }) => Promise<{
    readonly statusCode: number
    readonly body: unknown
  }>
}

type Heard = (response: IncomingMessage) => void

/** What a page may weigh on the way and unpacked. */
const PACKED_MAX = 2 << 20
const PAGE_MAX = 8 << 20
/** Cookies and device are kept this many requests long, then it is another visitor. */
const VISITS = 500

const unzipped = promisify(unzip)

const addressOf = (client: PageClient, name: PageName, id: string) => {
  switch (name) {
    case 'html':
      return { host: WEB_HOST, path: `@${encodeURIComponent(id)}/live` }
    case 'api':
      return {
        host: WEB_HOST,
        path: 'api-live/user/room/',
        searchParams: { ...client.clientParams, uniqueId: id, sourceType: '54' },
      }
    case 'room_info':
      return {
        host: WEBCAST_HOST,
        path: 'webcast/room/info/',
        searchParams: { ...client.clientParams, room_id: id },
      }
  }
}

export class Visitor {
  readonly #make: () => PageClient
  #client: PageClient
  #visits = 0

  constructor(make: () => PageClient) {
    this.#make = make
    this.#client = make()
  }

  /** Comes back with other cookies and another device. */
  renew(): void {
    this.#client = this.#make()
    this.#visits = 0
  }

  /** A page's status and text. Rejects when it does not arrive whole, in time, or is larger than a page can be. */
  async read(name: PageName, id: string, signal: AbortSignal, timeoutMs: number): Promise<Page> {
    this.#visits += 1
    if (this.#visits > VISITS) this.renew()
    const client = this.#client
    let size = 0
    let packed = false
    const bounded = (url: URL, options: RequestOptions, callback?: Heard): ClientRequest => {
      const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, callback)
      const weigh = (chunk: Uint8Array) => {
        size += chunk.length
        if (size > PACKED_MAX) request.destroy()
      }
      // The socket and not the answer: listening to an answer would set it flowing before it is read.
      request.once('socket', (socket) => {
        socket.on('data', weigh)
        request.once('close', () => socket.off('data', weigh))
      })
      // Unpacked by us, with a limit: got would unpack a small answer into any size.
      request.prependOnceListener('response', (response) => {
        packed = (response.headers['content-encoding'] ?? 'identity') !== 'identity'
        delete response.headers['content-encoding']
      })
      return request
    }
    try {
      const answer = await client.request({
        ...addressOf(client, name, id),
        signRequest: false,
        signal,
        timeout: { request: timeoutMs },
        responseType: 'buffer',
        request: bounded,
      })
      const body = answer.body instanceof Uint8Array ? answer.body : new Uint8Array(0)
      const bytes = packed && body.length > 0 ? await unzipped(body, { maxOutputLength: PAGE_MAX }) : body
      return { status: answer.statusCode, text: Buffer.from(bytes).toString('utf8') }
    } catch (error) {
      throw size > PACKED_MAX || codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : error
    }
  }
}

const tooLarge = () => Object.assign(new Error('the page is too large'), { code: 'ETOOLARGE' })
