// The form of a destination: name, address, key, what is sent and how. A key that is set stays when its field stays
// empty, and is never put into the page.

import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Check, Choice, errorAt, Field } from '../../parts/fields.tsx'
import { Note, ProblemNote } from '../../parts/notes.tsx'
import { toast } from '../../parts/toast.tsx'
import { t as parts } from '../../words/parts.ts'
import { t } from '../../words/live.ts'
import { platformName } from '../../words/platforms.ts'
import { setDestination } from './commands.ts'
import { changeOf, formOf, nameFault, type Form } from './form.ts'
import type { Lane } from './lanes.ts'
import { encodingText } from './set-up.tsx'
import { PRESETS } from './types.ts'

interface Props {
  readonly room: string
  /** Null: a new one, which gets a name here. */
  readonly lane: Lane | null
  /** Names that are there already. */
  readonly taken: readonly string[]
  readonly onClose: () => void
  readonly onSaved: () => unknown
}

const LAYOUTS = ['speaker', 'grid', 'single-speaker'] as const

export const DestinationForm = ({ room, lane, taken, onClose, onSaved }: Props) => {
  const destination = lane?.destination ?? null
  // The destination may be changed by others while this is open; what was changed here is told by the beginning.
  const first = useMemo(() => formOf(lane?.platform ?? '', destination), [])
  const form = useSignal<Form>(first)
  const problem = useSignal<ApiProblem | null>(null)
  const tried = useSignal(false)
  const busy = useSignal(false)
  const set = (change: Partial<Form>): void => void (form.value = { ...form.value, ...change })
  const { platform, url, key, kind, layout, identity, screenShare, page, preset } = form.value
  const isKnown = platform === 'youtube' || platform === 'twitch'
  const fault = lane === null ? nameFault(platform, taken) : null

  const save = async (): Promise<void> => {
    tried.value = true
    if (fault !== null || busy.value) return
    busy.value = true
    try {
      await setDestination(room, platform, changeOf(first, form.value, destination !== null))
      toast(t('saved', { platform: platformName(platform) }))
      void onSaved()
      onClose()
    } catch (error) {
      problem.value = problemOf(error)
    } finally {
      busy.value = false
    }
  }
  const shown = problem.value !== null && problem.value.field === null ? problem.value : null
  const layouts = LAYOUTS.includes(layout as (typeof LAYOUTS)[number]) ? LAYOUTS : [...LAYOUTS, layout]

  return (
    <Dialog
      title={lane === null ? t('add') : platformName(lane.platform)}
      onClose={onClose}
      onSubmit={save}
      isBusy={busy.value}
      actions={
        <>
          <Button onClick={onClose} disabled={busy.value}>
            {parts('cancel')}
          </Button>
          <Button tone="main" submit busy={busy.value}>
            {t('save')}
          </Button>
        </>
      }
    >
      <div class="stack">
        {lane === null && (
          <Field
            label={t('name')}
            hint={t('nameHint')}
            value={platform}
            onInput={(value) => set({ platform: value.trim() })}
            error={tried.value ? fault : null}
            placeholder="kick"
            attrs={{ maxLength: 32, autoFocus: true }}
          />
        )}
        {lane?.canStop === true && <Note>{t('onAirNote')}</Note>}
        <Field
          label={t('key')}
          type="password"
          hint={destination?.key_set === true ? t('keyKeep') : t('keyHint')}
          value={key}
          onInput={(value) => set({ key: value.trim() })}
          error={errorAt(problem.value, 'key')}
          placeholder={t('keyPaste')}
          attrs={{ autoComplete: 'new-password', autoFocus: lane !== null, maxLength: 512 }}
        />
        <Field
          label={t('address')}
          hint={isKnown && destination === null ? t('urlOwn') : t('urlHint')}
          value={url}
          onInput={(value) => set({ url: value.trim() })}
          error={errorAt(problem.value, 'url')}
          placeholder="rtmps://…"
          attrs={{ inputMode: 'url' }}
        />
        <Choice
          label={t('source')}
          value={kind}
          onChoose={(value) => set({ kind: value })}
          options={[
            ['room', t('kindRoom')],
            ['participant', t('kindPerson')],
            ['web', t('kindWeb')],
          ]}
        />
        {kind === 'room' && (
          <Choice
            label={t('layout')}
            value={layout}
            onChoose={(value) => set({ layout: value })}
            options={layouts.map((name) => [name, name])}
            error={errorAt(problem.value, 'source/layout')}
          />
        )}
        {kind === 'participant' && (
          <>
            <Field
              label={t('identity')}
              hint={t('identityHint')}
              value={identity}
              onInput={(value) => set({ identity: value })}
              error={errorAt(problem.value, 'source/identity')}
            />
            <Check
              label={t('screenShare')}
              checked={screenShare}
              onChange={(checked) => set({ screenShare: checked })}
            />
          </>
        )}
        {kind === 'web' && (
          <Field
            label={t('pageUrl')}
            type="url"
            value={page}
            onInput={(value) => set({ page: value.trim() })}
            error={errorAt(problem.value, 'source/url')}
          />
        )}
        <Choice
          label={t('preset')}
          value={preset}
          onChoose={(value) => set({ preset: value })}
          options={[
            ...(first.preset === ''
              ? ([
                  [
                    '',
                    destination === null
                      ? t('presetUsual')
                      : t('presetKeep', { now: encodingText(destination) }),
                  ],
                ] as const)
              : []),
            ...PRESETS.map((name) => [name, name] as const),
          ]}
          error={errorAt(problem.value, 'encoding')}
        />
        <ProblemNote problem={shown} />
      </div>
    </Dialog>
  )
}
