// Dialogs and sheets on the browser's own `<dialog>`: it keeps the focus inside, closes on Escape and gives the focus
// back. A sheet is the same at the side of the page, or from below on a small screen.

import type { ComponentChildren } from 'preact'
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
}

/** It is open while it is rendered. */
export const Dialog = ({
  title,
  onClose,
  children,
  actions,
  kind = 'dialog',
  wide = false,
  onSubmit,
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
      // What was removed with the dialog open cannot be focused; the page can.
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  const inner = (
    <>
      <header class="dialog-head">
        <h2 id={id} class="grow">
          {title}
        </h2>
        <IconButton icon="close" label={t('close')} onClick={onClose} />
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
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => {
        if (event.target === ref.current) onClose()
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
  const carryOut = async (): Promise<void> => {
    try {
      await act()
      onClose()
    } catch (error) {
      problem.value = problemOf(error)
    }
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button tone={tone} onClick={carryOut}>
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
