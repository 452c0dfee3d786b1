// The OpenAPI document as the reference reads it, and what can be told from it: nothing here draws.

export interface Shape {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly allOf?: readonly Shape[]
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: Shape | boolean
  readonly required?: readonly string[]
  readonly description?: string
}

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
  readonly schema: Shape
}

type Content = Readonly<Record<string, { readonly schema: Shape }>>

export interface Described {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly 'x-access': string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}

export interface Problem {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly again: string
}

export interface Failure {
  readonly code: string
  readonly fault: string
  readonly again: string
  readonly sentence: string
  readonly advice: string
}

export interface Document {
  readonly info: { readonly version: string }
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Shape>> }
  readonly 'x-problems': readonly Problem[]
  readonly 'x-failures': readonly Failure[]
}

export interface Operation extends Described {
  readonly method: string
  readonly path: string
}

export const operationsOf = ({ paths }: Document): readonly Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      ...described,
      path,
      method: method.toUpperCase(),
    })),
  )

/** Every word has to be somewhere in it. */
export const matching = (operations: readonly Operation[], text: string): readonly Operation[] => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return operations
  return operations.filter((operation) => {
    const { method, path, operationId, summary, description = '' } = operation
    const all = `${method} ${path} ${operationId} ${summary} ${description}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
}

/** The name of the schema that is referred to, or null. */
export const refOf = ({ $ref }: Shape): string | null => $ref?.slice($ref.lastIndexOf('/') + 1) ?? null

export const choicesOf = ({ anyOf, oneOf }: Shape): readonly Shape[] => anyOf ?? oneOf ?? []

/** Something of this shape, short: what a person would change first. */
export const sampleOf = (shape: Shape, schemas: Document['components']['schemas'], depth = 0): unknown => {
  const ref = refOf(shape)
  if (depth > 4) return null
  if (ref !== null) return sampleOf(schemas[ref] ?? {}, schemas, depth + 1)
  if (shape.const !== undefined) return shape.const
  if (shape.enum !== undefined) return shape.enum[0]
  const [first] = choicesOf(shape)
  if (first !== undefined) return sampleOf(first, schemas, depth + 1)
  const type = typeof shape.type === 'object' ? shape.type[0] : shape.type
  switch (type) {
    case 'string':
      return '…'
    case 'integer':
    case 'number':
      return 0
    case 'boolean':
      return true
    case 'array':
      return shape.items === undefined ? [] : [sampleOf(shape.items, schemas, depth + 1)]
    case 'object': {
      const names = Object.keys(shape.properties ?? {})
      const shown = shape.required?.length ? shape.required : names.slice(0, 2)
      return Object.fromEntries(
        shown.map((name) => [name, sampleOf(shape.properties?.[name] ?? {}, schemas, depth + 1)]),
      )
    }
    default:
      return null
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The request as one types it. The token is never written into it. */
export const curlOf = (
  operation: Operation,
  origin: string,
  schemas: Document['components']['schemas'],
): string => {
  const body = operation.requestBody?.content['application/json']?.schema
  const isOpen = operation['x-access'] === 'public'
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())
  return [
    `curl ${operation.method === 'GET' ? '' : `-X ${operation.method} `}${origin}${path}`,
    ...(isOpen ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(body === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(sampleOf(body, schemas)))}`]),
  ].join(' \\\n  ')
}
