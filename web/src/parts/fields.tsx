// Fields of forms: a label that is always seen, a hint, and the problem of this very field. A wrong field that the
// server names by its JSON pointer is found by `name`.

import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import type { ApiProblem } from '../api/problem.ts'
import './fields.css'

interface Shared {
  readonly label: string
  readonly hint?: ComponentChildren
  readonly error?: string | null | undefined
  /** The label is for screen readers alone, because the place says what it is. */
  readonly bare?: boolean
  readonly class?: string
}

/** What else an input may have. */
export interface FieldAttrs {
  readonly name?: string
  readonly required?: boolean
  readonly readOnly?: boolean
  readonly disabled?: boolean
  readonly autoComplete?: string
  readonly inputMode?: 'text' | 'numeric' | 'decimal' | 'url' | 'search'
  readonly minLength?: number
  readonly maxLength?: number
  readonly min?: number | string
  readonly max?: number | string
  readonly step?: number | string
  readonly list?: string
  readonly autoFocus?: boolean
  readonly onKeyDown?: (event: KeyboardEvent) => void
  readonly onBlur?: () => void
}

interface FieldProps extends Shared {
  readonly value: string
  readonly onInput: (value: string) => void
  readonly type?: 'text' | 'password' | 'search' | 'number' | 'url' | 'date' | 'datetime-local'
  readonly rows?: number
  readonly placeholder?: string
  readonly attrs?: FieldAttrs
}

/** What a problem says of the field `name` (its JSON pointer without the slash). */
export const errorAt = (problem: ApiProblem | null, name: string): string | null => {
  if (problem === null) return null
  if (problem.field === `/${name}`) return problem.detail ?? problem.title
  return problem.errors.find(({ field }) => field === `/${name}`)?.detail ?? null
}

const Frame = ({
  label,
  hint,
  error,
  bare = false,
  id,
  class: more = '',
  children,
}: Shared & { readonly id: string; readonly children: ComponentChildren }) => (
  <div class={`field ${more}`}>
    <label for={id} class={bare ? 'unseen' : 'field-label'}>
      {label}
    </label>
    {children}
    {error !== null && error !== undefined && (
      <p class="field-error" id={`${id}-e`}>
        {error}
      </p>
    )}
    {hint !== undefined && (
      <p class="field-hint" id={`${id}-h`}>
        {hint}
      </p>
    )}
  </div>
)

const described = (id: string, { hint, error }: Shared) => {
  const ids = [error !== null && error !== undefined && `${id}-e`, hint !== undefined && `${id}-h`]
  return {
    'aria-describedby': ids.filter(Boolean).join(' ') || undefined,
    'aria-invalid': (error !== null && error !== undefined) || undefined,
  }
}

/** A text, or several lines of it with `rows`. */
export const Field = (props: FieldProps) => {
  const { value, onInput, type = 'text', rows, placeholder, attrs } = props
  const id = useId()
  const shared = {
    autoComplete: 'off',
    spellcheck: false,
    ...attrs,
    ...described(id, props),
    id,
    class: 'input',
    value,
    placeholder,
    onInput: (event: Event) => onInput((event.currentTarget as HTMLInputElement).value),
  }
  return (
    <Frame {...props} id={id}>
      {rows === undefined ? (
        <input {...shared} type={type as 'text'} />
      ) : (
        <textarea {...shared} rows={rows} />
      )}
    </Frame>
  )
}

/** One of few. */
export function Choice<V extends string>(
  props: Shared & {
    readonly value: V
    readonly onChoose: (value: V) => void
    readonly options: readonly (readonly [value: V, label: string])[]
    readonly disabled?: boolean
  },
) {
  const id = useId()
  return (
    <Frame {...props} id={id}>
      <select
        id={id}
        class="input select"
        value={props.value}
        disabled={props.disabled}
        {...described(id, props)}
        onChange={(event) => props.onChoose(event.currentTarget.value as V)}
      >
        {props.options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </Frame>
  )
}

/** Something that is on or off. */
export const Check = ({
  label,
  checked,
  onChange,
  mixed = false,
  bare = false,
  disabled = false,
}: {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  /** Some of what it stands for. */
  readonly mixed?: boolean
  readonly bare?: boolean
  readonly disabled?: boolean
}) => (
  <label class="check">
    <input
      type="checkbox"
      checked={checked}
      indeterminate={mixed}
      disabled={disabled}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
    <span class={bare ? 'unseen' : undefined}>{label}</span>
  </label>
)
