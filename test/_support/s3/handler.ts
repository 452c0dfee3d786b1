// An S3 server without a socket: what the SDK calls in the place of its own HTTP handler. It answers as S3 does to
// a caller that may or may not list, keeps a log of every request, and goes wrong as its rules say.

import { Readable } from 'node:stream'
import { Bucket } from './bucket.ts'
import { Faults, type Mishap, type Operation } from './faults.ts'
import { answerOf, errorAnswer, type Answer, type Asked } from './answers.ts'

export interface Logged {
  readonly operation: Operation
  readonly key: string
  readonly at: number
  status: number
}

/** As much of the SDK's request as is looked at. */
interface SdkRequest {
  readonly method: string
  readonly hostname: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

const OPERATIONS: readonly (readonly [Operation, method: string, needs: readonly string[]])[] = [
  ['ListParts', 'GET', ['uploadId']],
  ['UploadPart', 'PUT', ['uploadId', 'partNumber']],
  ['CompleteMultipartUpload', 'POST', ['uploadId']],
  ['AbortMultipartUpload', 'DELETE', ['uploadId']],
  ['CreateMultipartUpload', 'POST', ['uploads']],
  ['DeleteObjects', 'POST', ['delete']],
  ['PutObject', 'PUT', []],
  ['GetObject', 'GET', []],
  ['HeadObject', 'HEAD', []],
  ['DeleteObject', 'DELETE', []],
]

const operationOf = (method: string, key: string, query: Readonly<Record<string, string>>): Operation => {
  if (key === '') return method === 'GET' ? 'ListObjectsV2' : method === 'POST' ? 'DeleteObjects' : 'Unknown'
  const found = OPERATIONS.find(([, verb, needs]) => verb === method && needs.every((name) => name in query))
  return found?.[0] ?? 'Unknown'
}

const bytesOf = async (body: unknown): Promise<Buffer> => {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body)
  const pieces: Uint8Array[] = []
  for await (const piece of body as AsyncIterable<Uint8Array>) pieces.push(piece)
  return Buffer.concat(pieces)
}

const broken = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })

const never = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => {
    const abort = (): void => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }))
    if (signal?.aborted === true) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })

/** A body that breaks off although its length was announced. */
const cut = (bytes: Buffer, at: number): Readable =>
  Readable.from(
    (function* () {
      yield bytes.subarray(0, at)
      throw broken()
    })(),
  )

const spoiled = (answer: Answer, mishap: Mishap | null): Answer =>
  mishap?.kind === 'wrong-etag'
    ? { ...answer, headers: { ...answer.headers, etag: '"0123456789abcdef"' } }
    : answer

export class S3StandIn {
  readonly bucket = new Bucket()
  readonly faults = new Faults()
  readonly log: Logged[] = []
  readonly #name: string
  /** As a caller without s3:ListBucket sees it: what is not there is forbidden. */
  mayList = true
  /** As an older server has it: a condition of a put is not looked at. */
  knowsConditions = true
  /** Milliseconds before each answer. */
  delayMs = 0
  inFlight = 0
  inFlightMax = 0

  constructor(name = 'assets') {
    this.#name = name
  }

  count(operation: Operation): number {
    return this.log.filter((one) => one.operation === operation).length
  }

  /** What the SDK is given as `requestHandler`. */
  get requestHandler() {
    return {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async (request: SdkRequest, options: { readonly abortSignal?: AbortSignal } = {}) => {
        this.inFlight += 1
        this.inFlightMax = Math.max(this.inFlightMax, this.inFlight)
        try {
          return { response: await this.#answer(request, options.abortSignal) }
        } finally {
          this.inFlight -= 1
        }
      },
    }
  }

  /** A request from somebody else than the SDK: a browser with an address that was signed for it. */
  async ask(
    method: string,
    url: URL,
    body: Uint8Array,
  ): Promise<{
    readonly statusCode: number
    readonly headers: Readonly<Record<string, string>>
  }> {
    const { hostname, pathname: path, searchParams } = url
    const query = Object.fromEntries(searchParams)
    return (await this.requestHandler.handle({ method, hostname, path, query, headers: {}, body })).response
  }

  #asked(
    request: SdkRequest,
    bytes: Buffer,
  ): Asked & { readonly operation: Operation; readonly bucketName: string } {
    const query: Record<string, string> = {}
    for (const [name, value] of Object.entries(request.query ?? {})) query[name] = String(value ?? '')
    const path = decodeURIComponent(request.path.replace(/^\//, ''))
    const inHost = request.hostname.startsWith(`${this.#name}.`)
    const slash = path.indexOf('/')
    const bucketName = inHost ? this.#name : slash === -1 ? path : path.slice(0, slash)
    const key = inHost ? path : slash === -1 ? '' : path.slice(slash + 1)
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value
    if (!this.knowsConditions) delete headers['if-none-match']
    const plain = operationOf(request.method, key, query)
    const operation = plain === 'PutObject' && 'x-amz-copy-source' in headers ? 'CopyObject' : plain
    return { operation, bucketName, key, query, headers, bytes }
  }

  async #answer(request: SdkRequest, signal: AbortSignal | undefined) {
    const bytes = await bytesOf(request.body)
    const asked = this.#asked(request, bytes)
    const entry: Logged = { operation: asked.operation, key: asked.key, at: performance.now(), status: 0 }
    this.log.push(entry)
    const mishap = this.faults.of(asked.operation, asked.key)
    if (this.delayMs > 0) await new Promise((done) => setTimeout(done, this.delayMs))
    if (signal?.aborted === true || mishap?.kind === 'hang') return never(signal)
    if (mishap?.kind === 'reset') throw broken()
    const answer =
      mishap?.kind === 'status'
        ? errorAnswer(mishap.status, mishap.code ?? 'Trouble', request.method === 'HEAD', mishap.text)
        : asked.bucketName !== this.#name
          ? errorAnswer(404, 'NoSuchBucket', request.method === 'HEAD')
          : spoiled(answerOf(this.bucket, this.mayList, asked.operation, asked), mishap)
    entry.status = answer.status
    if (mishap?.kind === 'answer-lost') throw broken()
    return {
      statusCode: answer.status,
      headers: answer.headers,
      body:
        mishap?.kind === 'truncated' && answer.body.byteLength > mishap.bytes
          ? cut(answer.body, mishap.bytes)
          : Readable.from(answer.body.byteLength === 0 ? [] : [answer.body]),
    }
  }
}
