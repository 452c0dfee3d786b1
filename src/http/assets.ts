// The index of assets over HTTP: pages from the table alone, names and visibility, removal, and how an upload goes.
// What each means is in `assets/assets.ts`.

import * as Schema from 'effect/Schema'
import { ASSET_SORTS, type AssetPosition, type AssetSort } from '../db/asset-pages.ts'
import {
  ASSET_STATUSES,
  AssetType,
  maySeeAsset,
  NAME_MAX_LENGTH,
  OPERATOR,
  Visibility,
} from '../domain/asset.ts'
import { json, type Api } from './api.ts'
import {
  assetCaller,
  assetJson,
  AssetPage,
  AssetShape,
  ownerOf,
  uploadJson,
  UploadShape,
} from './assets-shapes.ts'
import { cursorOf, given, limitOf, PAGE, positionOf, words } from './pages.ts'
import { Problem } from './problems.ts'

const SORTS = ASSET_SORTS.flatMap((sort) => [sort, `-${sort}`] as const)
const CURSOR_MAX = 1_600

const ResourcesQuery = Schema.Struct({
  ...PAGE,
  type: Schema.optionalKey(AssetType),
  visibility: Schema.optionalKey(Visibility),
  status: Schema.optionalKey(Schema.String).annotate({
    description: `some of ${ASSET_STATUSES.join(', ')}, commas between`,
  }),
  q: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(NAME_MAX_LENGTH))).annotate({
    description: 'part of the name or the key, in any case; one or two characters: how a word in them begins',
  }),
  sort: Schema.optionalKey(Schema.Literals(SORTS)).annotate({
    description: '`-` in front: from the end; `-created_at` when absent',
  }),
})

const AssetPatch = Schema.Struct({
  display_name: Schema.optionalKey(Schema.String),
  visibility: Schema.optionalKey(Visibility),
})

/** Where a page in this order ended; a cursor of another order is none of ours. */
const afterOf = (cursor: string | undefined, order: string, sort: AssetSort): AssetPosition | null => {
  const text = positionOf(cursor, /^-?[a-z_]+\n[^\n]*\n\d{1,15}$/, CURSOR_MAX)
  if (text === null) return null
  const [known = '', value = '', no = ''] = text.split('\n')
  if (known !== order) throw new Problem('cursor_invalid')
  return { value: sort === 'display_name' ? value : Number(value), no: Number(no) }
}

const assets = { tag: 'assets', access: 'any' } as const
const one = { ...assets, path: '/api/s3/resources/:asset', problems: ['asset_unknown'] } as const
const answers = { 200: { about: 'the asset as it is now', schema: AssetShape } } as const

export const assetRoutes = (api: Api): void => {
  const service = api.parts.assets

  api.route(
    {
      ...assets,
      method: 'GET',
      path: '/api/s3/resources',
      id: 'assets.list',
      summary: 'Assets, from the table alone',
      about:
        'An owner sees its own and what is public; what is being uploaded or has failed is in it too. A page may have fewer items than asked, or none: only `next` says that nothing more comes.',
      query: ResourcesQuery,
      answers: { 200: { about: 'a page', schema: AssetPage } },
      problems: ['cursor_invalid'],
    },
    async ({ identity, query, run }) => {
      const order = query.sort ?? '-created_at'
      const sort = order.replace('-', '') as AssetSort
      const { items, next } = await run(
        service.list({
          owner: ownerOf(identity),
          sort,
          descending: order.startsWith('-'),
          limit: limitOf(query),
          statuses: words(ASSET_STATUSES, query.status, 'status'),
          ...given({
            type: query.type,
            visibility: query.visibility,
            q: query.q,
            after: afterOf(query.cursor, order, sort),
          }),
        }),
      )
      return json(200, {
        items: items.map(assetJson),
        next: next === null ? null : cursorOf(`${order}\n${next.value}\n${next.no}`),
      })
    },
  )

  api.route(
    { ...one, method: 'GET', id: 'asset.get', summary: 'One asset as it is now', answers },
    async ({ c, identity, run }) => {
      const asset = await run(service.find(c.req.param('asset') ?? ''))
      if (asset === null || !maySeeAsset(ownerOf(identity), asset)) throw new Problem('asset_unknown')
      return json(200, assetJson(asset))
    },
  )

  api.route(
    {
      ...one,
      method: 'PATCH',
      id: 'asset.change',
      summary: 'Its name, and who may read it',
      body: AssetPatch,
      answers,
    },
    async ({ c, identity, caller, body, run }) => {
      const change = given({ displayName: body.display_name, visibility: body.visibility })
      const id = c.req.param('asset') ?? ''
      return json(200, assetJson(await run(service.change(id, change, assetCaller(identity, caller)))))
    },
  )

  api.route(
    {
      ...one,
      method: 'DELETE',
      id: 'asset.remove',
      summary: 'Removes the asset and its object',
      answers: { 204: { about: 'it is gone' } },
      problems: ['asset_unknown', 'upload_in_progress'],
    },
    async ({ c, identity, caller, run }) => {
      await run(service.remove(c.req.param('asset') ?? '', assetCaller(identity, caller)))
      return new Response(null, { status: 204 })
    },
  )

  api.route(
    {
      ...assets,
      method: 'GET',
      path: '/api/s3/uploads/:upload',
      id: 'upload.get',
      summary: 'How an upload goes, or how it ended',
      answers: { 200: { about: 'the upload', schema: UploadShape } },
      problems: ['asset_unknown'],
    },
    async ({ c, identity, run }) => {
      const upload = await run(service.progress(c.req.param('upload') ?? ''))
      const owner = ownerOf(identity)
      if (upload === null || (owner !== OPERATOR && owner !== upload.owner))
        throw new Problem('asset_unknown')
      return json(200, uploadJson(upload))
    },
  )
}
