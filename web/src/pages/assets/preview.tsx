// What an asset looks or sounds like, as far as a browser can tell; large ones are asked about first.

import { useSignal } from '@preact/signals'
import { request } from '../../api/fetch.ts'
import { Button } from '../../parts/button.tsx'
import { bytesText } from '../../parts/figures.ts'
import { Content, Note } from '../../parts/notes.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { useLoad } from '../../state/load.ts'
import { t } from '../../words/assets.ts'
import { contentUrl, PREVIEW_MAX_BYTES, previewOf } from './kinds.ts'
import { ModelPreview } from './model-preview.tsx'
import { hasContent, type Asset } from './types.ts'

const TEXT_BYTES = 16_384
const TEXT_SHOWN = 6_000

const AudioPreview = ({ asset }: { readonly asset: Asset }) => {
  const failed = useSignal(false)
  return (
    <div class="stack-tight">
      <audio
        controls
        preload="metadata"
        class="asset-audio"
        src={contentUrl(asset.s3_key)}
        aria-label={plainText(asset.display_name, 120)}
        onError={() => void (failed.value = true)}
      />
      {failed.value && <Note tone="warn">{t('audioFailed')}</Note>}
    </div>
  )
}

const TextPreview = ({ asset }: { readonly asset: Asset }) => {
  const head = useLoad(
    async (signal) => {
      const headers = { range: `bytes=0-${TEXT_BYTES - 1}`, accept: '*/*' }
      return (await request('GET', contentUrl(asset.s3_key), { signal, headers })).text()
    },
    [asset.id, asset.version],
  )
  return (
    <Content of={head} lines={4}>
      {(text) => (
        <>
          {(asset.size_bytes ?? 0) > TEXT_SHOWN && (
            <p class="small muted">{t('textHead', { size: bytesText(TEXT_SHOWN) })}</p>
          )}
          <pre class="text-preview" tabIndex={0}>
            <bdi dir="ltr">
              {text
                .slice(0, TEXT_SHOWN)
                .split('\n')
                .map((line) => plainText(line, 400))
                .join('\n')}
            </bdi>
          </pre>
        </>
      )}
    </Content>
  )
}

export const Preview = ({ asset }: { readonly asset: Asset }) => {
  const wanted = useSignal(false)
  const kind = previewOf(asset.s3_key)
  const size = asset.size_bytes ?? 0
  if (kind === 'none') return <p class="muted">{t('previewNone')}</p>
  if (!hasContent(asset)) return <p class="muted">{t('previewNotReady')}</p>
  if (kind === 'audio') return <AudioPreview asset={asset} />
  if (kind === 'text') return <TextPreview asset={asset} />
  if (size > PREVIEW_MAX_BYTES && !wanted.value) {
    return (
      <Note
        action={
          <Button small onClick={() => void (wanted.value = true)}>
            {t('previewLoad')}
          </Button>
        }
      >
        {t('previewLarge', { size: bytesText(size) })}
      </Note>
    )
  }
  return <ModelPreview asset={asset} />
}
