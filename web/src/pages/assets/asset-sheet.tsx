// One asset in a sheet: what it looks like, what is known of it, and what can be done with it.

import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { Confirm, Sheet } from '../../parts/dialog.tsx'
import { bytesText } from '../../parts/figures.ts'
import { Content, Note } from '../../parts/notes.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { copyText } from '../../parts/shown-once.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Time } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { useHeard } from '../../state/heard.ts'
import { useLoad } from '../../state/load.ts'
import { isOperator, me } from '../../state/me.ts'
import { roomOf } from '../../state/rooms.ts'
import { t } from '../../words/assets.ts'
import { contentUrl, EXTENSIONS } from './kinds.ts'
import type { AssetList } from './list-state.ts'
import { Status } from './listing.tsx'
import { Preview } from './preview.tsx'
import { Rename } from './rename.tsx'
import { statusWords } from './status.ts'
import { hasContent, type Asset } from './types.ts'
import { addReplacement } from './uploads.ts'

const pathOf = (id: string): string => `/api/s3/resources/${encodeURIComponent(id)}`

const isMine = ({ owner }: Asset): boolean => {
  const who = me.value
  return isOperator() || (typeof who === 'object' && who.roomId === owner)
}

const Details = ({ asset }: { readonly asset: Asset }) => {
  const owner =
    asset.owner === 'operator' ? t('operator') : `@${roomOf(asset.owner)?.value.handle ?? asset.owner}`
  return (
    <dl class="asset-details">
      <dt>{t('key')}</dt>
      <dd class="mono">
        <Stranger text={asset.s3_key} max={1_100} />
      </dd>
      <dt>{t('status')}</dt>
      <dd>
        <Status asset={asset} />
      </dd>
      <dt>{t('type')}</dt>
      <dd>{t(`type_${asset.type}`)}</dd>
      <dt>{t('size')}</dt>
      <dd>{asset.size_bytes === null ? '–' : bytesText(asset.size_bytes)}</dd>
      <dt>{t('visibility')}</dt>
      <dd>{t(asset.visibility)}</dd>
      <dt>{t('owner')}</dt>
      <dd>{owner}</dd>
      <dt>{t('version')}</dt>
      <dd>{asset.version}</dd>
      <dt>{t('mime')}</dt>
      <dd class="mono">{asset.mime_type}</dd>
      <dt>{t('stored')}</dt>
      <dd>
        <Time at={asset.stored_at} />
      </dd>
      <dt>{t('checked')}</dt>
      <dd>
        <Time at={asset.checked_at} />
      </dd>
      {asset.sha256 !== null && (
        <>
          <dt>SHA-256</dt>
          <dd class="mono small">{asset.sha256}</dd>
        </>
      )}
    </dl>
  )
}

const Replace = ({ asset }: { readonly asset: Asset }) => {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept={EXTENSIONS[asset.type].map((extension) => `.${extension}`).join(',')}
        aria-label={t('replace')}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          if (file !== undefined) addReplacement(file, asset)
          currentTarget.value = ''
        }}
      />
      <Button icon="upload" title={t('replaceHint')} onClick={() => input.current?.click()}>
        {t('replace')}
      </Button>
    </>
  )
}

interface SheetProps {
  readonly id: string
  readonly list: AssetList
  readonly onOpen: (asset: Asset) => void
  readonly onClose: () => void
}

