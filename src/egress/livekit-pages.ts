// Lists of egresses, whole or not at all. The SDK reads the first page and drops the token of the next, so that
// a cut list looks complete; these requests are made here, with the SDK's tokens and messages.

import { type EgressInfo, ListEgressRequest, ListEgressResponse } from '@livekit/protocol'
import { type EgressClient, type ListEgressOptions, ServerError } from 'livekit-server-sdk'
import type { EgressView } from '../domain/egress.ts'
import { LiveKitError } from './livekit.ts'
import { infoOfJson } from './livekit-views.ts'

const PAGES_MAX = 200
const PAGE_BYTES_MAX = 16 * 1024 * 1024

const badAnswer = (message: string): LiveKitError =>
  new LiveKitError({ code: 'bad_answer', mayHaveHappened: false, message })

const bytesOf = async (response: Response): Promise<string> => {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks).toString()
    size += value.byteLength
    if (size > PAGE_BYTES_MAX) {
      void reader.cancel().catch(() => undefined)
      throw badAnswer('a list larger than is read')
    }
    chunks.push(value)
  }
}

const refused = (response: Response, text: string): ServerError =>
  new ServerError(response.statusText, text, response.status)

const TOKENS: readonly string[] = ['nextPageToken', 'next_page_token']

/** An empty list has no items; an object of something else has none either, and is no list. */
const itemsOf = (json: unknown): readonly unknown[] => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw badAnswer('not a list')
  const items: unknown = Reflect.get(json, 'items')
  if (Array.isArray(items)) return items
  if (Object.keys(json).some((key) => !TOKENS.includes(key))) throw badAnswer('not a list')
  return []
}

/** Every egress of the list, each once, the later view of two. Rejects when any page cannot be had. */
export const listAll = async (
  url: string,
  client: EgressClient,
  options: ListEgressOptions,
  viewOf: (json: unknown, info: EgressInfo) => EgressView,
  signal: AbortSignal,
): Promise<readonly EgressView[]> => {
  const found = new Map<string, EgressView>()
  const tokens = new Set<string>()
  let request = new ListEgressRequest(options)
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const response = await fetch(new URL('/twirp/livekit.Egress/ListEgress', url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json;charset=UTF-8',
        ...(await client.authHeader({ roomRecord: true })),
      },
      body: request.toJsonString(),
      redirect: 'error',
      signal,
    })
    const text = await bytesOf(response)
    if (!response.ok) throw refused(response, text)
    const json: unknown = JSON.parse(text)
    const { nextPageToken } = ListEgressResponse.fromJsonString(text, { ignoreUnknownFields: true })
    for (const item of itemsOf(json)) {
      const view = viewOf(item, infoOfJson(item))
      const known = found.get(view.egressId)
      if (known === undefined || known.updatedAtNs <= view.updatedAtNs) found.set(view.egressId, view)
    }
    const next = nextPageToken?.token ?? ''
    if (next === '') return [...found.values()]
    if (tokens.has(next)) throw badAnswer('a list that leads back into itself')
    tokens.add(next)
    request = new ListEgressRequest({ ...options, pageToken: { token: next } })
  }
  throw badAnswer('a list of more pages than are read')
}
