// A model, a motion or a panorama in a view that turns. The code for it is loaded when somebody looks, and only where
// there is WebGL.

import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { request } from '../../api/fetch.ts'
import { problemOf } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { Check, Choice } from '../../parts/fields.tsx'
import { numberText } from '../../parts/figures.ts'
import { Note } from '../../parts/notes.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { t } from '../../words/assets.ts'
import { problemText } from '../../words/problems.ts'
import { contentUrl } from './kinds.ts'
import { plainText } from '../../parts/plain-text.ts'
import type { Facts } from './three/load.ts'
import type { Stage } from './three/stage.ts'
import type { Asset } from './types.ts'

const hasWebgl = (): boolean => document.createElement('canvas').getContext('webgl2') !== null

/** Reads all of it and tells how far it is. */
const bytesOf = async (
  asset: Asset,
  signal: AbortSignal,
  onProgress: (part: number) => void,
): Promise<ArrayBuffer> => {
  const headers = { accept: '*/*' }
  const response = await request('GET', contentUrl(asset.s3_key), { signal, headers })
  const whole = Number(response.headers.get('content-length') ?? asset.size_bytes ?? 0)
  const reader = response.body?.getReader()
  if (reader === undefined) return response.arrayBuffer()
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    pieces.push(value)
    size += value.byteLength
    if (whole > 0) onProgress(Math.min(1, size / whole))
  }
  return new Blob(pieces).arrayBuffer()
}

type State =
  | { readonly is: 'loading'; readonly part: number }
  | { readonly is: 'failed'; readonly why: string }
  | { readonly is: 'no-webgl' }
  | { readonly is: 'shown'; readonly facts: Facts; readonly clips: readonly string[] }

export const ModelPreview = ({ asset }: { readonly asset: Asset }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const stage = useRef<Stage | null>(null)
  const state = useSignal<State>({ is: 'loading', part: 0 })
  const clip = useSignal('')
  const turning = useSignal(false)

  useEffect(() => {
    const abort = new AbortController()
    const begin = async (): Promise<void> => {
      if (!hasWebgl()) return void (state.value = { is: 'no-webgl' })
      const [{ Stage }, { load }, bytes] = await Promise.all([
        import('./three/stage.ts'),
        import('./three/load.ts'),
        bytesOf(asset, abort.signal, (part) => void (state.value = { is: 'loading', part })),
      ])
      if (abort.signal.aborted || canvas.current === null) return
      const made = new Stage(canvas.current)
      stage.current = made
      const loaded = await load(bytes, asset.s3_key).catch(() => null)
      if (abort.signal.aborted) return
      if (loaded === null) return void (state.value = { is: 'failed', why: t('previewBroken') })
      made.show(loaded)
      state.value = {
        is: 'shown',
        facts: loaded.facts,
        clips: loaded.clips.map(({ name }, index) => `${index + 1}. ${plainText(name, 60)}`),
      }
    }
    begin().catch((error: unknown) => {
      if (abort.signal.aborted) return
      const problem = problemOf(error)
      state.value = { is: 'failed', why: problem.status > 0 ? problemText(problem) : t('previewUnread') }
    })
    return () => {
      abort.abort()
      stage.current?.dispose()
      stage.current = null
    }
  }, [asset.id, asset.version])

  const now = state.value
  if (now.is === 'no-webgl') {
    return (
      <Note tone="warn">
        <strong>{t('noWebgl')}</strong> {t('noWebglNext')}
      </Note>
    )
  }
  if (now.is === 'failed') return <Note tone="problem">{t('previewFailed', { why: now.why })}</Note>
  return (
    <div class="stack-tight">
      <div class="stage">
        <canvas
          ref={canvas}
          class="stage-canvas"
          tabIndex={0}
          role="img"
          aria-label={t('viewer')}
          data-shown={now.is === 'shown'}
        />
        {now.is === 'loading' && (
          <p class="stage-loading" role="status">
            {t('previewLoading', { percent: `${Math.round(now.part * 100)} %` })}
          </p>
        )}
      </div>
      <p class="small muted">{t('viewerHint')}</p>
      {now.is === 'shown' && (
        <>
          <div class="row-wrap">
            {now.clips.length > 0 && (
              <>
                <Choice
                  label={t('clip')}
                  bare
                  value={clip.value}
                  onChoose={(value) => {
                    clip.value = value
                    stage.current?.play(value === '' ? null : Number(value))
                  }}
                  options={[['', t('clipNone')], ...now.clips.map((name, n) => [String(n), name] as const)]}
                />
                {clip.value === '' && (
                  <Button
                    icon="play"
                    onClick={() => {
                      clip.value = '0'
                      stage.current?.play(0)
                    }}
                  >
                    {t('play')}
                  </Button>
                )}
              </>
            )}
            <Check
              label={t('turnSlowly')}
              checked={turning.value}
              onChange={(checked) => {
                turning.value = checked
                stage.current?.turnSlowly(checked)
              }}
            />
          </div>
          <dl class="asset-facts">
            {now.facts.map(([name, value]) => (
              <div key={name}>
                <dt>{t(`fact_${name}`)}</dt>
                <dd>{typeof value === 'number' ? numberText(value) : <Stranger text={value} max={120} />}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  )
}
