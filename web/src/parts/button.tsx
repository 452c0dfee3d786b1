// Buttons: a command somebody gives. While it is being carried out it says so and cannot be given twice; when it
// fails, a toast says why unless the caller does.

import type { ButtonHTMLAttributes, ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import { Icon, type IconName } from './icons.tsx'
import { toastProblem } from './toast.tsx'
import './buttons.css'

/** Carried out when it is clicked; a promise keeps the button busy until it is settled. */
export type Act = (event: MouseEvent) => unknown

interface Shared {
  readonly onClick?: Act | undefined
  readonly disabled?: boolean | undefined
  readonly icon?: IconName | undefined
  readonly title?: string | undefined
  /** The second click of a double click and a held Enter do nothing: by then it may be another command. */
  readonly once?: boolean
  readonly class?: string | undefined
  readonly attrs?: ButtonHTMLAttributes | undefined
}

export interface ButtonProps extends Shared {
  readonly children: ComponentChildren
  /** `plain` is the usual one; one `main` a view at most; `danger` ends something; `quiet` has no box. */
  readonly tone?: 'plain' | 'main' | 'danger' | 'quiet'
  readonly small?: boolean
  readonly submit?: boolean
  /** It is being carried out elsewhere: clicks do nothing. */
  readonly busy?: boolean
}

const holdBack = (event: KeyboardEvent): void => {
  if (event.repeat && event.key === 'Enter') event.preventDefault()
}

const useAct = ({ onClick, once = false }: Shared, isBusy = false) => {
  const busy = useSignal(false)
  const act = async (event: MouseEvent): Promise<void> => {
    // Nor does it send its form.
    if (busy.value || isBusy) return event.preventDefault()
    if (onClick === undefined || (once && event.detail > 1)) return
    const result = onClick(event)
    if (!(result instanceof Promise)) return
    busy.value = true
    try {
      await result
    } catch (error) {
      toastProblem(error)
    } finally {
      busy.value = false
    }
  }
  return { busy, act, keys: once ? { onKeyDown: holdBack } : {} }
}

export const Button = (props: ButtonProps) => {
  const { children, tone = 'plain', small = false, submit = false, icon, disabled = false, title } = props
  const { busy, act, keys } = useAct(props, props.busy)
  const isBusy = busy.value || props.busy === true
  return (
    <button
      {...props.attrs}
      {...keys}
      type={submit ? 'submit' : 'button'}
      class={`button button-${tone} ${small ? 'button-small' : ''} ${props.class ?? ''}`}
      disabled={disabled}
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy || undefined}
      title={title}
      onClick={(event) => void act(event)}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  )
}

/** Only a picture; `label` is its name and its tooltip. */
export const IconButton = (props: Shared & { readonly icon: IconName; readonly label: string }) => {
  const { busy, act, keys } = useAct(props)
  return (
    <button
      {...props.attrs}
      {...keys}
      type="button"
      class={`button button-quiet button-icon ${props.class ?? ''}`}
      disabled={props.disabled ?? false}
      aria-disabled={busy.value || undefined}
      aria-busy={busy.value || undefined}
      aria-label={props.label}
      title={props.title ?? props.label}
      onClick={(event) => void act(event)}
    >
      <Icon name={props.icon} />
    </button>
  )
}
