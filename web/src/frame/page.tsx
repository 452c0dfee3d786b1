// Loads a page when it is first gone to and shows it; while it loads, its layout is kept. A page that fails does not
// take the frame with it.

import { Component, type ComponentChildren, type ComponentType } from 'preact'
import { signal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { Empty, Skeleton } from '../parts/notes.tsx'
import type { PageName } from '../paths.ts'
import { route } from '../router.tsx'
import { t } from '../words/frame.ts'

/** The login is no page of the frame. */
type Shown = Exclude<PageName, 'login'>

const load: Readonly<Record<Shown, () => Promise<{ readonly default: ComponentType }>>> = {
  rooms: () => import('../pages/rooms/page.tsx'),
  room: () => import('../pages/room/page.tsx'),
  live: () => import('../pages/live/page.tsx'),
  sessions: () => import('../pages/sessions/page.tsx'),
  session: () => import('../pages/session/page.tsx'),
  assets: () => import('../pages/assets/page.tsx'),
  machines: () => import('../pages/machines/page.tsx'),
  system: () => import('../pages/system/page.tsx'),
  reference: () => import('../pages/reference/page.tsx'),
}

type Found = ComponentType | 'missing' | null
const pages = new Map<Shown, Signal<Found>>()

/** Begins to load a page; also ahead of need, when a link to it is pointed at. */
export const preload = (page: Shown): Signal<Found> => {
  const known = pages.get(page)
  // One that could not be loaded is not asked for again by itself: the browser remembers that it failed.
  if (known !== undefined) return known
  const found = signal<Found>(null)
  pages.set(page, found)
  load[page]().then(
    (module) => void (found.value = module.default),
    () => void (found.value = 'missing'),
  )
  return found
}

class Boundary extends Component<{ readonly children: ComponentChildren }, { readonly error: unknown }> {
  static override getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override componentDidCatch(error: unknown): void {
    console.error(error)
  }

  override render() {
    if ((this.state.error ?? null) === null) return this.props.children
    return (
      <Empty
        icon="warning"
        title={t('broken')}
        action={<Button onClick={() => location.reload()}>{t('reload')}</Button>}
      >
        {t('brokenText')}
      </Empty>
    )
  }
}

const Loading = ({ name }: { readonly name: Shown }) => {
  const page = preload(name)
  const Found = page.value
  if (Found === null) return <Skeleton lines={8} />
  if (Found === 'missing') {
    return (
      <Empty
        icon="warning"
        title={t('pageMissing')}
        action={<Button onClick={() => location.reload()}>{t('reload')}</Button>}
      >
        {t('newVersion')}
      </Empty>
    )
  }
  return <Found />
}

export const CurrentPage = () => {
  const { page, path } = route.value
  useEffect(() => {
    document.title = `${t(page)} · Roomkeeper`
  }, [page, t(page)])
  if (page === 'login') return null
  if (page === 'unknown') {
    return (
      <>
        <h1 class="unseen">{t('unknown')}</h1>
        <Empty title={t('unknown')} action={<a href="/rooms">{t('toRooms')}</a>}>
          {t('unknownText')}
        </Empty>
      </>
    )
  }
  return (
    <Boundary key={page === 'machines' || page === 'live' ? page : path}>
      <Loading name={page} />
    </Boundary>
  )
}
