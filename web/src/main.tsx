// The page's beginning: styles, preferences, clock and router; then who is signed in, and with that the facts and the
// rooms. Without an identity there is only the login.

import { effect } from '@preact/signals'
import { render } from 'preact'
import './styles/tokens.css'
import './styles/base.css'
import { Frame } from './frame/frame.tsx'
import { Waiting } from './frame/waiting.tsx'
import { preload } from './frame/page.tsx'
import Login from './pages/login/page.tsx'
import { go, route, startRouter } from './router.tsx'
import { startClock } from './state/clock.ts'
import { startFacts, stopFacts } from './state/facts.ts'
import { findMe, me, signIn } from './state/me.ts'
import { startPreferences } from './state/preferences.ts'
import { startRooms, stopRooms } from './state/rooms.ts'
import { startTroubles, stopTroubles } from './state/troubles.ts'

const Console = () => {
  const who = me.value
  if (who === 'unknown') return <Waiting />
  return who === 'nobody' ? <Login /> : <Frame />
}

/** Where the address of the login wants to lead: a page of ours, nothing else. */
const wanted = (): string => {
  const to = route.peek().query.get('to') ?? ''
  return /^\/(?![/\\])/.test(to) ? to : '/rooms'
}

startPreferences()
startClock()
startRouter()

effect(() => {
  const who = me.value
  if (typeof who === 'object') {
    startRooms()
    startTroubles()
    startFacts()
    // The address of the login is nobody's place.
    if (route.peek().page === 'login') go(wanted(), { replace: true })
  } else {
    stopFacts()
    stopTroubles()
    stopRooms()
  }
})

const { page } = route.value
if (page !== 'unknown' && page !== 'login') preload(page)
// A link to sign in has its code behind the `#`, where no log sees it. It is good once, and leaves the address at once.
const code = page === 'login' ? /^#(tk_[\w-]+)$/.exec(location.hash)?.[1] : undefined
if (code === undefined) void findMe()
else {
  history.replaceState(null, '', '/login')
  void signIn({ code }).catch(findMe)
}
render(<Console />, document.getElementById('console') ?? document.body)