const Commands = ({
  asset,
  onChange,
  onClose,
  list,
}: Pick<SheetProps, 'onClose' | 'list'> & {
  readonly asset: Asset
  readonly onChange: (asset: Asset) => void
}) => {
  const asking = useSignal<'public' | 'remove' | null>(null)
  const close = (): void => void (asking.value = null)
  const name = plainText(asset.display_name, 60)
  const see = async (visibility: Asset['visibility']): Promise<void> => {
    onChange(await api.patch<Asset>(pathOf(asset.id), { visibility }))
    toast(t('changed', { name }))
  }
  const address = new URL(contentUrl(asset.s3_key), location.href).href
  return (
    <div class="row-wrap">
      {hasContent(asset) && (
        <>
          <a class="button" href={address} download={plainText(asset.display_name, 120)}>
            {t('download')}
          </a>
          {window.isSecureContext && (
            <Button icon="copy" onClick={() => copyText(address, t('copied'))}>
              {t('copyAddress')}
            </Button>
          )}
        </>
      )}
      {isMine(asset) && (
        <>
          <Button
            icon={asset.visibility === 'public' ? 'lock' : 'eye'}
            onClick={() => (asset.visibility === 'public' ? see('private') : void (asking.value = 'public'))}
          >
            {t(asset.visibility === 'public' ? 'makePrivate' : 'makePublic')}
          </Button>
          <Replace asset={asset} />
          <Button tone="danger" icon="trash" onClick={() => void (asking.value = 'remove')}>
            {t('remove')}
          </Button>
        </>
      )}
      {asking.value === 'public' && (
        <Confirm
          title={t('makePublicTitle', { name })}
          label={t('makePublic')}
          tone="main"
          act={() => see('public')}
          onClose={close}
        >
          <p>{t('makePublicText')}</p>
        </Confirm>
      )}
      {asking.value === 'remove' && (
        <Confirm
          title={t('removeTitle', { name })}
          label={t('remove')}
          act={async () => {
            await api.delete(pathOf(asset.id))
            list.drop(asset.id)
            toast(t('removed', { name }))
            onClose()
          }}
          onClose={close}
        >
          <p>{t('removeText')}</p>
        </Confirm>
      )}
    </div>
  )
}

/** The next in the list as it is shown; arrows beside the name go there. */
const neighbour = (list: AssetList, id: string, step: 1 | -1): Asset | undefined => {
  const all = [...list.attention.value, ...list.items.value]
  const at = all.findIndex((one) => one.id === id)
  return at === -1 ? undefined : all[at + step]
}

/** It stays open from one asset to the next, so that the focus stays on the arrow that led there. */
export const AssetSheet = ({ id, list, onOpen, onClose }: SheetProps) => {
  const loaded = useLoad((signal) => api.get<Asset>(pathOf(id), { signal }), [id])
  useHeard(({ name, body }) => name.startsWith('asset.') && body['assetId'] === id, loaded.reload, [loaded])
  const known = [...list.attention.value, ...list.items.value].find((one) => one.id === id)
  // What the list heard of it meanwhile is newer.
  useEffect(() => {
    const read = loaded.data.peek()
    if (known !== undefined && (read === undefined || read.updated_at <= known.updated_at)) loaded.put(known)
  }, [known])
  const changed = (asset: Asset): void => {
    loaded.put(asset)
    list.put(asset)
  }
  const asset = loaded.data.value
  const isGone = loaded.problem.value?.status === 404
  const [before, after] = [neighbour(list, id, -1), neighbour(list, id, 1)]
  return (
    <Sheet
      wide
      onClose={onClose}
      title={
        <span class="row">
          <span class="one-line">
            <Stranger text={(asset ?? known)?.display_name ?? t('details')} max={120} />
          </span>
          <IconButton
            icon="left"
            label={t('previous')}
            disabled={before === undefined}
            onClick={() => before !== undefined && onOpen(before)}
          />
          <IconButton
            icon="right"
            label={t('next')}
            disabled={after === undefined}
            onClick={() => after !== undefined && onOpen(after)}
          />
        </span>
      }
    >
      {isGone ? (
        <Note tone="warn">{t('gone')}</Note>
      ) : (
        <Content of={loaded} lines={6}>
          {(one) => {
            const { why } = statusWords(one)
            return (
              <div class="stack" key={one.id}>
                {why !== null && <Note tone="problem">{why}</Note>}
                <Preview key={one.version} asset={one} />
                {isMine(one) && <Rename asset={one} onChange={changed} />}
                <Commands asset={one} list={list} onChange={changed} onClose={onClose} />
                <Details asset={one} />
              </div>
            )
          }}
        </Content>
      )}
    </Sheet>
  )
}
