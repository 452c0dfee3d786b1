import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Validator } from '@seriousme/openapi-schema-validator'
import * as Result from 'effect/Result'
import * as Schema from 'effect/Schema'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isMutating, type Operation } from '../../src/http/contract.ts'
import manifest from '../../package.json' with { type: 'json' }
import { clientTypes, type Described } from '../../src/http/client-types.ts'
import { openapi, templateOf } from '../../src/http/openapi.ts'
import { PROBLEMS } from '../../src/http/problems.ts'
import { json as reply, Twirp } from '../egress/twirp.ts'
import { startHarness, type Harness } from './harness.ts'
import { stage } from './machines-stage.ts'
import { failureTable, problemTable, routeTable, withTables } from './reference.ts'
import { eventId, pushFrame, seedSession } from './seed.ts'

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
}
interface DocumentedOperation {
  readonly operationId: string
  readonly security: readonly unknown[]
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly description?: string
  }[]
  readonly requestBody?: unknown
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}

let h: Harness
let document: Document
const livekit = new Twirp()
livekit.on(
  'ListIngress',
  reply({
    items: [{ ingressId: 'IN_1', roomName: 'shape.room', inputType: 'WHIP_INPUT', streamKey: 'never' }],
  }),
)
livekit.on('ListParticipants', reply({ participants: [{ identity: 'anna', tracks: [{ type: 'AUDIO' }] }] }))
beforeAll(async () => {
  await livekit.listen()
  h = await startHarness({ livekit: livekit.config })
  document = (await h.ask('GET', '/openapi.json', { token: null })).json as unknown as Document
})
afterAll(() => Promise.all([h.stop(), livekit.close()]))

/** Without the pages of the console, which are no part of the API. */
const operations = (): readonly Operation[] => h.http.operations.filter(({ page }) => page !== true)
const routes = (): readonly string[] =>
  h.http.app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)

