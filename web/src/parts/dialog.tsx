// Dialogs and sheets on the browser's own `<dialog>`: it keeps the focus inside, closes on Escape and gives the focus
// back. A sheet is the same at the side of the page, or from below on a small screen.

import type { ComponentChildren, RefObject } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../words/parts.ts'
import { Button, IconButton, type ButtonProps } from './button.tsx'
import { useSignal } from '@preact/signals'
import { problemOf, type ApiProblem } from '../api/problem.ts'
import { ProblemNote } from './notes.tsx'
import { ToastsInside } from './toast.tsx'
import './dialogs.css'

interface DialogProps {
  readonly title: ComponentChildren
  readonly onClose: () => void
  readonly children: ComponentChildren
  /** Buttons at the end; without them there is only the cross. */
  readonly actions?: ComponentChildren
  readonly kind?: 'dialog' | 'sheet'
  readonly wide?: boolean
  /** A form: called when it is sent. */
  readonly onSubmit?: (() => unknown) | undefined
  /** Something is under way whose answer is shown here and nowhere else: until it is there, nobody can leave. */
  readonly isBusy?: boolean
}

/**
 * Escape is held where it is pressed: a dialog that refuses `cancel` time and again, without a click in between, is
 * closed unasked. What lies above it keeps its Escape.
 */
const useHeldEscape = (ref: RefObject<HTMLDialogElement | null>, isHeld: boolean): void =>
  useLayoutEffect(() => {
    if (!isHeld) return
    const hold = (event: KeyboardEvent): void => {
      const at = event.target instanceof Element ? event.target.closest('dialog') : null
      if (event.key === 'Escape' && (at === null || at === ref.current)) event.preventDefault()
    }
    addEventListener('keydown', hold, true)
    return () => removeEventListener('keydown', hold, true)
  }, [isHeld])

/** It is open while it is rendered. */
export const Dialog = ({
  title,
  onClose,
  children,
  actions,
  kind = 'dialog',
  wide = false,
  onSubmit,
  isBusy = false,
}: DialogProps) => {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const dialog = ref.current
    if (dialog === null) return
    const before = document.activeElement
    dialog.showModal()
    return () => {
      dialog.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
      // What was removed with the dialog open, or goes in this same change, cannot have the focus; the page can.
      queueMicrotask(() => {
        if (document.activeElement !== document.body) return
        document.getElementById('content')?.focus({ preventScroll: true })
      })
    }
  }, [])
  useHeldEscape(ref, isBusy)
  const leave = (): void => {
    if (!isBusy) onClose()
  }
  const inner = (
    <>
      <header class="dialog-head">
        <h2 id={id} class="grow">
          {title}
        </h2>
        <IconButton icon="close" label={t('close')} onClick={leave} disabled={isBusy} />
      </header>
      <div class="dialog-body">{children}</div>
      {actions !== undefined && <footer class="dialog-foot">{actions}</footer>}
    </>
  )
  return (
    <dialog
      ref={ref}
      class={`dialog ${kind === 'sheet' ? 'sheet' : ''} ${wide ? 'dialog-wide' : ''}`}
      aria-labelledby={id}
      onCancel={(event) => {
        // A choice of files that is given up has an event of the same name, which bubbles.
        if (event.target !== ref.current) return
        event.preventDefault()
        leave()
      }}
      onClose={() => {
        // The browser may close it unasked; what is rendered is open all the same, or is left.
        if (ref.current === null || ref.current.open) return
        if (isBusy) ref.current.showModal()
        else onClose()
      }}
      onMouseDown={(event) => {
        if (event.target === ref.current) leave()
      }}
    >
      {onSubmit === undefined ? (
        <div class="dialog-inner">{inner}</div>
      ) : (
        <form
          class="dialog-inner"
          onSubmit={(event) => {
            event.preventDefault()
            onSubmit()
          }}
        >
          {inner}
        </form>
      )}
      <ToastsInside />
    </dialog>
  )
}

export const Sheet = (props: Omit<DialogProps, 'kind'>) => <Dialog {...props} kind="sheet" />

/** Asks before something that cannot be undone; a problem is shown inside and it can be tried again. */
export const Confirm = ({
  title,
  children,
  label,
  tone = 'danger',
  act,
  onClose,
}: {
  readonly title: string
  readonly children?: ComponentChildren
  /** What the button does, as a verb. */
  readonly label: string
  readonly tone?: ButtonProps['tone']
  readonly act: () => Promise<unknown>
  readonly onClose: () => void
}) => {
  const problem = useSignal<ApiProblem | null>(null)
  const isBusy = useSignal(false)
  const carryOut = async (): Promise<void> => {
    if (isBusy.value) return
    isBusy.value = true
    try {
      await act()
      onClose()
    } catch (error) {
      problem.value = problemOf(error)
    }
    isBusy.value = false
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      isBusy={isBusy.value}
      actions={
        <>
          <Button onClick={onClose} disabled={isBusy.value}>
            {t('cancel')}
          </Button>
          <Button tone={tone} busy={isBusy.value} onClick={carryOut}>
            {label}
          </Button>
        </>
      }
    >
      <div class="stack-tight">
        {children}
        <ProblemNote problem={problem.value} />
      </div>
    </Dialog>
  )
}
