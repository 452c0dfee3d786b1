// How S3 answers each operation over a bucket in memory: statuses, headers, conditions, ranges and its XML.

import type { Bucket, StoredBytes } from './bucket.ts'
import type { Operation } from './faults.ts'

export interface Asked {
  readonly key: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const NONE = Buffer.alloc(0)
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const xml = (status: number, inner: string, headers: Readonly<Record<string, string>> = {}): Answer => {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${inner}`)
  return {
    status,
    headers: { 'content-type': 'application/xml', 'content-length': String(body.byteLength), ...headers },
    body,
  }
}

/** An error document; a HEAD has none, so its code is not heard. */
export const errorAnswer = (status: number, code: string, isHead: boolean, text = code): Answer =>
  isHead
    ? { status, headers: { 'x-amz-request-id': 'TESTREQUEST' }, body: NONE }
    : xml(
        status,
        `<Error><Code>${code}</Code><Message>${escape(text)}</Message><RequestId>TESTREQUEST</RequestId></Error>`,
      )

const described = (stored: StoredBytes): Readonly<Record<string, string>> => ({
  etag: `"${stored.etag}"`,
  'last-modified': new Date(stored.modifiedAt).toUTCString(),
  'content-type': stored.contentType,
  'accept-ranges': 'bytes',
})

const unquoted = (etag: string): string => etag.replaceAll('"', '')

const read = (stored: StoredBytes, { headers }: Asked, isHead: boolean): Answer => {
  const match = headers['if-match']
  if (match !== undefined && unquoted(match) !== stored.etag)
    return errorAnswer(412, 'PreconditionFailed', isHead)
  const size = stored.bytes.byteLength
  const [, from, to] = /^bytes=([0-9]+)-([0-9]*)$/.exec(headers['range'] ?? '') ?? []
  if (from === undefined) {
    const whole = { ...described(stored), 'content-length': String(size) }
    return { status: 200, headers: whole, body: isHead ? NONE : stored.bytes }
  }
  const first = Number(from)
  const last = Math.min(to === undefined || to === '' ? size - 1 : Number(to), size - 1)
  if (first >= size || last < first) return errorAnswer(416, 'InvalidRange', isHead)
  return {
    status: 206,
    headers: {
      ...described(stored),
      'content-length': String(last - first + 1),
      'content-range': `bytes ${first}-${last}/${size}`,
    },
    body: isHead ? NONE : stored.bytes.subarray(first, last + 1),
  }
}

/** A put on the condition that nothing is there. */
const isRefused = (bucket: Bucket, { key, headers }: Asked): boolean =>
  headers['if-none-match'] === '*' && bucket.objects.has(key)

/** Where the first key is that comes after this one. */
const firstAfter = (keys: readonly string[], key: string): number => {
  let low = 0
  for (let high = keys.length; low < high;) {
    const middle = (low + high) >> 1
    if ((keys[middle] ?? '') > key) high = middle
    else low = middle + 1
  }
  return low
}

const listed = (bucket: Bucket, { query }: Asked): Answer => {
  const max = Math.min(Number(query['max-keys'] ?? 1_000), 1_000)
  const prefix = query['prefix'] ?? ''
  const after = query['continuation-token'] ?? query['start-after'] ?? ''
  const keys: string[] = []
  for (let at = firstAfter(bucket.sorted, after); at < bucket.sorted.length && keys.length <= max; at += 1) {
    const key = bucket.sorted[at] ?? ''
    if (key.startsWith(prefix)) keys.push(key)
  }
  const page = keys.slice(0, max)
  const isCut = keys.length > max
  const contents = page.map((key) => {
    const stored = bucket.objects.get(key)
    return `<Contents><Key>${escape(key)}</Key><Size>${stored?.bytes.byteLength ?? 0}</Size></Contents>`
  })
  return xml(
    200,
    `<ListBucketResult><KeyCount>${page.length}</KeyCount><IsTruncated>${isCut}</IsTruncated>${
      isCut ? `<NextContinuationToken>${escape(page.at(-1) ?? '')}</NextContinuationToken>` : ''
    }${contents.join('')}</ListBucketResult>`,
  )
}

const etagAnswer = (etag: string): Answer => ({
  status: 200,
  headers: { etag: `"${etag}"`, 'content-length': '0' },
  body: NONE,
})

export const answerOf = (bucket: Bucket, mayList: boolean, operation: Operation, asked: Asked): Answer => {
  const { key, query, bytes, headers } = asked
  const isHead = operation === 'HeadObject'
  const type = headers['content-type'] ?? 'application/octet-stream'
  const id = query['uploadId'] ?? ''
  switch (operation) {
    case 'HeadObject':
    case 'GetObject': {
      const stored = bucket.objects.get(key)
      if (stored !== undefined) return read(stored, asked, isHead)
      return mayList ? errorAnswer(404, 'NoSuchKey', isHead) : errorAnswer(403, 'AccessDenied', isHead)
    }
    case 'PutObject':
      if (isRefused(bucket, asked)) return errorAnswer(412, 'PreconditionFailed', false)
      return etagAnswer(bucket.put(key, bytes, type).etag)
    case 'CopyObject': {
      const [, ...source] = decodeURIComponent(headers['x-amz-copy-source'] ?? '')
        .replace(/^\//, '')
        .split('/')
      const from = bucket.objects.get(source.join('/'))
      if (from === undefined) return errorAnswer(404, 'NoSuchKey', false)
      const { etag } = bucket.put(key, from.bytes, from.contentType)
      return xml(200, `<CopyObjectResult><ETag>"${etag}"</ETag></CopyObjectResult>`)
    }
    case 'DeleteObject':
      bucket.objects.delete(key)
      return { status: 204, headers: {}, body: NONE }
    case 'CreateMultipartUpload':
      return xml(
        200,
        `<InitiateMultipartUploadResult><Key>${escape(key)}</Key><UploadId>${bucket.create(key, type)}</UploadId></InitiateMultipartUploadResult>`,
      )
    case 'UploadPart': {
      const etag = bucket.part(id, Number(query['partNumber']), bytes)
      return etag === null ? errorAnswer(404, 'NoSuchUpload', false) : etagAnswer(etag)
    }
    case 'CompleteMultipartUpload': {
      if (isRefused(bucket, asked)) return errorAnswer(412, 'PreconditionFailed', false)
      const numbers = [...bytes.toString().matchAll(/<PartNumber>([0-9]+)<\/PartNumber>/g)].map(([, n]) =>
        Number(n),
      )
      const stored = bucket.complete(id, numbers)
      if (stored === null) return errorAnswer(404, 'NoSuchUpload', false)
      return xml(
        200,
        `<CompleteMultipartUploadResult><ETag>"${stored.etag}"</ETag></CompleteMultipartUploadResult>`,
      )
    }
    case 'AbortMultipartUpload':
      return bucket.abort(id)
        ? { status: 204, headers: {}, body: NONE }
        : errorAnswer(404, 'NoSuchUpload', false)
    case 'ListParts': {
      const parts = bucket.uploads.get(id)?.parts
      if (parts === undefined) return errorAnswer(404, 'NoSuchUpload', false)
      const inner = [...parts].map(
        ([number, part]) =>
          `<Part><PartNumber>${number}</PartNumber><ETag>"${part.etag}"</ETag><Size>${part.bytes.byteLength}</Size></Part>`,
      )
      return xml(200, `<ListPartsResult><IsTruncated>false</IsTruncated>${inner.join('')}</ListPartsResult>`)
    }
    case 'ListObjectsV2':
      return mayList ? listed(bucket, asked) : errorAnswer(403, 'AccessDenied', false)
    default:
      return errorAnswer(501, 'NotImplemented', false)
  }
}
