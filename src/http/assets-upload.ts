// Uploads over HTTP: a file as the body, or as the last part of a form. What becomes of it is in `assets/upload.ts`.

import * as Schema from 'effect/Schema'
import { BodyBroken, type UploadRequest } from '../assets/assets.ts'
import { AssetType, nameOfKey, OPERATOR, Visibility, type AssetCaller } from '../domain/asset.ts'
import { typesOf } from '../domain/asset-types.ts'
import { json, type Api, type Asked } from './api.ts'
import { assetCaller, assetJson, AssetShape } from './assets-shapes.ts'
import { decoder } from './contract.ts'
import { inflow } from './inflow.ts'
import { readForm } from './multipart.ts'
import { integer } from './pages.ts'
import { Problem } from './problems.ts'

const RETRY_MS = 2_000

const text = (description: string) => Schema.optionalKey(Schema.String).annotate({ description })
const FIELDS = {
  type: Schema.optionalKey(AssetType).annotate({ description: 'needed when two types take the extension' }),
  display_name: text("the key's last segment when absent"),
  visibility: Schema.optionalKey(Visibility).annotate({ description: 'private when absent' }),
  sha256: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^[0-9a-fA-F]{64}$/, { description: '64 hexadecimal digits' })),
  ).annotate({ description: 'of the file; one with another is refused' }),
  size_bytes: integer(0, Number.MAX_SAFE_INTEGER, 'of the file; one with another is refused'),
  replace: Schema.optionalKey(Schema.Literals(['true', 'false'])).annotate({
    description: 'other content under this key is a new version instead of a conflict',
  }),
} as const
const UploadQuery = Schema.Struct({ key: Schema.String, ...FIELDS })
const FormQuery = Schema.Struct({ key: text('as in the form'), ...FIELDS })
const FormFields = Schema.Struct({ key: text('made from type and file name when absent'), ...FIELDS })
type Fields = typeof FormFields.Type

const requestOf = (key: string, fields: Fields, caller: AssetCaller): UploadRequest => ({
  key,
  type: fields.type ?? null,
  displayName: fields.display_name ?? null,
  visibility: fields.visibility ?? null,
  sizeBytes: fields.size_bytes === undefined ? null : Number(fields.size_bytes),
  sha256: fields.sha256?.toLowerCase() ?? null,
  replace: fields.replace === 'true',
  caller,
})

/** Where a file goes whose form does not say: by its type, an owner's on the room's own ground. */
const keyFor = (fields: Fields, fileName: string, { owner }: AssetCaller): string => {
  const name = nameOfKey(fileName.replaceAll('\\', '/')).normalize('NFC')
  const [type] = fields.type === undefined ? typesOf(name) : [fields.type]
  const ground = owner === null || owner === OPERATOR ? '' : `rooms/${owner}/`
  return `${ground}${type ?? 'scene'}/${name}`
}

/** As it was declared by the header; null when it was not. */
const lengthOf = (c: Asked<'any', unknown, null>['c']): number | null => {
  const length = c.req.header('content-length')
  return length === undefined ? null : Number(length)
}

const upload = {
  tag: 'assets',
  access: 'any',
  path: '/api/s3/upload',
  answers: {
    200: {
      about: 'the asset; the same answer when its content was there before',
      schema: AssetShape,
      headers: { location: 'the upload that it took' },
    },
  },
  problems: [
    'invalid',
    'bad_key',
    'asset_unknown',
    'key_conflict',
    'upload_in_progress',
    'type_unsupported',
    'media_type_unsupported',
    'content_mismatch',
    'size_mismatch',
    'checksum_mismatch',
    'asset_too_large',
    'quota_exceeded',
    'upload_interrupted',
    'upload_failed',
    'store_unavailable',
    'busy',
  ],
} as const

export const assetUploadRoutes = (api: Api): void => {
  const { assets, limits } = api.parts
  const formFields = decoder(FormFields, 'invalid')
  let uploading = 0

  /** Holds one of the places for as long as it takes. */
  const placed = async (act: () => Promise<Response>): Promise<Response> => {
    if (uploading >= limits.uploadsAtOnce) throw new Problem('busy', { retryAfterMs: RETRY_MS })
    uploading += 1
    try {
      return await act()
    } finally {
      uploading -= 1
    }
  }

  const carryOut = async (
    { run }: Pick<Asked<'any', unknown, null>, 'run'>,
    request: UploadRequest,
    body: AsyncIterable<Uint8Array>,
  ): Promise<Response> => {
    const { asset, uploadId } = await run(assets.upload(request, body))
    return json(200, assetJson(asset), uploadId === null ? {} : { location: `/api/s3/uploads/${uploadId}` })
  }

  api.route(
    {
      ...upload,
      method: 'PUT',
      id: 'asset.put',
      summary: 'Uploads a file as it is',
      query: UploadQuery,
      file: ['application/octet-stream'],
    },
    async (asked) => {
      const { c, identity, caller, query } = asked
      if (/^multipart\//i.test(c.req.header('content-type') ?? ''))
        throw new Problem('media_type_unsupported')
      const request = requestOf(query.key, query, assetCaller(identity, caller))
      return placed(() =>
        carryOut(
          asked,
          { ...request, sizeBytes: request.sizeBytes ?? lengthOf(c) },
          inflow(c, limits.uploadStallMs),
        ),
      )
    },
  )

  api.route(
    {
      ...upload,
      method: 'POST',
      id: 'asset.upload',
      summary: 'Uploads the file of a form',
      about: 'Fields come before the file, in the form or in the query.',
      query: FormQuery,
      file: ['multipart/form-data'],
    },
    async (asked) => {
      const { c, identity, caller, query } = asked
      const contentType = c.req.header('content-type') ?? ''
      if (!/^multipart\/form-data\b/i.test(contentType)) throw new Problem('media_type_unsupported')
      return placed(async () => {
        const form = await readForm(contentType, inflow(c, limits.uploadStallMs)).catch((error: unknown) => {
          throw error instanceof BodyBroken ? new Problem('upload_interrupted') : error
        })
        try {
          const fields = { ...query, ...formFields(form.fields) }
          const who = assetCaller(identity, caller)
          const key = fields.key ?? keyFor(fields, form.fileName, who)
          return await carryOut(asked, requestOf(key, fields, who), form.file).catch((error: unknown) => {
            throw form.problem() ?? error
          })
        } finally {
          form.close()
        }
      })
    },
  )
}
