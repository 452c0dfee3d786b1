// The paths of the console, as text: which page a path is of, and with what.

export const PAGES = [
  'rooms',
  'room',
  'live',
  'sessions',
  'session',
  'assets',
  'machines',
  'system',
  'reference',
  'login',
] as const
export type PageName = (typeof PAGES)[number]

const PATTERNS: readonly (readonly [path: string, page: PageName])[] = [
  ['/', 'rooms'],
  ['/rooms', 'rooms'],
  ['/rooms/:room', 'room'],
  ['/live', 'live'],
  ['/live/:room', 'live'],
  ['/sessions', 'sessions'],
  ['/sessions/:session', 'session'],
  ['/assets', 'assets'],
  ['/machines', 'machines'],
  ['/machines/:actor', 'machines'],
  ['/system', 'system'],
  ['/reference', 'reference'],
  ['/login', 'login'],
]

export interface Route {
  readonly page: PageName | 'unknown'
  readonly params: { readonly room?: string; readonly session?: string; readonly actor?: string }
  readonly query: URLSearchParams
  readonly path: string
}

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const paramsOf = (pattern: string, path: string): Readonly<Record<string, string>> | null => {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (!part.startsWith(':')) {
      if (part !== value) return null
      continue
    }
    const text = decoded(value)
    if (text === null || text === '') return null
    params[part.slice(1)] = text
  }
  return params
}

export const match = (pathname: string, search: string): Route => {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname
  const query = new URLSearchParams(search)
  for (const [pattern, page] of PATTERNS) {
    const params = paramsOf(pattern, path)
    if (params !== null) return { page, params, query, path }
  }
  return { page: 'unknown', params: {}, query, path }
}
