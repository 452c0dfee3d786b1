// What went wrong with a request, in one shape: the server's problem+json, an answer that is none, or no answer.

export interface FieldError {
  readonly field?: string
  readonly detail: string
}

export class ApiProblem extends Error {
  /** Stable, from the server's table; `offline` when there was no answer, `unreadable` when it was no JSON. */
  readonly code: string
  readonly status: number
  readonly title: string
  readonly detail: string | null
  /** The wrong field, as a JSON pointer. */
  readonly field: string | null
  readonly errors: readonly FieldError[]
  readonly correlationId: string | null
  readonly retryAfterMs: number | null

  constructor(status: number, body: Readonly<Record<string, unknown>>, retryAfterMs: number | null = null) {
    const text = (key: string): string | null => {
      const value = body[key]
      return typeof value === 'string' ? value : null
    }
    super(text('detail') ?? text('title') ?? text('code') ?? `HTTP ${status}`)
    this.name = 'ApiProblem'
    this.status = status
    this.code = text('code') ?? (status === 0 ? 'offline' : 'unreadable')
    this.title = text('title') ?? ''
    this.detail = text('detail')
    this.field = text('field')
    this.errors = Array.isArray(body['errors']) ? (body['errors'] as FieldError[]) : []
    this.correlationId = text('correlationId')
    this.retryAfterMs = retryAfterMs
  }

  get offline(): boolean {
    return this.status === 0
  }
}

export const problemOf = (error: unknown): ApiProblem =>
  error instanceof ApiProblem
    ? error
    : new ApiProblem(0, { code: 'offline', title: error instanceof Error ? error.message : String(error) })

/** Seconds or a date, as `Retry-After` has them, in milliseconds. */
export const retryAfterOf = (header: string | null, now = Date.now()): number | null => {
  if (header === null) return null
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

/** What the server said, of an answer that is not a success. */
export const problemIn = async (response: Response): Promise<ApiProblem> => {
  const body: unknown = await response.json().catch(() => null)
  const fields = typeof body === 'object' && body !== null ? body : { title: response.statusText }
  return new ApiProblem(
    response.status,
    fields as Record<string, unknown>,
    retryAfterOf(response.headers.get('retry-after')),
  )
}
