// Assets: found, looked at, uploaded by dropping them anywhere, and cared for. What needs somebody stands first.

import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { Button } from '../../parts/button.tsx'
import { Choice, Field } from '../../parts/fields.tsx'
import { numberText } from '../../parts/figures.ts'
import { Icon } from '../../parts/icons.tsx'
import { Empty, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { route, setQuery } from '../../router.tsx'
import { onFact, onStale } from '../../state/facts.ts'
import { remembered } from '../../state/preferences.ts'
import { t } from '../../words/assets.ts'
import { AssetSheet } from './asset-sheet.tsx'
import { DropZone } from './drop-zone.tsx'
import { ACCEPTED, ASSET_TYPES, type AssetType } from './kinds.ts'
import { AssetList } from './list-state.ts'
import { Listing } from './listing.tsx'
import { Queue } from './queue.tsx'
import { SORTS, type Asset, type Sort } from './types.ts'
import { add } from './uploads.ts'
import './page.css'
import './upload.css'

const view = remembered('assets-view', ['grid', 'list'], 'grid')

const SORT_WORDS = {
  '-created_at': 'sort_created_down',
  created_at: 'sort_created_up',
  '-updated_at': 'sort_updated_down',
  display_name: 'sort_name',
  '-size_bytes': 'sort_size_down',
  size_bytes: 'sort_size_up',
} as const satisfies Record<Sort, string>

const FACT_MS = 250
const TYPING_MS = 220

/** Keeps the list true for as long as it is shown. */
const useList = (type: AssetType | null, text: string, sort: Sort): AssetList => {
  const list = useMemo(() => new AssetList({ type, text, sort }), [type, text, sort])
  useEffect(() => {
    void list.load()
    const changed = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const forget = onFact(({ name, body }) => {
      const id = body['assetId']
      if (!name.startsWith('asset.')) return
      if (typeof id === 'string') changed.add(id)
      else if (name === 'asset.imported' || name === 'asset.mass_missing') void list.load()
      timer ??= setTimeout(() => {
        timer = undefined
        const ids = [...changed]
        changed.clear()
        void list.refresh(ids)
      }, FACT_MS)
    })
    const forgetStale = onStale(() => void list.load())
    return () => {
      forget()
      forgetStale()
      clearTimeout(timer)
      list.stop()
    }
  }, [list])
  return list
}

const Picker = () => {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        aria-label={t('upload')}
        onChange={({ currentTarget }) => {
          add(currentTarget.files ?? [])
          currentTarget.value = ''
        }}
      />
      <Button tone="main" icon="upload" onClick={() => input.current?.click()}>
        {t('upload')}
      </Button>
    </>
  )
}

const Views = () => (
  <div class="asset-views" role="group" aria-label={t('view')}>
    {(['grid', 'list'] as const).map((one) => (
      <Button
        key={one}
        tone="quiet"
        attrs={{ 'aria-pressed': view.value === one }}
        onClick={() => void (view.value = one)}
      >
        {t(`view_${one}`)}
      </Button>
    ))}
  </div>
)

export default function Page() {
  const { query } = route.value
  const type = ASSET_TYPES.find((one) => one === query.get('type')) ?? null
  const sort = SORTS.find((one) => one === query.get('sort')) ?? '-created_at'
  const text = query.get('q') ?? ''
  const typed = useSignal(text)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const list = useList(type, text, sort)
  const find = (value: string): void => {
    typed.value = value
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      timer.current = undefined
      setQuery({ q: value.trim() })
    }, TYPING_MS)
  }
  // Another address has another text, but for what is being typed.
  useEffect(() => {
    if (timer.current === undefined && typed.peek().trim() !== text.trim()) typed.value = text
  }, [text])
  useEffect(() => () => clearTimeout(timer.current), [])

  const items = list.items.value
  const attention = list.attention.value
  const isEmpty = items.length === 0 && attention.length === 0 && list.next.value === null
  const isFiltered = text !== '' || type !== null
  const chosen = query.get('asset')
  const open = (asset: Asset | null): void => setQuery({ asset: asset?.id ?? null })
  const count = items.length + attention.length
  const isMore = list.next.value !== null || list.attentionMore.value
  return (
    <DropZone>
      <div class="stack assets">
        <header class="row-wrap">
          <h1>{t('title')}</h1>
          {list.isLoaded.value && !isEmpty && (
            <span class="muted" role="status">
              {isMore ? t('countMore', { n: numberText(count) }) : t('count', { n: count })}
            </span>
          )}
          <span class="end row">
            <Picker />
          </span>
        </header>
        <Tabs
          label={t('types')}
          chosen={type ?? 'all'}
          onChoose={(key) => setQuery({ type: key === 'all' ? null : key, asset: null })}
          tabs={(['all', ...ASSET_TYPES] as const).map((key) => ({ key, label: t(`type_${key}`) }))}
        />
        <div class="assets-tools">
          <Field
            label={t('find')}
            bare
            type="search"
            placeholder={t('find')}
            value={typed.value}
            onInput={find}
            attrs={{ maxLength: 200 }}
          />
          <Choice
            label={t('sort')}
            bare
            value={sort}
            onChoose={(value) => setQuery({ sort: value === '-created_at' ? null : value })}
            options={SORTS.map((one) => [one, t(SORT_WORDS[one])])}
          />
          <Views />
        </div>
        <ProblemNote problem={list.problem.value} stale={list.isLoaded.value} onRetry={() => list.load()} />
        {!list.isLoaded.value ? (
          list.problem.value === null && <Skeleton lines={4} tall />
        ) : isEmpty ? (
          isFiltered ? (
            <Empty
              icon="search"
              title={t('noMatch')}
              action={
                <Button
                  onClick={() => {
                    typed.value = ''
                    setQuery({ q: null, type: null })
                  }}
                >
                  {t('clear')}
                </Button>
              }
            >
              {t('noMatchNext')}
            </Empty>
          ) : (
            <Empty icon="assets" title={t('empty')} action={<Picker />}>
              {t('emptyNext')}
            </Empty>
          )
        ) : (
          <>
            {attention.length > 0 && (
              <section class="stack-tight" aria-label={t('attention')}>
                <h2 class="row">
                  <Icon name="warning" /> {t('attention')}
                </h2>
                <p class="muted small">
                  {t('attentionText')} {list.attentionMore.value && t('attentionMore')}
                </p>
                <Listing items={attention} view={view.value} onOpen={open} list={list} />
              </section>
            )}
            {(items.length > 0 || list.next.value !== null) && (
              <section class="stack-tight" aria-label={t('all')}>
                {attention.length > 0 && <h2>{t('all')}</h2>}
                <Listing items={items} view={view.value} onOpen={open} list={list} isPaged />
              </section>
            )}
          </>
        )}
      </div>
      <Queue onOpen={open} />
      {chosen !== null && <AssetSheet id={chosen} list={list} onOpen={open} onClose={() => open(null)} />}
    </DropZone>
  )
}
