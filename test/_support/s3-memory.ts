// S3 inside the test process, given to the SDK in the place of sockets: what the SDK would send arrives here as it
// is. It keeps every request line, and a test can refuse, break or forge any answer.

import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { S3ClientConfig } from '@aws-sdk/client-s3'

export interface S3Request {
  readonly method: string
  /** Without the bucket, decoded; empty for requests about the bucket. */
  readonly key: string
  readonly query: Readonly<Record<string, string | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface S3Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

interface Stored {
  readonly bytes: Buffer
  readonly etag: string
  readonly modifiedAt: Date
}

/** `null` lets the request through; what is thrown breaks the connection. `after` runs when it was carried out. */
export type Fault = (request: S3Request) => S3Answer | null | Promise<S3Answer | null>

const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest()
const xml = (name: string, fields: Readonly<Record<string, string>>): string =>
  `<?xml version="1.0" encoding="UTF-8"?><${name}>${Object.entries(fields)
    .map(([field, value]) => `<${field}>${value}</${field}>`)
    .join('')}</${name}>`

export const s3Refusal = (status: number, code: string, message = code): S3Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: xml('Error', { Code: code, Message: message }),
})

const bytesOf = async (body: unknown): Promise<Buffer> => {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body)
  const chunks: Uint8Array[] = []
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export class S3Memory {
  readonly bucket = 'bucket'
  readonly objects = new Map<string, Stored>()
  readonly uploads = new Map<string, Map<number, Buffer>>()
  /** `PUT key`, `GET key?partNumber=1`: everything that was asked, in order. */
  readonly log: string[] = []
  readonly requests: S3Request[] = []
  /** Asked before a request is carried out. */
  before: Fault = () => null
  /** Asked after it was carried out, with the answer still to be sent. */
  after: Fault = () => null
  knowsConditions = true
  #uploadNo = 0

  /** How many requests began with this. */
  count(start: string): number {
    return this.log.filter((line) => line.startsWith(start)).length
  }

  put(key: string, bytes: Uint8Array): Stored {
    const stored = {
      bytes: Buffer.from(bytes),
      etag: md5(bytes).toString('hex'),
      modifiedAt: new Date(Math.floor(Date.now() / 1_000) * 1_000),
    }
    this.objects.set(key, stored)
    return stored
  }

  #complete(key: string, id: string): S3Answer {
    const parts = this.uploads.get(id)
    if (parts === undefined) return s3Refusal(404, 'NoSuchUpload')
    const sorted = [...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
    const stored = this.put(key, Buffer.concat(sorted))
    const etag = `${md5(Buffer.concat(sorted.map((bytes) => md5(bytes)))).toString('hex')}-${sorted.length}`
    this.objects.set(key, { ...stored, etag })
    this.uploads.delete(id)
    return {
      status: 200,
      body: xml('CompleteMultipartUploadResult', { Key: 'key', ETag: `&quot;${etag}&quot;` }),
    }
  }

  #read({ method, key, headers }: S3Request): S3Answer {
    const stored = this.objects.get(key)
    if (stored === undefined) return method === 'HEAD' ? { status: 404 } : s3Refusal(404, 'NoSuchKey')
    const { bytes, etag, modifiedAt } = stored
    const condition = headers['if-match']
    if (condition !== undefined && condition !== `"${etag}"`) return s3Refusal(412, 'PreconditionFailed')
    const base = { etag: `"${etag}"`, 'last-modified': modifiedAt.toUTCString() }
    const [, first, last] = /^bytes=([0-9]+)-([0-9]+)$/.exec(headers['range'] ?? '') ?? []
    if (method === 'HEAD')
      return { status: 200, headers: { ...base, 'content-length': String(bytes.length) } }
    if (first === undefined || last === undefined) {
      return { status: 200, headers: { ...base, 'content-length': String(bytes.length) }, body: bytes }
    }
    if (Number(first) >= bytes.length) return s3Refusal(416, 'InvalidRange')
    const part = bytes.subarray(Number(first), Number(last) + 1)
    return {
      status: 206,
      headers: {
        ...base,
        'content-length': String(part.length),
        'content-range': `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}`,
      },
      body: part,
    }
  }

  #carryOut(request: S3Request): S3Answer {
    const { method, key, query, headers, body } = request
    if (key === '') return s3Refusal(403, 'AccessDenied')
    const uploadId = query['uploadId'] ?? null
    if (method === 'POST' && 'uploads' in query) {
      const id = `upload-${(this.#uploadNo += 1)}`
      this.uploads.set(id, new Map())
      return { status: 200, body: xml('InitiateMultipartUploadResult', { UploadId: id }) }
    }
    const isThere = headers['if-none-match'] === '*' && this.knowsConditions && this.objects.has(key)
    if (method === 'POST' && uploadId !== null) {
      return isThere ? s3Refusal(412, 'PreconditionFailed') : this.#complete(key, uploadId)
    }
    if (method === 'PUT' && uploadId !== null) {
      const parts = this.uploads.get(uploadId)
      if (parts === undefined) return s3Refusal(404, 'NoSuchUpload')
      parts.set(Number(query['partNumber']), body)
      return { status: 200, headers: { etag: `"${md5(body).toString('hex')}"` } }
    }
    if (method === 'DELETE' && uploadId !== null) {
      return this.uploads.delete(uploadId) ? { status: 204 } : s3Refusal(404, 'NoSuchUpload')
    }
    if (method === 'PUT') {
      if (isThere) return s3Refusal(412, 'PreconditionFailed')
      return { status: 200, headers: { etag: `"${this.put(key, body).etag}"` } }
    }
    if (method === 'DELETE') {
      this.objects.delete(key)
      return { status: 204 }
    }
    return this.#read(request)
  }

  /** A request from somebody else than the SDK: a browser with an address that was signed for it. */
  ask(
    method: string,
    path: string,
    query: Readonly<Record<string, string>>,
    body: Uint8Array,
  ): Promise<{
    readonly response: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> }
  }> {
    const { handle } = this.handler as unknown as {
      readonly handle: (sent: object) => ReturnType<S3Memory['ask']>
    }
    return handle({ method, path, query, headers: {}, body })
  }

  /** For `requestHandler` of the client, with an endpoint that puts the bucket into the path. */
  readonly handler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (sent: {
      readonly method: string
      readonly path: string
      readonly query?: Readonly<Record<string, string | null>>
      readonly headers: Readonly<Record<string, string>>
      readonly body?: unknown
    }) => {
      const [, , ...segments] = sent.path.split('/')
      const request: S3Request = {
        method: sent.method,
        key: segments.map(decodeURIComponent).join('/'),
        query: sent.query ?? {},
        headers: Object.fromEntries(
          Object.entries(sent.headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        body: await bytesOf(sent.body),
      }
      const names = Object.keys(request.query).filter((name) => name !== 'x-id')
      this.log.push(`${request.method} ${request.key}${names.length === 0 ? '' : `?${names.join('&')}`}`)
      this.requests.push(request)
      const answer =
        (await this.before(request)) ??
        (await (async () => {
          const carriedOut = this.#carryOut(request)
          return (await this.after(request)) ?? carriedOut
        })())
      return {
        response: {
          statusCode: answer.status,
          headers: { ...answer.headers },
          body: Readable.from(answer.body === undefined ? [] : [Buffer.from(answer.body)]),
        },
      }
    },
  } as unknown as NonNullable<S3ClientConfig['requestHandler']>
}

/** What `s3Store` takes to talk to it. */
export const s3MemoryOptions = (memory: S3Memory, prefix = '') => ({
  bucket: memory.bucket,
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:9',
  prefix,
  requestHandler: memory.handler,
  credentials: { accessKeyId: 'CANARYACCESSKEY00001', secretAccessKey: 'CANARYsecretaccesskey0123456789' },
})
