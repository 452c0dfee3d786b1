// Where the page is: paths to pages and back. The server answers the same file at each of these paths; which page it
// is, is decided here.

import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { match, type Route } from './paths.ts'

const here = (): Route => match(location.pathname, location.search)

export const route = signal<Route>(here())

/** Goes to a path of the console; `replace` leaves no step to go back to. */
export const go = (path: string, { replace = false }: { readonly replace?: boolean } = {}): void => {
  const isNew = path !== location.pathname + location.search
  if (isNew || replace) history[replace ? 'replaceState' : 'pushState'](null, '', path)
  const before = route.value
  route.value = here()
  if (route.value.path !== before.path) scrollTo(0, 0)
}

/** Changes what stands after the question mark, without a step to go back to; null takes a name away. */
export const setQuery = (changes: Readonly<Record<string, string | null>>): void => {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  go(location.pathname + (text === '' ? '' : `?${text}`), { replace: true })
}

/** Lets links of the console change the page without loading it again; once, when the page starts. */
export const startRouter = (): void => {
  addEventListener('popstate', () => {
    route.value = here()
  })
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element | null)?.closest('a')
    if (!link || link.origin !== location.origin || link.target !== '' || link.hasAttribute('download'))
      return
    if (match(link.pathname, link.search).page === 'unknown') return
    if (link.hash !== '' && link.pathname === location.pathname) return
    event.preventDefault()
    go(link.pathname + link.search)
  })
}

/** A link; plain `<a href>` works as well. */
export const Link = ({
  to,
  children,
  class: more,
}: {
  readonly to: string
  readonly children: ComponentChildren
  readonly class?: string
}) => (
  <a class={more} href={to}>
    {children}
  </a>
)
