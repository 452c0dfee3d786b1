// A secret that is in this answer and never again: readable, selectable, with a button that copies it. It is kept
// nowhere but in what is shown.

import { useId, useRef } from 'preact/hooks'
import { useSignal } from '@preact/signals'
import { t } from '../words/parts.ts'
import { Button } from './button.tsx'
import { toast } from './toast.tsx'
import './shown-once.css'

/** Says `done`, or that it could not be: there is no clipboard without a secure context, and a browser may refuse. */
export const copyText = async (text: string, done: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text)
    toast(done)
  } catch {
    toast(t('notCopied'), 'problem')
  }
}

export const ShownOnce = ({ label, text }: { readonly label: string; readonly text: string }) => {
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const copied = useSignal(false)
  const copy = async (): Promise<void> => {
    field.current?.select()
    try {
      await navigator.clipboard.writeText(text)
      copied.value = true
    } catch {
      // Without a secure context there is no clipboard; the text is selected, so that it can be copied by hand.
      copied.value = false
    }
  }
  return (
    <div class="shown-once">
      <label for={id} class="field-label">
        {label}
      </label>
      <textarea
        ref={field}
        id={id}
        class="input mono"
        readOnly
        rows={text.length > 60 ? 3 : 1}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button icon={copied.value ? 'check' : 'copy'} onClick={copy}>
        {copied.value ? t('copied') : t('copy')}
      </Button>
    </div>
  )
}
