// Adding rooms: a paste of many handles, what will become of each said beforehand, and afterwards the owners' tokens,
// which are shown this once.

import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import type { Room } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Check, Field } from '../../parts/fields.tsx'
import { Note, ProblemNote } from '../../parts/notes.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { copyText } from '../../parts/shown-once.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Table } from '../../parts/table.tsx'
import { loadRooms, roomOf } from '../../state/rooms.ts'
import { adding as t } from '../../words/rooms.ts'
import { readPasted, tokensCsv, type Pasted } from './pasted.ts'

const AT_ONCE = 500
/** Pieces without a handle that are shown. */
const WRONG_SHOWN = 8

type Added = Room & { readonly ownerToken: string }

interface Answer {
  readonly added: readonly Added[]
  readonly refused: readonly {
    readonly handle: string
    readonly code: string
    readonly detail: string | null
  }[]
}

const Preview = ({ pasted: { fresh, known, wrong } }: { readonly pasted: Pasted }) => (
  <div class="stack-tight" aria-live="polite">
    <p class="row-wrap">
      <strong>{t('fresh', { n: fresh.length })}</strong>
      {known.length > 0 && <span class="muted">{t('known', { n: known.length })}</span>}
      {wrong.length > 0 && <span class="adding-wrong">{t('wrong', { n: wrong.length })}</span>}
    </p>
    {wrong.length > 0 && (
      <p class="small muted one-line">
        {wrong.slice(0, WRONG_SHOWN).map((piece) => (
          <Stranger key={piece} class="adding-piece" text={piece} max={24} />
        ))}
      </p>
    )}
    {fresh.length > AT_ONCE && <Note tone="warn">{t('tooMany')}</Note>}
  </div>
)

const copyAll = (added: readonly Added[]): Promise<void> =>
  copyText(added.map((room) => `${room.handle}\t${room.ownerToken}`).join('\n'), t('copied'))

const download = (added: readonly Added[]): void => {
  const url = URL.createObjectURL(new Blob([tokensCsv(added)], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'roomkeeper-owner-tokens.csv'
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

const Done = ({ answer, onClose }: { readonly answer: Answer; readonly onClose: () => void }) => (
  <Dialog
    wide
    title={t('doneTitle', { n: answer.added.length })}
    onClose={onClose}
    actions={
      <>
        {answer.added.length > 0 && (
          <>
            <Button icon="copy" onClick={() => copyAll(answer.added)}>
              {t('copyAll')}
            </Button>
            <Button icon="download" onClick={() => download(answer.added)}>
              {t('download')}
            </Button>
          </>
        )}
        <Button tone="main" onClick={onClose}>
          {t('done')}
        </Button>
      </>
    }
  >
    <div class="stack">
      {answer.refused.length > 0 && (
        <Note tone="warn">
          <strong>{t('refused', { n: answer.refused.length })}</strong>
          <ul>
            {answer.refused.slice(0, 20).map(({ handle, code, detail }) => (
              <li key={handle}>
                <Stranger text={handle} max={30} /> – {plainText(detail ?? code, 160)}
              </li>
            ))}
          </ul>
        </Note>
      )}
      {answer.added.length > 0 && (
        <>
          <p>{t('tokens')}</p>
          <Table
            caption={t('tokens')}
            rows={answer.added}
            keyOf={({ id }) => id}
            columns={[
              { key: 'handle', label: t('handle'), main: true, cell: ({ handle }) => `@${handle}` },
              {
                key: 'token',
                label: t('token'),
                cell: (room) => <code class="adding-token">{room.ownerToken}</code>,
              },
            ]}
          />
        </>
      )}
    </div>
  </Dialog>
)

export const Adding = ({ onClose }: { readonly onClose: () => void }) => {
  const text = useSignal('')
  const watch = useSignal(true)
  const isBusy = useSignal(false)
  const problem = useSignal<ApiProblem | null>(null)
  const answer = useSignal<Answer | null>(null)
  const pasted = readPasted(text.value, (handle) => roomOf(handle) !== undefined)

  const submit = async (): Promise<void> => {
    const handles = pasted.fresh.slice(0, AT_ONCE)
    if (handles.length === 0 || isBusy.value) return
    isBusy.value = true
    try {
      answer.value = await api.post<Answer>('/api/rooms', { handles, monitor: watch.value })
      problem.value = null
      void loadRooms()
    } catch (error) {
      problem.value = problemOf(error)
    }
    isBusy.value = false
  }
  if (answer.value !== null) return <Done answer={answer.value} onClose={onClose} />
  return (
    <Dialog
      title={t('title')}
      onClose={onClose}
      onSubmit={submit}
      isBusy={isBusy.value}
      actions={
        <Button tone="main" submit busy={isBusy.value} disabled={pasted.fresh.length === 0}>
          {pasted.fresh.length === 0 ? t('addNone') : t('add', { n: Math.min(AT_ONCE, pasted.fresh.length) })}
        </Button>
      }
    >
      <div class="stack">
        <Field
          label={t('handles')}
          hint={t('hint')}
          rows={7}
          value={text.value}
          onInput={(value) => (text.value = value)}
          placeholder="@mira.sings https://www.tiktok.com/@nightowl_fm/live"
          attrs={{
            autoFocus: true,
            maxLength: 60_000,
            onKeyDown: (event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit()
            },
          }}
        />
        {text.value.trim() !== '' && <Preview pasted={pasted} />}
        <Check label={t('watch')} checked={watch.value} onChange={(on) => (watch.value = on)} />
        <ProblemNote problem={problem.value} />
      </div>
    </Dialog>
  )
}
