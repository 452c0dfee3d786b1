// The OpenAPI 3.1 document, written from the operations and the one schema language. It decides nothing.

import * as JsonSchema from 'effect/JsonSchema'
import * as Schema from 'effect/Schema'
import { EGRESS_FAILURE_CODES, EGRESS_FAILURES } from '../domain/egress-failures.ts'
import { isMutating, PATH_PARAMS, TAGS, type Operation } from './contract.ts'
import { PROBLEM_CODES, PROBLEMS, type ProblemCode } from './problems.ts'

type Json = Readonly<Record<string, unknown>>

/** Where schemas that have a name of their own are collected while the document is written. */
type Components = Record<string, Json>

const schemaOf = (schema: Schema.Constraint, strict: boolean, into: Components): Json => {
  const { schema: own, definitions } = Schema.toJsonSchemaDocument(schema, {
    onExcessProperty: strict ? 'error' : 'ignore',
  })
  const document = JsonSchema.toMultiDocumentOpenApi3_1({
    dialect: 'draft-2020-12',
    schemas: [own],
    definitions,
  })
  Object.assign(into, document.definitions)
  return { ...document.schemas[0] }
}

const problemsOf = (operation: Operation): readonly ProblemCode[] => {
  const { access, query, body, idempotent, problems = [] } = operation
  const codes: ProblemCode[] = ['internal', 'storage_unavailable', 'path_invalid', ...problems]
  if (access !== 'public') codes.push('unauthorized')
  if (access !== 'public' && operation.method !== 'GET') codes.push('origin_refused')
  if (access === 'operator') codes.push('not_found')
  if (access === 'room') codes.push('room_unknown')
  if (access === 'session') codes.push('session_unknown')
  if (query !== undefined) codes.push('query_invalid')
  if (body !== undefined) codes.push('json_invalid', 'invalid', 'body_too_large', 'media_type_unsupported')
  if (operation.raw !== undefined) codes.push('body_too_large', 'request_timeout', 'busy')
  if (isMutating(operation) && access !== 'public') codes.push('rate_limited')
  if (idempotent === true) {
    codes.push(
      'idempotency_key_invalid',
      'idempotency_key_reused',
      'idempotency_in_progress',
      'idempotency_sealed',
    )
  }
  return [...new Set(codes)]
}

const problemAnswers = (operation: Operation): Json => {
  const byStatus = Map.groupBy(problemsOf(operation), (code) => PROBLEMS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('\n\n'),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

const header = (description: string): Json => ({ description, schema: { type: 'string' } })

const answersOf = (operation: Operation, into: Components): Json =>
  Object.fromEntries(
    Object.entries(operation.answers).map(([status, { about, schema, media, headers }]) => [
      status,
      {
        description: about,
        ...(headers === undefined
          ? {}
          : {
              headers: Object.fromEntries(
                Object.entries(headers).map(([name, text]) => [name, header(text)]),
              ),
            }),
        ...(schema === undefined
          ? media === undefined
            ? {}
            : { content: { [media]: { schema: { type: 'string' } } } }
          : { content: { [media ?? 'application/json']: { schema: schemaOf(schema, false, into) } } }),
      },
    ]),
  )

const queryParameters = (operation: Operation, into: Components): readonly Json[] => {
  if (operation.query === undefined) return []
  const { properties, required } = schemaOf(operation.query, true, into) as {
    readonly properties?: Readonly<Record<string, Json>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required?.includes(name) ?? false,
    schema,
  }))
}

/** `/api/rooms/:room` as the document writes it. */
export const templateOf = (path: string): string => path.replaceAll(/:([a-z]+)/g, '{$1}')

const parametersOf = (operation: Operation, into: Components): readonly Json[] => [
  ...[...operation.path.matchAll(/:([a-z]+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PATH_PARAMS[name] ?? '',
    schema: { type: 'string' },
  })),
  ...queryParameters(operation, into),
  ...(operation.idempotent === true
    ? [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: 'one effect a key; the same request gets the same answer again for a day',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
        },
      ]
    : []),
]

const securityOf = ({ access }: Operation): readonly Json[] =>
  access === 'public' ? [] : [...(access === 'optional' ? [{}] : []), { token: [] }, { cookie: [] }]

/** A file as it is, or as the `file` of a form whose other fields come before it. */
const fileContent = (media: readonly string[]): Json =>
  Object.fromEntries(
    media.map((type) => [
      type,
      type === 'multipart/form-data'
        ? { schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } } }
        : { schema: { type: 'string', format: 'binary' } },
    ]),
  )

const operationOf = (operation: Operation, into: Components): Json => ({
  operationId: operation.id,
  summary: operation.summary,
  ...(operation.about === undefined ? {} : { description: operation.about }),
  tags: [operation.tag],
  'x-access': operation.access,
  security: securityOf(operation),
  parameters: parametersOf(operation, into),
  ...(operation.body === undefined
    ? {}
    : {
        requestBody: {
          required: false,
          content: { 'application/json': { schema: schemaOf(operation.body, true, into) } },
        },
      }),
  ...(operation.file === undefined
    ? {}
    : { requestBody: { required: true, content: fileContent(operation.file) } }),
  ...(operation.raw === undefined
    ? {}
    : {
        requestBody: { required: true, content: { [operation.raw.media]: { schema: { type: 'object' } } } },
      }),
  responses: { ...answersOf(operation, into), ...problemAnswers(operation) },
})

const Problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    detail: { type: 'string', description: 'what would be right' },
    field: {
      type: 'string',
      description: 'the wrong field of the body (or the wrong parameter) as a JSON pointer',
    },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, expected: { type: 'string' } },
      },
    },
    retryAfterMs: { type: 'number', description: 'not before this many milliseconds from now' },
    correlationId: { type: 'string', description: 'what the log of the server calls this failure' },
  },
}

/** The document of these operations. */
export const openapi = (operations: readonly Operation[], version: string): Json => {
  const paths: Record<string, Record<string, Json>> = {}
  const schemas: Components = { Problem }
  for (const operation of operations) {
    if (operation.page === true) continue
    const item = (paths[templateOf(operation.path)] ??= {})
    item[operation.method.toLowerCase()] = operationOf(operation, schemas)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Roomkeeper',
      version,
      description: 'Live rooms: recorded, archived, seen. Commands go in, facts come out.',
      license: { name: 'AGPL-3.0-only', identifier: 'AGPL-3.0-only' },
    },
    tags: TAGS.map((name) => ({ name })),
    'x-problems': PROBLEM_CODES.map((code) => ({ code, ...PROBLEMS[code] })),
    'x-failures': EGRESS_FAILURE_CODES.map((code) => ({ code, ...EGRESS_FAILURES[code] })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: "the operator's token or a room owner's" },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: 'roomkeeper',
          description:
            'what POST /api/login sets; its name ends with the port, and begins with __Host- over TLS',
        },
      },
      schemas,
    },
  }
}
