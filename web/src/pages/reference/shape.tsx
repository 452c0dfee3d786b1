// A shape as a tree: each field with its type and what it means, opened as far as one wants.

import { t } from '../../words/reference.ts'
import { choicesOf, refOf, type Shape } from './document.ts'

const plainType = (shape: Shape): string => {
  const { type } = shape
  const types = typeof type === 'object' ? type : type === undefined ? [] : [type]
  if (types.length === 0) return t('anything')
  return types
    .map((one) =>
      one === 'array'
        ? t('listOf', { type: shape.items === undefined ? t('anything') : typeText(shape.items) })
        : one,
    )
    .join(' | ')
}

/** The type in a few words. */
export const typeText = (shape: Shape): string => {
  const ref = refOf(shape)
  if (ref !== null) return ref
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  if (shape.enum !== undefined) return shape.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = choicesOf(shape)
  return choices.length > 0 ? [...new Set(choices.map(typeText))].join(' | ') : plainType(shape)
}

/** What is inside of it that has fields of its own. */
const innerOf = (shape: Shape): Shape | null => {
  if (shape.properties !== undefined && Object.keys(shape.properties).length > 0) return shape
  if (shape.items !== undefined) return innerOf(shape.items)
  for (const choice of choicesOf(shape)) {
    const inner = innerOf(choice)
    if (inner !== null) return inner
  }
  return typeof shape.additionalProperties === 'object' ? innerOf(shape.additionalProperties) : null
}

const aboutOf = (shape: Shape): string =>
  [shape.description, ...(shape.allOf ?? []).map(({ description }) => description)]
    .filter((text, index, all) => text !== undefined && all.indexOf(text) === index)
    .join('; ')

const Line = ({
  name,
  shape,
  required,
}: {
  readonly name: string
  readonly shape: Shape
  readonly required: boolean
}) => (
  <>
    <code class="reference-name">{name}</code>{' '}
    <span class="mono muted reference-type">{typeText(shape)}</span>
    {required && <span class="reference-required small">{t('required')}</span>}
    {aboutOf(shape) !== '' && <span class="muted small">{aboutOf(shape)}</span>}
  </>
)

const DEEP = 6

export const Fields = ({ shape, depth = 0 }: { readonly shape: Shape; readonly depth?: number }) => {
  const inner = innerOf(shape)
  if (inner === null) return null
  const required = new Set(inner.required)
  return (
    <ul class="reference-fields">
      {Object.entries(inner.properties ?? {}).map(([name, field]) => {
        const line = <Line name={name} shape={field} required={required.has(name)} />
        const isDeep = depth < DEEP && innerOf(field) !== null
        return (
          <li key={name}>
            {isDeep ? (
              <details>
                <summary>{line}</summary>
                <Fields shape={field} depth={depth + 1} />
              </details>
            ) : (
              <div class="reference-field">{line}</div>
            )}
          </li>
        )
      })}
    </ul>
  )
}

/** A shape by its type, with its fields below when it has any. */
export const ShapeView = ({ shape }: { readonly shape: Shape }) => (
  <div>
    <code class="mono">{typeText(shape)}</code>
    {aboutOf(shape) !== '' && <span class="muted small"> {aboutOf(shape)}</span>}
    <Fields shape={shape} />
  </div>
)
