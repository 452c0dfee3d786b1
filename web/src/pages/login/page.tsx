// Where one signs in: the token once, then a cookie that scripts cannot read. The token is not kept by the page.

import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { Check, Field } from '../../parts/fields.tsx'
import { Note, ProblemNote } from '../../parts/notes.tsx'
import { language } from '../../state/preferences.ts'
import { signIn, wasSignedOut } from '../../state/me.ts'
import { t } from '../../words/login.ts'
import './page.css'

const Mark = () => (
  <svg class="login-mark" width="56" height="56" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="7" />
    <path d="M9 23V9h8a4.5 4.5 0 0 1 1.2 8.8L23 23" />
    <circle cx="23.5" cy="9.5" r="3" />
  </svg>
)

export default function Login() {
  const token = useSignal('')
  const isShown = useSignal(false)
  const isBusy = useSignal(false)
  const problem = useSignal<ApiProblem | null>(null)
  const form = useRef<HTMLFormElement>(null)
  useLayoutEffect(() => form.current?.querySelector('input')?.focus(), [])

  const submit = async (): Promise<void> => {
    if (isBusy.value || token.value.trim() === '') return
    isBusy.value = true
    problem.value = null
    try {
      await signIn({ token: token.value.trim() })
      token.value = ''
    } catch (error) {
      problem.value = problemOf(error)
      form.current?.querySelector('input')?.select()
    }
    isBusy.value = false
  }
  const isWrong = problem.value?.status === 401

  return (
    <main class="login">
      <form
        ref={form}
        class="login-box stack"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Mark />
        <div>
          <h1>Roomkeeper</h1>
          <p class="muted large">{t('lead')}</p>
        </div>
        {wasSignedOut.value && <Note>{t('ended')}</Note>}
        <Field
          label={t('token')}
          type={isShown.value ? 'text' : 'password'}
          value={token.value}
          onInput={(text) => (token.value = text)}
          error={isWrong ? t('wrong') : null}
          hint={t('hint')}
          attrs={{ autoComplete: 'current-password', name: 'token', required: true }}
        />
        <Check label={t('show')} checked={isShown.value} onChange={(shown) => (isShown.value = shown)} />
        {!isWrong && <ProblemNote problem={problem.value} />}
        <Button tone="main" submit busy={isBusy.value}>
          {t('signIn')}
        </Button>
        <div class="row faint small login-languages">
          <button
            type="button"
            lang="en"
            aria-pressed={language.value === 'en'}
            onClick={() => (language.value = 'en')}
          >
            English
          </button>
          <button
            type="button"
            lang="zh-CN"
            aria-pressed={language.value === 'zh'}
            onClick={() => (language.value = 'zh')}
          >
            中文
          </button>
        </div>
      </form>
    </main>
  )
}
