// A shape as a tree: each field with its type and what it means, opened as far as one wants.

import { useSignal } from '@preact/signals'
import { createContext, type ComponentChildren } from 'preact'
import { useContext } from 'preact/hooks'
import { t } from '../../words/reference.ts'
import { choicesOf, refOf, type Document, type Shape } from './document.ts'

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

type Named = Document['components']['schemas']

/** The shapes that have a name. */
export const Schemas = createContext<Named>({})

/** What is inside of it that has fields of its own. */
const innerOf = (shape: Shape, schemas: Named): Shape | null => {
  const ref = refOf(shape)
  if (ref !== null) return innerOf(schemas[ref] ?? {}, schemas)
  if (shape.properties !== undefined && Object.keys(shape.properties).length > 0) return shape
  if (shape.items !== undefined) return innerOf(shape.items, schemas)
  for (const choice of choicesOf(shape)) {
    const inner = innerOf(choice, schemas)
    if (inner !== null) return inner
  }
  const values = shape.additionalProperties
  return typeof values === 'object' ? innerOf(values, schemas) : null
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

/** A field with fields of its own, which are drawn when they are asked for: shapes may hold each other. */
const Branch = ({ inner, children }: { readonly inner: Shape; readonly children: ComponentChildren }) => {
  const isOpen = useSignal(false)
  return (
    <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>{children}</summary>
      {isOpen.value && <Fields of={inner} />}
    </details>
  )
}

const Fields = ({ of }: { readonly of: Shape }) => {
  const schemas = useContext(Schemas)
  const required = new Set(of.required)
  return (
    <ul class="reference-fields">
      {Object.entries(of.properties ?? {}).map(([name, field]) => {
        const line = <Line name={name} shape={field} required={required.has(name)} />
        const inner = innerOf(field, schemas)
        return (
          <li key={name}>
            {inner === null ? (
              <div class="reference-field">{line}</div>
            ) : (
              <Branch inner={inner}>{line}</Branch>
            )}
          </li>
        )
      })}
    </ul>
  )
}

/** A shape by its type, with its fields below when it has any; those of a shape with a name open when asked for. */
export const ShapeView = ({ shape }: { readonly shape: Shape }) => {
  const inner = innerOf(shape, useContext(Schemas))
  const line = (
    <>
      <code class="mono">{typeText(shape)}</code>
      {aboutOf(shape) !== '' && <span class="muted small"> {aboutOf(shape)}</span>}
    </>
  )
  if (inner === null) return <div>{line}</div>
  if (refOf(shape) !== null) return <Branch inner={inner}>{line}</Branch>
  return (
    <div>
      {line}
      <Fields of={inner} />
    </div>
  )
}
