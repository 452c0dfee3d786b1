// Short messages at the edge of the page: what a command did, or why it did not. Read out by screen readers; a
// problem stays until it is dismissed.

import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { problemOf } from '../api/problem.ts'
import { t } from '../words/parts.ts'
import { problemText } from '../words/problems.ts'
import { Icon } from './icons.tsx'
import './toasts.css'

interface Toast {
  readonly id: number
  readonly tone: 'done' | 'problem'
  readonly text: string
  /** Something to do about it. */
  readonly action?: { readonly label: string; readonly act: () => void } | undefined
}

const SHOWN_MS = 5_000
const AT_ONCE = 4

const toasts = signal<readonly Toast[]>([])
let nextId = 1

export const dismissToast = (id: number): void => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

export const toast = (text: string, tone: Toast['tone'] = 'done', action?: Toast['action']): void => {
  const id = nextId++
  // The same again is one message.
  const others = toasts.value.filter((one) => one.text !== text)
  toasts.value = [...others, { id, tone, text, action }].slice(-AT_ONCE)
  if (tone === 'done') setTimeout(() => dismissToast(id), SHOWN_MS)
}

/** Says in words why something failed. */
export const toastProblem = (error: unknown): void => toast(problemText(problemOf(error)), 'problem')

const One = ({ toast: { id, tone, text, action } }: { readonly toast: Toast }): ComponentChildren => (
  <li class={`toast toast-${tone}`}>
    <Icon name={tone === 'done' ? 'check' : 'warning'} />
    <span class="grow hostile">{text}</span>
    {action !== undefined && (
      <button
        type="button"
        class="button button-small"
        onClick={() => {
          action.act()
          dismissToast(id)
        }}
      >
        {action.label}
      </button>
    )}
    <button type="button" class="toast-close" aria-label={t('dismiss')} onClick={() => dismissToast(id)}>
      <Icon name="close" size={14} />
    </button>
  </li>
)

const List = ({ isShown }: { readonly isShown: boolean }) => (
  <div role="status" aria-live="polite">
    <ul class="toast-list">{isShown && toasts.value.map((one) => <One key={one.id} toast={one} />)}</ul>
  </div>
)

/** Modal dialogs that are open, the uppermost last. */
const dialogs = signal<readonly object[]>([])

export const Toasts = () => (
  <section class="toasts" aria-label={t('notifications')}>
    <List isShown={dialogs.value.length === 0} />
  </section>
)

/** All that is outside of a modal dialog is inert, also what lies above it: while one is open, messages are in it. */
export const ToastsInside = () => {
  const own = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    dialogs.value = [...dialogs.peek(), own]
    return () => void (dialogs.value = dialogs.peek().filter((one) => one !== own))
  }, [])
  return (
    <div ref={own} class="toasts">
      <List isShown={dialogs.value.at(-1) === own} />
    </div>
  )
}
