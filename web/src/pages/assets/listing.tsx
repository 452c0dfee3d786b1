// Assets as cards or as lines. Each is one button that opens it; the end of a list that goes on reads the next page
// when it comes into view.

import { useEffect, useRef } from 'preact/hooks'
import { Button } from '../../parts/button.tsx'
import { bytesText } from '../../parts/figures.ts'
import { Icon } from '../../parts/icons.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { t } from '../../words/assets.ts'
import { AssetIcon } from './asset-icon.tsx'
import type { AssetList } from './list-state.ts'
import { statusWords } from './status.ts'
import type { Asset } from './types.ts'

export const Status = ({ asset }: { readonly asset: Asset }) => {
  const { word, why } = statusWords(asset)
  return (
    <span class="asset-status" data-status={asset.status} title={why ?? undefined}>
      {asset.status !== 'ready' && (
        <Icon name={asset.status === 'uploading' ? 'upload' : 'warning'} size={12} />
      )}
      {word}
    </span>
  )
}

const Seen = ({ asset: { visibility } }: { readonly asset: Asset }) => (
  <span class="small muted row" title={t(visibility === 'public' ? 'publicHint' : 'privateHint')}>
    <Icon name={visibility === 'public' ? 'eye' : 'lock'} size={12} /> {t(visibility)}
  </span>
)

const Card = ({ asset, onOpen }: { readonly asset: Asset; readonly onOpen: (asset: Asset) => void }) => {
  const { why } = statusWords(asset)
  return (
    <li>
      <button type="button" class="asset-card" data-status={asset.status} onClick={() => onOpen(asset)}>
        <span class="asset-card-face">
          <AssetIcon asset={asset} />
        </span>
        <span class="asset-card-name">
          <Stranger text={asset.display_name} max={120} />
        </span>
        <span class="asset-card-line small muted">
          <span>{asset.size_bytes === null ? '–' : bytesText(asset.size_bytes)}</span>
          <Seen asset={asset} />
          {asset.status !== 'ready' && <Status asset={asset} />}
        </span>
        {why !== null && <span class="asset-card-why small">{why}</span>}
      </button>
    </li>
  )
}

interface ListingProps {
  readonly items: readonly Asset[]
  readonly view: 'grid' | 'list'
  readonly onOpen: (asset: Asset) => void
  readonly list: AssetList
  /** There may be more, which is read when the end is seen. */
  readonly isPaged?: boolean
}

const End = ({ list }: { readonly list: AssetList }) => {
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = end.current
    if (element === null) return
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void list.more()
      },
      { rootMargin: '400px' },
    )
    seen.observe(element)
    return () => seen.disconnect()
  }, [list, list.next.value])
  if (list.next.value === null) return null
  return (
    <div ref={end} class="assets-end">
      <Button busy={list.loadingMore.value} onClick={() => list.more()}>
        {t('more')}
      </Button>
    </div>
  )
}

const Lines = ({ items, onOpen }: Pick<ListingProps, 'items' | 'onOpen'>) => (
  <Table
    caption={t('all')}
    rows={items}
    keyOf={({ id }) => id}
    onRow={onOpen}
    columns={[
      {
        key: 'name',
        label: t('name'),
        main: true,
        class: 'asset-cell',
        cell: (asset) => (
          <button type="button" class="asset-link" onClick={() => onOpen(asset)}>
            <AssetIcon asset={asset} small />
            <Stranger text={asset.display_name} max={120} />
          </button>
        ),
      },
      { key: 'type', label: t('type'), cell: ({ type }) => t(`type_${type}`) },
      { key: 'status', label: t('status'), cell: (asset) => <Status asset={asset} /> },
      { key: 'seen', label: t('visibility'), cell: (asset) => <Seen asset={asset} /> },
      {
        key: 'size',
        label: t('size'),
        number: true,
        cell: ({ size_bytes: size }) => (size === null ? '–' : bytesText(size)),
      },
      { key: 'at', label: t('created'), number: true, cell: ({ created_at: at }) => <Time at={at} /> },
    ]}
  />
)

export const Listing = ({ items, view, onOpen, list, isPaged = false }: ListingProps) => (
  <>
    {view === 'grid' ? (
      <ul class="asset-cards">
        {items.map((asset) => (
          <Card key={asset.id} asset={asset} onOpen={onOpen} />
        ))}
      </ul>
    ) : (
      <Lines items={items} onOpen={onOpen} />
    )}
    {isPaged && <End list={list} />}
  </>
)
