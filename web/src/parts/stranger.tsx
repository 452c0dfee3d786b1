// Shows text that strangers wrote: names, chats, titles. Everything of theirs goes through here.

import { plainText } from './plain-text.ts'

export const Stranger = ({
  text,
  max = 200,
  class: more = '',
}: {
  readonly text: string | null | undefined
  readonly max?: number
  readonly class?: string
}) => (
  <bdi class={`hostile ${more}`} dir="auto">
    {plainText(text ?? '', max)}
  </bdi>
)
