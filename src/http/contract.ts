// What a route promises: its name, who may ask, what it takes and what it answers, in one declaration.
// Access, validation, idempotency and the OpenAPI document all follow from it; `api.ts` carries it out.

import { isTagged } from 'effect/Predicate'
import * as Result from 'effect/Result'
import * as Schema from 'effect/Schema'
import * as SchemaAST from 'effect/SchemaAST'
import * as SchemaIssue from 'effect/SchemaIssue'
import type { RawBody } from './body.ts'
import { pointer } from './json.ts'
import { Problem, type ProblemCode } from './problems.ts'

/**
 * Who may ask. `public`: anybody. `optional`: anybody, and a token shows what is its own besides. `any`: every valid token, and what it sees is its own. `operator`: operators.
 * `room`, `session`: operators and the owner of the room or session in the path (or the room in the body). For everyone else what is
 * asked for does not exist, and the answer is the same as if it did not.
 */
export type Access = 'public' | 'optional' | 'any' | 'operator' | 'room' | 'session'

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** A schema whose decoding needs no service. */
export type Input<T> = Schema.ConstraintDecoder<T> & Schema.Constraint

export interface Answer {
  readonly about: string
  /** JSON of this shape. */
  readonly schema?: Schema.Constraint
  /** Or bytes of this type. */
  readonly media?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const TAGS = [
  'rooms',
  'live',
  'sessions',
  'assets',
  'webhooks',
  'settings',
  'maintenance',
  'seeing',
  'server',
] as const

export interface Operation<A extends Access = Access, Q = unknown, B = unknown> {
  readonly method: Method
  /** As the router writes it: `/api/rooms/:room`. */
  readonly path: string
  /** The name of the operation in the document, unique. */
  readonly id: string
  readonly summary: string
  readonly about?: string
  readonly tag: (typeof TAGS)[number]
  readonly access: A
  /** Where a room that is asked for is named: in the path, or in the body's `room`. */
  readonly roomIn?: 'path' | 'body'
  readonly query?: Input<Q>
  readonly body?: Input<B>
  /** Takes a file of one of these media types instead, which the handler reads as it comes. */
  readonly file?: readonly string[]
  /** Takes bytes instead, whose sender proves itself by them. */
  readonly raw?: RawBody
  /** Takes `Idempotency-Key`: one effect a key, the same bytes again for the same request. */
  readonly idempotent?: boolean
  /** Changes nothing although it is not a GET, so neither limit nor audit concern it. */
  readonly harmless?: boolean
  /** A page or a file for people's browsers: no part of the API, so its query means nothing here. */
  readonly page?: boolean
  /** May also be opened with `?ticket=`, because a browser cannot send a header there. */
  readonly ticket?: boolean
  readonly answers: Readonly<Record<number, Answer>>
  /** Problems beyond those that access, input and idempotency bring along. */
  readonly problems?: readonly ProblemCode[]
}

/** What changes something: limited in rate and, when denied, audited. */
export const isMutating = (operation: Operation): boolean =>
  operation.method !== 'GET' && operation.harmless !== true

/** What takes no parameters. */
export const NOTHING = Schema.Struct({})

/** Parameters of paths, for the document. */
export const PATH_PARAMS: Readonly<Record<string, string>> = {
  room: "a room's id or its handle, with or without `@`",
  session: 'the id of a session: `s` and its number',
  event: 'the id of an event: a decimal number',
  token: 'the id of a token',
  platform: '`youtube`, `twitch`, or the name that a destination was given',
  asset: 'the id of an asset',
  import: 'the number of an import',
  sweep: 'the number of a sweep',
  number: 'the number of a part, from 1',
  upload: 'the id of an upload',
  ingress: 'the id that LiveKit gave the ingress',
  webhook: 'the id of a webhook',
  actor: 'the id of an actor',
  machine: '`room`, `outbound` or `egress`',
}

const fieldsOf = (ast: SchemaAST.AST): readonly string[] =>
  SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []

// What an issue says is what would be right, never what was sent: `reportInput` is off.
const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    if (isTagged(issue, 'MissingKey')) return 'Expected it to be there'
    if (!isTagged(issue, 'UnexpectedKey')) return SchemaIssue.defaultLeafHook(issue)
    return `Expected no other fields than ${fieldsOf(issue.ast).join(', ') || 'none'}`
  },
  checkHook: (issue) => {
    const description = issue.filter.annotations?.['description']
    return typeof description === 'string' ? `Expected ${description}` : SchemaIssue.defaultCheckHook(issue)
  },
})

const stepOf = (step: PropertyKey | { readonly key: PropertyKey }): PropertyKey =>
  typeof step === 'object' ? step.key : step

/** Decodes strictly: what the schema does not name is refused. */
export const decoder = <T>(schema: Input<T>, code: 'invalid' | 'query_invalid') => {
  const decode = Schema.decodeUnknownResult(schema, { onExcessProperty: 'error', errors: 'all' })
  return (value: unknown): T => {
    const result = decode(value)
    if (Result.isSuccess(result)) return result.success
    const errors = format(result.failure.issue).issues.map((issue) => ({
      field: pointer((issue.path ?? []).map(stepOf)),
      expected: issue.message.replace(/^Expected /, ''),
    }))
    const first = errors[0]
    throw new Problem(code, {
      detail: first === undefined ? undefined : `Expected ${first.expected}.`,
      field: first?.field,
      errors: errors.slice(0, 20),
    })
  }
}
