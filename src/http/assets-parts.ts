// Uploads in parts over HTTP: begun here, put into the store by the client itself, and finished here. What they mean
// is in `assets/resumable.ts`.

import * as Schema from 'effect/Schema'
import { AssetType, Visibility } from '../domain/asset.ts'
import { json, type Api } from './api.ts'
import { assetCaller, assetJson, AssetShape } from './assets-shapes.ts'
import { NOTHING } from './contract.ts'
import { inflow } from './inflow.ts'
import { Problem } from './problems.ts'

const PARTS_MAX = 10_000
const ADDRESSES_MAX = 100
/** Parts that are taken in at the same time, as each is held in memory. */
const HELD_MAX = 4
const HELD_RETRY_MS = 1_000

const PartNumber = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: PARTS_MAX }))

const Begin = Schema.Struct({
  key: Schema.String,
  size_bytes: Schema.Int.check(Schema.isGreaterThan(0)),
  type: Schema.optionalKey(AssetType),
  display_name: Schema.optionalKey(Schema.String),
  visibility: Schema.optionalKey(Visibility),
  replace: Schema.optionalKey(Schema.Boolean).annotate({
    description:
      'what is under this key stays until the new content is known to be right; its type, name and visibility stay',
  }),
  sha256: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^[0-9a-fA-F]{64}$/, { description: '64 hexadecimal digits' })),
  ),
})

const Begun = Schema.Struct({
  id: Schema.String,
  asset_id: Schema.String,
  part_bytes: Schema.Int.annotate({ description: 'of each part but the last, which has the rest' }),
  parts: Schema.Int,
})

const Numbers = Schema.Struct({
  numbers: Schema.Array(PartNumber).check(Schema.isMinLength(1), Schema.isMaxLength(ADDRESSES_MAX)),
})

const Addresses = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({ number: Schema.Int, url: Schema.String, expires_at: Schema.Int }).annotate({
      description: 'PUT the part there, without a token; keep the ETag of the answer',
    }),
  ),
})

const Complete = Schema.Struct({
  parts: Schema.Array(
    Schema.Struct({
      number: PartNumber,
      etag: Schema.String.check(Schema.isPattern(/^"?[\w+/=-]{1,128}"?$/, { description: 'an ETag' })),
    }),
  ).check(Schema.isMinLength(1), Schema.isMaxLength(PARTS_MAX)),
})

const Etag = Schema.Struct({ number: Schema.Int, etag: Schema.String })

const parts = { tag: 'assets', access: 'any', idempotent: true } as const
const one = '/api/s3/uploads/:upload'
const refusals = ['asset_unknown', 'conflict', 'upload_failed', 'store_unavailable'] as const

export const assetPartRoutes = (api: Api): void => {
  const { assets, limits } = api.parts
  let holding = 0

  api.route(
    {
      ...parts,
      method: 'POST',
      path: '/api/s3/uploads',
      id: 'upload.begin',
      summary: 'Begins an upload in parts, which go to the bucket directly',
      about: 'Needs a bucket; into a folder a file goes as one.',
      body: Begin,
      answers: {
        201: { about: 'the upload', schema: Begun, headers: { location: 'where it is followed' } },
      },
      problems: [
        ...refusals,
        'bad_key',
        'key_conflict',
        'upload_in_progress',
        'type_unsupported',
        'asset_too_large',
        'quota_exceeded',
      ],
    },
    async ({ identity, caller, body, run }) => {
      const begun = await run(
        assets.beginParts({
          key: body.key,
          type: body.type ?? null,
          displayName: body.display_name ?? null,
          visibility: body.visibility ?? null,
          sizeBytes: body.size_bytes,
          sha256: body.sha256?.toLowerCase() ?? null,
          replace: body.replace ?? false,
          caller: assetCaller(identity, caller),
        }),
      )
      return json(
        201,
        { id: begun.id, asset_id: begun.assetId, part_bytes: begun.partBytes, parts: begun.parts },
        { location: `/api/s3/uploads/${begun.id}` },
      )
    },
  )

  api.route(
    {
      ...parts,
      // An answer that is kept would be an address that is kept.
      idempotent: false,
      harmless: true,
      method: 'POST',
      path: `${one}/parts`,
      id: 'upload.parts',
      summary: 'Addresses to which parts can be put, for a quarter of an hour',
      body: Numbers,
      answers: { 200: { about: 'one address a part', schema: Addresses } },
      problems: refusals,
    },
    async ({ c, identity, caller, body, run }) => {
      const id = c.req.param('upload') ?? ''
      const made = await run(assets.partAddresses(id, body.numbers, assetCaller(identity, caller)))
      return json(200, {
        items: made.map(({ number, url, expiresAt }) => ({ number, url, expires_at: expiresAt })),
      })
    },
  )

  api.route(
    {
      ...parts,
      idempotent: false,
      method: 'PUT',
      path: `${one}/parts/:number`,
      id: 'upload.part',
      summary: 'Takes a part in and puts it into the bucket',
      about: `For who cannot reach the bucket, as a page that asks its own origin alone. Up to 16 MiB; all but the last have at least 5 MiB.`,
      file: ['application/octet-stream'],
      answers: { 200: { about: 'what the bucket calls the part', schema: Etag } },
      problems: [...refusals, 'path_invalid', 'upload_interrupted', 'asset_too_large', 'busy'],
    },
    async ({ c, identity, caller, run }) => {
      const number = Number(c.req.param('number'))
      if (!Number.isInteger(number) || number < 1 || number > PARTS_MAX) throw new Problem('path_invalid')
      if (holding >= HELD_MAX) throw new Problem('busy', { retryAfterMs: HELD_RETRY_MS })
      holding += 1
      try {
        const id = c.req.param('upload') ?? ''
        const body = inflow(c, limits.uploadStallMs)
        return json(200, await run(assets.putPart(id, number, body, assetCaller(identity, caller))))
      } finally {
        holding -= 1
      }
    },
  )

  api.route(
    {
      ...parts,
      method: 'POST',
      path: `${one}/complete`,
      id: 'upload.complete',
      summary: 'Joins the parts; the asset is ready once its bytes were read back',
      body: Complete,
      answers: { 200: { about: 'the asset', schema: AssetShape } },
      problems: [...refusals, 'size_mismatch', 'checksum_mismatch', 'content_mismatch', 'upload_in_progress'],
    },
    async ({ c, identity, caller, body, run }) => {
      const sent = body.parts.map(({ number, etag }) => ({ number, etag: etag.replaceAll('"', '') }))
      const id = c.req.param('upload') ?? ''
      return json(200, assetJson(await run(assets.completeParts(id, sent, assetCaller(identity, caller)))))
    },
  )

  api.route(
    {
      ...parts,
      idempotent: false,
      method: 'DELETE',
      path: one,
      id: 'upload.abort',
      summary: 'Gives an upload in parts up',
      query: NOTHING,
      answers: { 204: { about: 'it is over' } },
      problems: ['asset_unknown'],
    },
    async ({ c, identity, caller, run }) => {
      await run(assets.abortParts(c.req.param('upload') ?? '', assetCaller(identity, caller)))
      return new Response(null, { status: 204 })
    },
  )
}
