// Everything there is of one event: its text in full, its fields, and the bytes as TikTok sent them.

import { useSignal } from '@preact/signals'
import { api, request } from '../../api/fetch.ts'
import type { Page } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Sheet } from '../../parts/dialog.tsx'
import { bytesText, numberText, utcText } from '../../parts/figures.ts'
import { Content } from '../../parts/notes.tsx'
import { copyText } from '../../parts/shown-once.tsx'
import { Time } from '../../parts/time.tsx'
import { useLoad } from '../../state/load.ts'
import { t } from '../../words/feed.ts'
import { t as shared } from '../../words/parts.ts'
import { nameOf } from './event-line.ts'
import { clip, fullText } from './full-text.ts'
import type { Row } from './feed.ts'
import { clockText } from './line.tsx'
import type { LiveEvent } from './shapes.ts'

const TEXT_MAX = 2_000
const BYTES_MAX = 2_048

const FIELDS = [
  'kind',
  'method',
  'id',
  'msgId',
  'userId',
  'handle',
  'nickname',
  'amount',
  'total',
  'value',
  'giftId',
  'groupId',
  'final',
  'history',
  'late',
] as const

const hexOf = (bytes: Uint8Array): string =>
  Array.from({ length: Math.ceil(bytes.length / 16) }, (_, index) => {
    const line = bytes.subarray(index * 16, index * 16 + 16)
    const hex = [...line].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = [...line]
      .map((byte) => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '·'))
      .join('')
    return `${(index * 16).toString(16).padStart(4, '0')}  ${hex.padEnd(48)} ${text}`
  }).join('\n')

const WholeText = ({ text }: { readonly text: string }) => {
  const isWhole = useSignal(false)
  const full = fullText(text)
  const { text: shown, rest } = isWhole.value ? { text: full, rest: 0 } : clip(full, TEXT_MAX)
  return (
    <section class="stack-tight">
      <h3>{t('wholeText')}</h3>
      <bdi class="event-text hostile" dir="auto">
        {shown}
        {rest > 0 && '…'}
      </bdi>
      {full !== text && <p class="small muted">{t('hidden')}</p>}
      <div class="row-wrap">
        {rest > 0 && (
          <Button small onClick={() => void (isWhole.value = true)}>
            {t('showAll', { n: numberText(full.length) })}
          </Button>
        )}
        <Button small icon="copy" onClick={() => copyText(text, shared('copied'))}>
          {t('copyText')}
        </Button>
      </div>
    </section>
  )
}

const Payload = ({ sessionId, event }: { readonly sessionId: string; readonly event: LiveEvent }) => {
  const path = `/api/sessions/${sessionId}/events/${event.id}/payload`
  const bytes = useSignal<Uint8Array | null>(null)
  const show = async (): Promise<void> => {
    const response = await request('GET', path)
    bytes.value = new Uint8Array(await response.arrayBuffer())
  }
  return (
    <section class="stack-tight">
      <h3>{t('payload')}</h3>
      {bytes.value !== null && (
        <>
          <p class="small muted">
            <bdi>{t('payloadSize', { size: bytesText(bytes.value.length), method: event.method })}</bdi>{' '}
            {bytes.value.length > BYTES_MAX && t('firstBytes', { n: numberText(BYTES_MAX) })}
          </p>
          <pre class="event-bytes" tabIndex={0} aria-label={t('payload')}>
            {hexOf(bytes.value.subarray(0, BYTES_MAX))}
          </pre>
        </>
      )}
      <div class="row-wrap">
        {bytes.value === null && (
          <Button small onClick={show}>
            {t('showBytes')}
          </Button>
        )}
        <a class="button button-small" href={path} download={`${event.method || 'message'}-${event.id}.bin`}>
          {t('download')}
        </a>
      </div>
    </section>
  )
}

const Whole = ({ sessionId, event }: { readonly sessionId: string; readonly event: LiveEvent }) => (
  <>
    {event.text !== null && <WholeText text={event.text} />}
    <section class="stack-tight">
      <h3>{t('fields')}</h3>
      <dl class="pairs">
        <dt>at</dt>
        <dd>
          <Time at={event.at} /> <span class="faint small">{utcText(event.at)}</span>
        </dd>
        {event.sourceAt !== null && (
          <>
            <dt>sourceAt</dt>
            <dd>{utcText(event.sourceAt)}</dd>
          </>
        )}
        {FIELDS.filter((name) => event[name] !== null && event[name] !== false).flatMap((name) => [
          <dt key={name}>{name}</dt>,
          <dd key={`${name} value`}>
            <bdi class="hostile">{fullText(clip(String(event[name]), 300).text)}</bdi>
          </dd>,
        ])}
      </dl>
      {event.data !== null && (
        <pre class="event-bytes" tabIndex={0} aria-label="data">
          {fullText(clip(JSON.stringify(event.data, null, 2), 20_000).text)}
        </pre>
      )}
    </section>
    <Payload sessionId={sessionId} event={event} />
  </>
)

export const EventSheet = ({
  sessionId,
  row,
  onClose,
  onPerson,
}: {
  readonly sessionId: string
  readonly row: Row
  readonly onClose: () => void
  readonly onPerson: (userId: string, name: string) => void
}) => {
  const loaded = useLoad(
    async (signal) => {
      const [before, after] = [BigInt(row.id) + 1n, BigInt(row.id) - 1n].map(String)
      const query = { after, before, limit: 1 }
      const page = await api.get<Page<LiveEvent>>(`/api/sessions/${sessionId}/events`, { query, signal })
      return page.items[0] ?? null
    },
    [sessionId, row.id],
  )
  const { userId } = row
  return (
    <Sheet
      title={t('details', { time: clockText(row.at) })}
      onClose={onClose}
      actions={
        userId === null ? undefined : (
          <Button icon="person" onClick={() => onPerson(userId, row.line.name ?? userId)}>
            {t('onlyPerson')}
          </Button>
        )
      }
    >
      <div class="stack">
        <Content of={loaded} lines={8}>
          {(event) =>
            event === null ? (
              <p class="muted">{t('payloadGone')}</p>
            ) : (
              <>
                <p class="large">
                  <bdi>{nameOf(event) ?? event.kind}</bdi>
                </p>
                <Whole sessionId={sessionId} event={event} />
              </>
            )
          }
        </Content>
      </div>
    </Sheet>
  )
}
