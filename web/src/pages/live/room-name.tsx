// The name of the LiveKit room that a room is sent from; operators change it in its place.

import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { Field } from '../../parts/fields.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { useHeard } from '../../state/heard.ts'
import { isOperator } from '../../state/me.ts'
import { useLoad } from '../../state/load.ts'
import { t as parts } from '../../words/parts.ts'
import { t } from '../../words/live.ts'
import { isOtherSource } from './types.ts'

export const RoomName = ({ room }: { readonly room: string }) => {
  const path = `/api/rooms/${encodeURIComponent(room)}/livekit`
  const named = useLoad((signal) => api.get<{ readonly name: string }>(path, { signal }), [path])
  useHeard((fact) => fact.roomId === room && isOtherSource(fact), named.reload, [named])
  const editing = useSignal<string | null>(null)
  const problem = useSignal<ApiProblem | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const line = useRef<HTMLParagraphElement>(null)
  const wasEditing = useRef(false)
  const isEditing = editing.value !== null
  // Each takes the place of the other, and what had the focus goes with it.
  useLayoutEffect(() => {
    if (isEditing) form.current?.querySelector('input')?.focus()
    else if (wasEditing.current && document.activeElement === document.body) {
      line.current?.querySelector('button')?.focus()
    }
    wasEditing.current = isEditing
  }, [isEditing])
  const leave = (): void => {
    editing.value = null
    problem.value = null
  }
  const save = async (): Promise<void> => {
    try {
      named.put(await api.put(path, { name: editing.value ?? '' }))
      leave()
    } catch (error) {
      problem.value = problemOf(error)
    }
  }
  if (editing.value !== null) {
    return (
      <form
        ref={form}
        class="stack-tight"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Field
          label={t('livekitRoom')}
          hint={t('livekitRoomHint')}
          value={editing.value}
          onInput={(value) => void (editing.value = value)}
          error={problem.value?.detail ?? problem.value?.title}
          attrs={{ maxLength: 256 }}
        />
        <div class="row">
          <Button small submit>
            {t('save')}
          </Button>
          <Button small onClick={leave}>
            {parts('cancel')}
          </Button>
        </div>
      </form>
    )
  }
  return (
    <p ref={line} class="row">
      <span class="muted">{t('livekitRoom')}</span>
      <strong class="one-line mono">
        <Stranger text={named.data.value?.name ?? '–'} max={80} />
      </strong>
      {isOperator() && (
        <IconButton
          icon="edit"
          label={`${t('change')}: ${t('livekitRoom')}`}
          onClick={() => void (editing.value = named.data.value?.name ?? '')}
        />
      )}
    </p>
  )
}
