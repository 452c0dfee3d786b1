// The bytes of assets over HTTP: whose they are is decided by the row, which part by the request, and nothing is
// opened before both are known. What a user uploaded never runs as ours.

import { setTimeout as sleep } from 'node:timers/promises'
import * as Schema from 'effect/Schema'
import { maySeeAsset, type Asset } from '../domain/asset.ts'
import { CommandRefused } from '../domain/errors.ts'
import type { Api, Asked } from './api.ts'
import { ownerOf } from './assets-shapes.ts'
import { decide, type Decision } from './conditions.ts'
import { streamOf } from './outflow.ts'
import { Problem } from './problems.ts'

const RETRY_MS = 1_000
const STALL_MS = 120_000
/** A new version is in the store a moment before its row says so; a read that meets it looks again. */
const LOOKS = 6
const LOOK_AGAIN_MS = 40

const ReadQuery = Schema.Struct({ key: Schema.String })
type AskedRead = Asked<'optional', typeof ReadQuery.Type, null>

/** A query that was encoded by hand may have a plus that means a plus. */
const literalKey = (url: string): string | null => {
  const [, raw] = /[?&]key=([^&#]*)/.exec(url) ?? []
  if (raw?.includes('+') !== true) return null
  try {
    return decodeURIComponent(raw)
  } catch {
    return null
  }
}

const hasContent = ({ status, version }: Asset): boolean =>
  version > 0 && (status === 'ready' || status === 'suspect')

const validatorsOf = (asset: Asset) => ({
  etag: `"${asset.sha256 ?? asset.etag ?? ''}"`,
  modifiedAt: asset.storedAt ?? asset.updatedAt,
  sizeBytes: asset.sizeBytes ?? 0,
})

const headersOf = (asset: Asset): Record<string, string> => {
  const { etag, modifiedAt } = validatorsOf(asset)
  const isPublic = asset.visibility === 'public'
  return {
    etag,
    'last-modified': new Date(modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'cache-control': isPublic
      ? 'public, max-age=60, must-revalidate, no-transform'
      : 'private, no-cache, no-transform',
    vary: 'authorization, origin',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': isPublic ? 'cross-origin' : 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  }
}

/** What a decision is answered with, besides the bytes. */
const answerHeaders = (asset: Asset, decision: Decision): Record<string, string> => {
  const size = asset.sizeBytes ?? 0
  const headers = headersOf(asset)
  if (decision.status === 304) return headers
  headers['content-type'] = asset.mimeType
  if (decision.status !== 206) return { ...headers, 'content-length': String(size) }
  const { first, last } = decision.range
  return {
    ...headers,
    'content-range': `bytes ${first}-${last}/${size}`,
    'content-length': String(last - first + 1),
  }
}

const decisionOf = (asset: Asset, { c, head }: AskedRead): Decision =>
  decide(
    {
      ifNoneMatch: c.req.header('if-none-match'),
      ifModifiedSince: c.req.header('if-modified-since'),
      ifRange: c.req.header('if-range'),
      // A part of nothing is not asked for.
      range: head ? undefined : c.req.header('range'),
    },
    validatorsOf(asset),
  )

export const assetReadRoutes = (api: Api): void => {
  const { assets, limits } = api.parts
  let reading = 0

  const find = async ({ c, identity, query, run }: AskedRead): Promise<Asset> => {
    const asset = await run(assets.findByKey(query.key))
    const other = asset === null ? literalKey(c.req.url) : null
    const found = asset ?? (other === null ? null : await run(assets.findByKey(other)))
    if (found === null || !maySeeAsset(ownerOf(identity), found)) throw new Problem('asset_unknown')
    if (!hasContent(found)) throw new Problem('asset_missing')
    return found
  }

  const streamed = async (asked: AskedRead, asset: Asset, decision: Decision): Promise<Response> => {
    if (reading >= limits.readsAtOnce) throw new Problem('busy', { retryAfterMs: RETRY_MS })
    reading += 1
    const done = (): void => {
      reading -= 1
    }
    const range = decision.status === 206 ? decision.range : null
    let bytes: AsyncIterable<Uint8Array>
    try {
      bytes = await asked.run(assets.read(asset, range))
    } catch (error) {
      done()
      throw error
    }
    const breakOff = (error: unknown): void => {
      if (!(error instanceof Problem)) api.parts.complainOf('asset.read')(error)
      asked.c.env?.outgoing?.destroy()
    }
    return new Response(streamOf(bytes, { done, breakOff, stallMs: STALL_MS }), {
      status: decision.status,
      headers: answerHeaders(asset, decision),
    })
  }

  const answer = async (asked: AskedRead): Promise<Response> => {
    const asset = await find(asked)
    const decision = decisionOf(asset, asked)
    if (decision.status === 416) {
      throw new Problem('range_unsatisfiable', {
        headers: { 'content-range': `bytes */${asset.sizeBytes ?? 0}` },
      })
    }
    if (asked.head || decision.status === 304) {
      return new Response(null, { status: decision.status, headers: answerHeaders(asset, decision) })
    }
    return streamed(asked, asset, decision)
  }

  api.route(
    {
      method: 'GET',
      path: '/api/s3/read-object',
      id: 'asset.read',
      summary: 'The bytes of an asset, or a part of them',
      about: 'What is public is read by anybody. What is not there and what is not yours answer the same.',
      tag: 'assets',
      access: 'optional',
      query: ReadQuery,
      answers: {
        200: {
          about: 'the file',
          media: 'application/octet-stream',
          headers: { etag: 'of this content', 'accept-ranges': '`bytes`' },
        },
        206: { about: 'one part of it', media: 'application/octet-stream' },
        304: { about: 'the content that the caller has' },
      },
      problems: ['asset_unknown', 'asset_missing', 'range_unsatisfiable', 'store_unavailable', 'busy'],
    },
    async (asked) => {
      for (let look = 1; ; look += 1) {
        try {
          return await answer(asked)
        } catch (error) {
          if (!(error instanceof CommandRefused) || error.code !== 'conflict') throw error
          if (look === LOOKS) throw new Problem('asset_missing')
          await sleep(LOOK_AGAIN_MS)
        }
      }
    },
  )
}
