// How a destination is set up, without its key: only that there is one, and how a long one ends.

import { Button } from '../../parts/button.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { t } from '../../words/live.ts'
import type { Destination, Source } from './types.ts'

const keyText = ({ key_state: state, key_last4: last4 }: Destination): string => {
  if (state === 'missing') return t('keyMissing')
  if (state === 'unreadable') return t('keyUnreadable')
  return last4 === null ? t('keySetShort') : t('keySet', { last4 })
}

const sourceText = (source: Source): string => {
  if (source.type === 'room') return t('sourceRoom', { layout: source.layout })
  if (source.type === 'web') return t('sourceWeb', { url: source.url })
  return t(source.screen_share ? 'sourceScreen' : 'sourcePerson', { identity: source.identity })
}

/** `720p30`, or what it is when it is none of the presets. */
export const encodingText = ({ encoding }: Destination): string =>
  encoding.preset ??
  t('encodingOf', {
    width: encoding.width,
    height: encoding.height,
    fps: encoding.framerate,
    kbps: encoding.video_kbps,
  })

export const SetUp = ({
  destination,
  onReplace,
}: {
  readonly destination: Destination | null
  readonly onReplace: () => void
}) => {
  if (destination === null) {
    return (
      <dl class="set-up">
        <dt>{t('key')}</dt>
        <dd class="muted">{t('keyMissing')}</dd>
      </dl>
    )
  }
  const { key_state: state, origin, url, source } = destination
  return (
    <dl class="set-up">
      <dt>{t('key')}</dt>
      <dd>
        <span class={state === 'set' ? 'mono' : 'set-up-bad'}>{keyText(destination)}</span>{' '}
        {origin === 'environment' && <span class="faint small">{t('keyOfServer')}</span>}
        {state === 'set' && (
          <Button small tone="quiet" onClick={onReplace}>
            {t('replaceKey')}
          </Button>
        )}
      </dd>
      <dt>{t('address')}</dt>
      <dd class="one-line" title={url}>
        <Stranger text={url} class="mono" />
      </dd>
      <dt>{t('source')}</dt>
      <dd>
        <Stranger text={sourceText(source)} />
      </dd>
      <dt>{t('encoding')}</dt>
      <dd>{encodingText(destination)}</dd>
    </dl>
  )
}
