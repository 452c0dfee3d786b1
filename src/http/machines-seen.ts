// The pictures of the machines over HTTP: as places and as an SVG. They are made of the code alone, so whoever may ask
// sees the same.

import * as Schema from 'effect/Schema'
import { json, type Api } from './api.ts'
import type { Known } from './machines-known.ts'
import { DIRECTIONS, EXTENTS, Picture } from './machines-picture-shapes.ts'
import { Pictures } from './machines-pictures.ts'
import { svgOf } from './machines-svg.ts'

const PictureQuery = Schema.Struct({
  direction: Schema.optionalKey(Schema.Literals(DIRECTIONS)).annotate({
    description: 'which way it is read; when absent, as suits the machine',
  }),
  extent: Schema.optionalKey(Schema.Literals(EXTENTS)).annotate({
    description: '`whole`: also the state that only says where it goes on after a start',
  }),
})

const seeing = { method: 'GET', tag: 'seeing', access: 'any', query: PictureQuery } as const

export const pictureRoutes = (api: Api, known: Known): void => {
  const pictures = new Pictures()
  let isWarm = false
  /** Who looks at one machine soon looks at another: the rest is laid out meanwhile, one at a time. */
  const warm = async (): Promise<void> => {
    if (isWarm) return
    isWarm = true
    for (const { graph } of known.definitions.values()) await pictures.get(graph, 'running', null)
  }
  const pictureOf = async (name: string, { direction, extent }: typeof PictureQuery.Type) => {
    const picture = await pictures.get(known.definition(name).graph, extent ?? 'running', direction ?? null)
    // Whoever asks for one that could not be laid out is told then.
    void warm().catch(() => undefined)
    return picture
  }

  api.route(
    {
      ...seeing,
      path: '/api/machines/:machine/picture',
      id: 'machines.picture',
      summary: 'A machine laid out: its states, its ways and their labels with their places',
      answers: { 200: { about: 'places and sizes in pixels', schema: Picture } },
      problems: ['not_found'],
    },
    async ({ c, query }) => json(200, await pictureOf(c.req.param('machine') ?? '', query)),
  )

  api.route(
    {
      ...seeing,
      path: '/api/machines/:machine/picture.svg',
      id: 'machines.svg',
      summary: 'A machine as a picture of its own',
      answers: { 200: { about: 'the picture', media: 'image/svg+xml' } },
      problems: ['not_found'],
    },
    async ({ c, query }) => {
      const picture = await pictureOf(c.req.param('machine') ?? '', query)
      return new Response(svgOf(picture), {
        headers: {
          'content-type': 'image/svg+xml',
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        },
      })
    },
  )
}