describe('the contract', () => {
  it('every route is registered exactly once, and every one is described', () => {
    const all = routes()
    expect(new Set(all).size).toBe(all.length)
    expect([...all].sort()).toEqual(h.http.operations.map(({ method, path }) => `${method} ${path}`).sort())
    expect(new Set(h.http.operations.map(({ id }) => id)).size).toBe(all.length)
  })

  it('every route is in the OpenAPI document and nothing else is', () => {
    const documented = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.sort()).toEqual(
      operations()
        .map(({ method, path }) => templateOf(`${method} ${path}`))
        .sort(),
    )
  })

  it('the document is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate({ ...structuredClone(document) })
    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
    expect(document.openapi).toMatch(/^3\.1\./)
  })

  it('every operation says who may ask, what its path holds and what can go wrong', () => {
    for (const operation of operations()) {
      const documented = document.paths[templateOf(operation.path)]?.[operation.method.toLowerCase()]
      expect(documented?.operationId).toBe(operation.id)
      expect(documented?.security.length === 0, operation.id).toBe(operation.access === 'public')
      expect(operation.summary.length, operation.id).toBeGreaterThan(5)
      for (const parameter of documented?.parameters ?? []) {
        if (parameter.in === 'path') expect(parameter.description, operation.id).not.toBe('')
      }
      const statuses = Object.keys(documented?.responses ?? {})
      expect(statuses).toEqual(expect.arrayContaining([...Object.keys(operation.answers), '500', '503']))
      if (operation.access !== 'public') expect(statuses, operation.id).toContain('401')
      if (isMutating(operation) && operation.access !== 'public') {
        expect(statuses, operation.id).toContain('429')
      }
      expect('requestBody' in (documented ?? {}), operation.id).toBe(
        operation.body !== undefined || operation.raw !== undefined || operation.file !== undefined,
      )
    }
  })

  it('every POST that starts something takes an Idempotency-Key', () => {
    const posts = h.http.operations.filter(
      // What is reported to us is known by an id of its own, and a file by its key and its content.
      // A sign-in belongs to one browser: its answer is kept for nobody.
      ({ raw, file, ...operation }) =>
        operation.method === 'POST' &&
        operation.access !== 'public' &&
        isMutating(operation) &&
        raw === undefined &&
        file === undefined,
    )
    expect(posts.length).toBeGreaterThan(8)
    expect(posts.filter(({ idempotent }) => idempotent !== true).map(({ id }) => id)).toEqual([])
  })

  it('no answer names a code or a status that its operation does not document', async () => {
    const unknown = await h.ask('GET', '/api/rooms/nobody')
    const documented = document.paths['/api/rooms/{room}']?.['get']?.responses['404']?.description
    expect(documented).toContain(String(unknown.json['code']))
    for (const { status } of Object.values(PROBLEMS)) expect(status).toBeGreaterThanOrEqual(400)
  })

  it('what a route answers has the shape that it documents', async () => {
    const { id } = await h.addRoom('shape.room')
    const frame = pushFrame([{ method: 'WebcastChatMessage', payload: new Uint8Array([1]) }])
    await seedSession(h, { no: 1, roomId: id, events: 5, frame })
    const uploaded = await h.ask('PUT', '/api/s3/upload?key=shape.vrm', { body: 'glTF\u0002\0\0\0' })
    const swept = await h.ask('POST', '/api/maintenance/sweep', { body: { dryRun: true } })
    const hook = { url: 'https://hooks.example.org/in', facts: ['asset.missing'] }
    const hooked = await h.ask('POST', '/api/webhooks', { body: hook })
    const headers = { 'content-type': 'text/csv' }
    const listed = await h.ask('POST', '/api/s3/import', { body: 'shape.vrm\n', headers })
    const fill = (path: string): string =>
      path
        .replace('/api/maintenance/sweeps/:sweep', String(swept.headers.get('location')))
        .replace('/api/s3/imports/:import', String(listed.headers.get('location')))
        .replace('/api/webhooks/:webhook', String(hooked.headers.get('location')))
        .replace(':room', id)
        .replace(':session', 's1')
        .replace(':event', String(eventId(1, 1)))
        .replace(':platform', 'youtube')
        .replace(':asset', String(uploaded.json['id']))
        .replace('/api/s3/uploads/:upload', String(uploaded.headers.get('location')))
        .replace(':actor', `room:${id}`)
        .replace(':machine', 'room')
    await h.ask('PUT', fill('/api/rooms/:room/destinations/:platform'), { body: { key: 'abcd-efgh-ijkl' } })
    h.outbound.set(id, 'youtube', { state: 'backoff', status: 'error', errorCode: 'destination_lost' })
    for (const { actor } of stage(h, [id]).values()) actor.send({ type: 'room.start' })
    const shaped = h.http.operations.filter(
      (operation): operation is Operation =>
        operation.method === 'GET' && operation.answers[200]?.schema !== undefined,
    )
    expect(shaped.length).toBeGreaterThan(14)
    for (const { path, answers } of shaped) {
      const answer = await h.ask('GET', fill(path))
      expect(answer.status, `${path} ${answer.text.slice(0, 200)}`).toBe(200)
      const schema = answers[200]?.schema as Schema.ConstraintDecoder<unknown>
      const decoded = Schema.decodeUnknownResult(schema, { onExcessProperty: 'error', errors: 'all' })(
        answer.json,
      )
      expect(Result.isFailure(decoded) ? String(decoded.failure) : '', path).toBe('')
    }
  })
})

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

describe('what is written from the code (npm run generate writes it)', () => {
  it('docs/api.md lists the routes as they are', async () => {
    const path = file('docs/api.md')
    const tables = { routes: routeTable(operations()) }
    await expect(withTables(readFileSync(path, 'utf8'), tables)).toMatchFileSnapshot(path)
  })

  it('docs/problems.md lists the problems and the failures as they are', async () => {
    const path = file('docs/problems.md')
    const tables = { problems: problemTable(operations()), failures: failureTable() }
    await expect(withTables(readFileSync(path, 'utf8'), tables)).toMatchFileSnapshot(path)
  })

  it('docs/openapi.json is the document that the server answers', async () => {
    const written = openapi(operations(), manifest.version)
    expect({ ...written, info: { ...(written['info'] as object), version: '0.0.0-test' } }).toEqual(document)
    await expect(`${JSON.stringify(written, null, 1)}\n`).toMatchFileSnapshot(file('docs/openapi.json'))
  })

  it('client/operations.d.mts has the types of every operation', async () => {
    const types = clientTypes(document as unknown as Described)
    await expect(types).toMatchFileSnapshot(file('client/operations.d.mts'))
  })
})
