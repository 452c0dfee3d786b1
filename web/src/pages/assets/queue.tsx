// The uploads that are going on, at the lower edge: progress of all and of each, and what can be done about it.

import { useSignal } from '@preact/signals'
import { Button, IconButton } from '../../parts/button.tsx'
import { bytesText, leftText } from '../../parts/figures.ts'
import { Stranger } from '../../parts/stranger.tsx'
import { now } from '../../state/clock.ts'
import { t } from '../../words/assets.ts'
import { problemText } from '../../words/problems.ts'
import { plainText } from '../../parts/plain-text.ts'
import { typesFor } from './kinds.ts'
import type { Asset } from './types.ts'
import type { Upload } from './upload.ts'
import { clearEnded, drop, uploads, uploadTotals } from './uploads.ts'

const percentOf = (upload: Upload): string => {
  const { size } = upload.file
  return `${size === 0 ? 0 : Math.floor((upload.sentBytes.value / size) * 100)} %`
}

const saysOf = (upload: Upload): string => {
  const problem = upload.problem.value
  const percent = percentOf(upload)
  switch (upload.state.value) {
    case 'asks-type':
      return t('u_type')
    case 'waiting':
      return t('u_waiting')
    case 'sending': {
      const left = upload.speed.leftMs(upload.sentBytes.value, upload.file.size)
      if (left === null) return upload.wasResumed.value ? t('u_resumed') : t('u_sendingPlain', { percent })
      const speed = bytesText(upload.speed.perSecond)
      return t('u_sending', { percent, speed, left: leftText(left) })
    }
    case 'checking':
      return t('u_checking')
    case 'again':
      return t('u_again', { left: leftText((upload.againAt.value ?? 0) - now.value) })
    case 'paused':
      return t('u_paused', { percent })
    case 'conflict':
      return t('u_conflict')
    case 'done':
      return t('u_done')
    case 'cancelled':
      return t('u_cancelled')
    case 'failed':
      if (problem !== null) return problemText(problem)
      return typesFor(upload.file.name).length === 0 ? t('u_unsupported') : t('u_empty')
  }
}

const Choices = ({
  upload,
  onOpen,
}: {
  readonly upload: Upload
  readonly onOpen: (asset: Asset) => void
}) => {
  const { value: state } = upload.state
  const asset = upload.asset.value
  if (state === 'asks-type') {
    return (
      <span class="row">
        {typesFor(upload.file.name).map((type) => (
          <Button key={type} small onClick={() => upload.chooseType(type)}>
            {t(`type_${type}`)}
          </Button>
        ))}
      </span>
    )
  }
  if (state === 'conflict') {
    return (
      <span class="row">
        <Button small onClick={() => upload.replace()}>
          {t('replaceIt')}
        </Button>
        <Button small onClick={() => upload.keepBoth()}>
          {t('keepBoth')}
        </Button>
      </span>
    )
  }
  if (state === 'done' && asset !== null) {
    return (
      <Button small onClick={() => onOpen(asset)}>
        {t('open')}
      </Button>
    )
  }
  if (state === 'paused') {
    return <IconButton icon="play" label={t('resume')} onClick={() => upload.resume()} />
  }
  if (state === 'sending' || state === 'again' || state === 'waiting') {
    return <IconButton icon="pause" label={t('pause')} onClick={() => upload.pause()} />
  }
  const isHopeless = state === 'failed' && upload.problem.value === null
  if ((state === 'failed' && !isHopeless) || state === 'cancelled') {
    return <IconButton icon="retry" label={t('again')} onClick={() => upload.resume()} />
  }
  return null
}

const Line = ({ upload, onOpen }: { readonly upload: Upload; readonly onOpen: (asset: Asset) => void }) => {
  const { file, state } = upload
  const isOver = upload.isEnded
  return (
    <li class="upload" data-state={state.value}>
      <span class="upload-name one-line">
        <Stranger text={file.name} max={120} />
      </span>
      <span class="upload-says small">{saysOf(upload)}</span>
      <Choices upload={upload} onOpen={onOpen} />
      <IconButton
        icon="close"
        label={`${isOver ? t('clearDone') : t('giveUp')}: ${plainText(file.name, 60)}`}
        onClick={() => drop(upload)}
      />
      {!isOver && (
        <progress
          class="upload-bar"
          max={Math.max(1, file.size)}
          value={upload.sentBytes.value}
          aria-label={t('progress', { name: plainText(file.name, 60) })}
        />
      )}
    </li>
  )
}

export const Queue = ({ onOpen }: { readonly onOpen: (asset: Asset) => void }) => {
  const isFolded = useSignal(false)
  const all = uploads.value
  if (all.length === 0) return null
  const { all: count, done, sizeBytes, sentBytes, active } = uploadTotals.value
  return (
    <aside class="queue" aria-label={t('uploads')}>
      <header class="queue-head">
        <strong>{t('uploads')}</strong>
        <span class="muted small grow" role="status">
          {t('uploadsSummary', { done, all: count })}
        </span>
        {all.some((upload) => upload.isEnded) && (
          <Button small tone="quiet" onClick={clearEnded}>
            {t('clearDone')}
          </Button>
        )}
        <IconButton
          icon={isFolded.value ? 'up' : 'down'}
          label={isFolded.value ? t('unfold') : t('fold')}
          onClick={() => void (isFolded.value = !isFolded.value)}
          attrs={{ 'aria-expanded': !isFolded.value }}
        />
      </header>
      {active && (
        <progress
          class="upload-bar"
          max={Math.max(1, sizeBytes)}
          value={sentBytes}
          aria-label={t('uploads')}
        />
      )}
      {!isFolded.value && (
        <ul class="queue-list">
          {all.map((upload) => (
            <Line key={upload.id} upload={upload} onOpen={onOpen} />
          ))}
        </ul>
      )}
    </aside>
  )
}
