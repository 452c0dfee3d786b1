// The tables of docs/api.md and docs/problems.md, written from the operations, the problems and the failures of sending out.

import type { Access, Operation } from '../../src/http/contract.ts'
import { EGRESS_FAILURE_CODES, EGRESS_FAILURES } from '../../src/domain/egress-failures.ts'
import { PROBLEM_CODES, PROBLEMS, type ProblemCode } from '../../src/http/problems.ts'

const WHO: Readonly<Record<Access, string>> = {
  public: 'anybody',
  optional: 'anybody; a token sees its own besides',
  any: 'operator, owner (its own)',
  operator: 'operator',
  room: 'operator, the room’s owner',
  session: 'operator, the room’s owner',
}

const AGAIN = { never: 'no', later: 'later, as it is', changed: 'once it is changed' } as const

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

export const routeTable = (operations: readonly Operation[]): string =>
  table(
    ['route', 'who', 'what', 'operation'],
    operations.map(({ method, path, access, summary, id, idempotent }) => [
      `\`${method} ${path.replaceAll(/:([a-z]+)/g, '{$1}')}\``,
      WHO[access],
      idempotent === true ? `${summary} ⟳` : summary,
      `\`${id}\``,
    ]),
  )

/** Routes that answer this code beyond what every route of its kind may answer. */
const routesOf = (operations: readonly Operation[], code: ProblemCode): string =>
  operations
    .filter(({ problems }) => problems?.includes(code))
    .map(({ id }) => `\`${id}\``)
    .join(' ')

export const problemTable = (operations: readonly Operation[]): string =>
  table(
    ['code', 'status', 'it says', 'again?', 'routes'],
    PROBLEM_CODES.map((code) => {
      const { status, title, again } = PROBLEMS[code]
      return [`\`${code}\``, String(status), title, AGAIN[again], routesOf(operations, code)]
    }),
  )

const TRIES = {
  retry: 'with backoff, until the attempts are used up',
  few: 'three times',
  wait: 'with backoff, for as long as it is wanted',
  never: 'no: `retry` or `start` does',
} as const

export const failureTable = (): string =>
  table(
    ['error_code', 'whose', 'it says', 'tried again?', 'what a person can do'],
    EGRESS_FAILURE_CODES.map((code) => {
      const { fault, again, sentence, advice } = EGRESS_FAILURES[code]
      return [`\`${code}\``, fault, sentence, TRIES[again], advice]
    }),
  )

/** The document with its generated parts written anew. */
export const withTables = (document: string, tables: Readonly<Record<string, string>>): string =>
  Object.entries(tables).reduce((text, [name, body]) => {
    const part = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`)
    if (!part.test(text)) throw new Error(`the document has no part "${name}"`)
    return text.replace(part, (_, open: string, close: string) => `${open}${body}\n${close}`)
  }, document)
