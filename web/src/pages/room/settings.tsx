// What is set for one room: its name, whether it is watched, a proxy of its own, and the token of its owner.

import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import type { Room } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm, Sheet } from '../../parts/dialog.tsx'
import { Check, errorAt, Field } from '../../parts/fields.tsx'
import { ProblemNote } from '../../parts/notes.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { toast } from '../../parts/toast.tsx'
import { putRoom } from '../../state/rooms.ts'
import { t as shared } from '../../words/parts.ts'
import { t } from '../../words/room.ts'

const OwnerToken = ({ room, disabled }: { readonly room: Room; readonly disabled: boolean }) => {
  const isAsking = useSignal(false)
  const token = useSignal<string | null>(null)
  const rotate = async (): Promise<void> => {
    const answer = await api.post<{ readonly ownerToken: string }>(`/api/rooms/${room.id}/tokens/rotate`, {})
    token.value = answer.ownerToken
  }
  return (
    <section class="stack-tight">
      <h3>{t('token')}</h3>
      {token.value !== null && <ShownOnce label={t('tokenShown')} text={token.value} />}
      <div>
        <Button icon="retry" disabled={disabled} onClick={() => void (isAsking.value = true)}>
          {t('tokenRotate')}
        </Button>
      </div>
      {isAsking.value && (
        <Confirm
          title={t('tokenRotate')}
          label={t('tokenRotate')}
          act={rotate}
          onClose={() => void (isAsking.value = false)}
        >
          <p>{t('tokenRotateAsk')}</p>
        </Confirm>
      )}
    </section>
  )
}

export const RoomSettings = ({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) => {
  // The room goes on while this is open; what was changed here is told by what it was at the beginning.
  const first = useRef(room).current
  const name = useSignal(first.displayName ?? '')
  const monitor = useSignal(first.monitor)
  const proxy = useSignal('')
  const problem = useSignal<ApiProblem | null>(null)
  const isBusy = useSignal(false)
  const path = `/api/rooms/${room.id}`

  const submit = async (): Promise<void> => {
    if (isBusy.value) return
    isBusy.value = true
    const displayName = name.value.trim() === '' ? null : name.value.trim()
    try {
      putRoom(
        await api.patch<Room>(path, {
          ...(displayName !== first.displayName && { displayName }),
          ...(monitor.value !== first.monitor && { monitor: monitor.value }),
          ...(proxy.value.trim() !== '' && { proxyUrl: proxy.value.trim() }),
        }),
      )
      toast(t('saved'))
      onClose()
    } catch (error) {
      problem.value = problemOf(error)
    }
    isBusy.value = false
  }
  const removeProxy = async (): Promise<void> => {
    putRoom(await api.patch<Room>(path, { proxyUrl: null }))
    proxy.value = ''
    toast(t('proxyRemoved'))
  }
  const isFieldWrong = ['displayName', 'proxyUrl'].some((field) => errorAt(problem.value, field) !== null)
  return (
    <Sheet
      title={t('settings')}
      onClose={onClose}
      onSubmit={submit}
      isBusy={isBusy.value}
      actions={
        <>
          <Button onClick={onClose} disabled={isBusy.value}>
            {shared('cancel')}
          </Button>
          <Button tone="main" submit busy={isBusy.value}>
            {t('save')}
          </Button>
        </>
      }
    >
      <div class="stack">
        <Field
          label={t('name')}
          hint={t('nameHint')}
          value={name.value}
          error={errorAt(problem.value, 'displayName')}
          onInput={(value) => void (name.value = value)}
          attrs={{ maxLength: 100 }}
        />
        <Check label={t('monitor')} checked={monitor.value} onChange={(on) => void (monitor.value = on)} />
        <Field
          label={t('proxy')}
          hint={t('proxyHint')}
          value={proxy.value}
          type="url"
          error={errorAt(problem.value, 'proxyUrl')}
          onInput={(value) => void (proxy.value = value)}
          placeholder="socks5://…"
          attrs={{ maxLength: 500 }}
        />
        <div>
          <Button small onClick={removeProxy}>
            {t('proxyRemove')}
          </Button>
        </div>
        {!isFieldWrong && <ProblemNote problem={problem.value} />}
        <OwnerToken room={room} disabled={isBusy.value} />
      </div>
    </Sheet>
  )
}
