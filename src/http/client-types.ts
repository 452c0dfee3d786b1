// The types of the client, written from the OpenAPI document: one type a schema that has a name, and what every
// operation takes and answers in the form that Hono's `hc` reads. It decides nothing.

type Json = Readonly<Record<string, unknown>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: Json
}

interface DocumentedOperation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Json }>> }>
  >
}

export interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Json>> }
}

const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))

const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])

/** A literal beside the type that has it already says nothing. */
const union = (types: readonly string[]): string => {
  const all = [...new Set(types)].filter((type) => !type.startsWith('"') || !types.includes('string'))
  return all.includes('unknown') ? 'unknown' : all.length === 1 ? (all[0] ?? 'never') : all.join(' | ')
}

const fieldsOf = (schema: Json): string => {
  const required = new Set((schema['required'] ?? []) as readonly string[])
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Json>>)
  const rest = schema['additionalProperties']
  if (properties.length === 0) {
    const values = typeof rest === 'object' && rest !== null ? typeOf(rest as Json) : 'unknown'
    return rest === false ? 'Record<string, never>' : `Readonly<Record<string, ${values}>>`
  }
  const fields = properties.map(
    ([name, field]) => `readonly ${key(name)}${required.has(name) ? '' : '?'}: ${typeOf(field)}`,
  )
  return `{ ${fields.join('; ')} }`
}

const simple = (type: unknown, schema: Json): string => {
  switch (type) {
    case 'string':
      return 'string'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'null':
      return 'null'
    case 'array': {
      const items = schema['items']
      const each = typeof items === 'object' && items !== null ? typeOf(items as Json) : 'unknown'
      return `ReadonlyArray<${each}>`
    }
    case 'object':
      return fieldsOf(schema)
    default:
      return 'unknown'
  }
}

/** A schema as a type. What has no type of its own in TypeScript (lengths, patterns) is left to the server. */
export const typeOf = (schema: Json): string => {
  const ref = schema['$ref']
  if (typeof ref === 'string') return ref.slice(ref.lastIndexOf('/') + 1)
  if ('const' in schema) return JSON.stringify(schema['const'])
  const values = schema['enum']
  if (Array.isArray(values)) return union(values.map((value) => JSON.stringify(value)))
  const either = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])]
  if (either.length > 0) return union(either.map(typeOf))
  const type = schema['type']
  if (Array.isArray(type)) return union(type.map((one) => simple(one, schema)))
  return simple(type, schema)
}

const inputOf = ({ parameters = [], requestBody }: DocumentedOperation): string => {
  const group = (where: string, name: string): readonly string[] => {
    const own = parameters.filter((one) => one.in === where)
    if (own.length === 0) return []
    const optional = own.every(({ required }) => !required)
    const fields = own.map((one) => `${key(one.name)}${one.required ? '' : '?'}: ${typeOf(one.schema)}`)
    return [`${name}${optional ? '?' : ''}: { ${fields.join('; ')} }`]
  }
  const body = requestBody?.content['application/json']?.schema
  const parts = [
    ...group('path', 'param'),
    ...group('query', 'query'),
    ...group('header', 'header'),
    ...(body === undefined ? [] : [`json: ${typeOf(body)}`]),
  ]
  return parts.length === 0 ? '{}' : `{ ${parts.join('; ')} }`
}

const JSON_MEDIA = /^application\/(?:problem\+)?json$/

/** One line for each answer that differs; problems all look the same. */
const outputsOf = (operation: DocumentedOperation): readonly string[] => {
  const answers = Object.entries(operation.responses).map(([status, { content = {} }]) => {
    const [media, body] = Object.entries(content)[0] ?? []
    const format = media === undefined ? 'body' : JSON_MEDIA.test(media) ? 'json' : 'text'
    const output = body === undefined ? 'null' : format === 'json' ? typeOf(body.schema) : 'string'
    return { status, text: `output: ${output}; outputFormat: '${format}'` }
  })
  return [...Map.groupBy(answers, ({ text }) => text)].map(
    ([text, same]) =>
      `{ input: ${inputOf(operation)}; ${text}; status: ${same.map(({ status }) => status).join(' | ')} }`,
  )
}

const HEAD = `// Written from the OpenAPI document by \`npm run generate\`; checked by test/http/contract.test.ts.
`

/** The whole file. */
export const clientTypes = ({ paths, components }: Described): string => {
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `export type ${name} = ${typeOf(schema)}\n`,
  )
  const operations = Object.entries(paths).map(([path, methods]) => {
    const route = path.replaceAll(/\{([a-z]+)\}/g, ':$1')
    const each = Object.entries(methods).map(
      ([method, operation]) =>
        `    /** ${operation.summary} */\n    $${method}:\n      | ${outputsOf(operation).join('\n      | ')}`,
    )
    return `  '${route}': {\n${each.join('\n')}\n  }`
  })
  return `${HEAD}\n${schemas.join('\n')}\nexport type Operations = {\n${operations.join('\n')}\n}\n`
}
