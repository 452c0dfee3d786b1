// A menu behind a button, on the browser's own popover: it closes on Escape and on a click elsewhere. Arrows, Home,
// End and a first letter move in it.

import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { useSignal } from '@preact/signals'
import { Icon, type IconName } from './icons.tsx'
import { toastProblem } from './toast.tsx'
import './menus.css'

export interface MenuItem {
  readonly label: string
  readonly icon?: IconName
  readonly act?: () => unknown
  readonly href?: string
  readonly danger?: boolean
  readonly disabled?: boolean
  /** A second, quieter text: a size, a key. */
  readonly says?: ComponentChildren
  /** One of several that is chosen. */
  readonly checked?: boolean
  /** A line above it. */
  readonly apart?: boolean
}

const place = (menu: HTMLElement, button: HTMLElement): void => {
  const at = button.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = menu
  const below = at.bottom + 4 + height <= innerHeight || at.top < height + 4
  const left = Math.min(Math.max(8, at.right - width), innerWidth - width - 8)
  menu.style.left = `${at.left + width <= innerWidth - 8 ? Math.max(8, at.left) : left}px`
  menu.style.top = `${below ? Math.min(at.bottom + 4, Math.max(8, innerHeight - height - 8)) : at.top - height - 4}px`
}

const move = (menu: HTMLElement, event: KeyboardEvent): void => {
  const items = [...menu.querySelectorAll<HTMLElement>('[role^=menuitem]:not([aria-disabled=true])')]
  const at = items.indexOf(document.activeElement as HTMLElement)
  const letter = event.key.length === 1 ? event.key.toLowerCase() : null
  const found =
    letter === null ? -1 : items.findIndex((item) => item.textContent.trim().toLowerCase().startsWith(letter))
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key] ?? found
  if (
    items.length === 0 ||
    (found === -1 && letter !== null) ||
    (letter === null && to === -1 && event.key !== 'ArrowUp')
  )
    return
  event.preventDefault()
  event.stopPropagation()
  items.at(to % items.length)?.focus()
}

const Item = ({ item, close }: { readonly item: MenuItem; readonly close: () => void }) => {
  const act = async (): Promise<void> => {
    if (item.disabled === true) return
    close()
    try {
      await item.act?.()
    } catch (error) {
      toastProblem(error)
    }
  }
  const inside = (
    <>
      <span class="menu-icon">
        {item.checked === true ? <Icon name="check" /> : item.icon !== undefined && <Icon name={item.icon} />}
      </span>
      <span class="grow">{item.label}</span>
      {item.says !== undefined && <span class="menu-says">{item.says}</span>}
    </>
  )
  const shared = {
    class: `menu-item ${item.danger === true ? 'menu-danger' : ''} ${item.apart === true ? 'menu-apart' : ''}`,
    tabIndex: -1,
    'aria-disabled': item.disabled === true ? true : undefined,
  } as const
  if (item.href !== undefined && item.disabled !== true) {
    return (
      <a {...shared} role="menuitem" href={item.href} onClick={close}>
        {inside}
      </a>
    )
  }
  return (
    <button
      {...shared}
      type="button"
      role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={item.checked}
      onClick={() => void act()}
    >
      {inside}
    </button>
  )
}

export const Menu = ({
  label,
  icon,
  text,
  items,
  class: more = 'button button-quiet',
  head,
  tabIndex = 0,
}: {
  /** The button's name; shown as its text too when `text` is given. */
  readonly label: string
  readonly icon?: IconName
  readonly text?: ComponentChildren
  readonly items: readonly MenuItem[]
  readonly class?: string
  /** Something above the items. */
  readonly head?: ComponentChildren
  readonly tabIndex?: number
}) => {
  const button = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)
  const id = useId()
  const isOpen = useSignal(false)
  const close = (): void => menu.current?.hidePopover()
  // The items are there only while it is open, so it is placed and focused once they are.
  useLayoutEffect(() => {
    if (!isOpen.value || menu.current === null || button.current === null) return
    place(menu.current, button.current)
    menu.current.querySelector<HTMLElement>('[role^=menuitem]')?.focus({ preventScroll: true })
  }, [isOpen.value])
  return (
    <>
      <button
        ref={button}
        type="button"
        tabIndex={tabIndex}
        class={`${more} ${text === undefined ? 'button-icon' : ''}`}
        aria-label={label}
        title={text === undefined ? label : undefined}
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        aria-controls={id}
        onClick={(event) => {
          event.stopPropagation()
          menu.current?.togglePopover()
        }}
      >
        {icon !== undefined && <Icon name={icon} />}
        {text !== undefined && <span>{text}</span>}
      </button>
      <div
        ref={menu}
        id={id}
        class="menu"
        popover="auto"
        role="menu"
        aria-label={label}
        onToggle={(event) => void (isOpen.value = event.newState === 'open')}
        onKeyDown={(event) => menu.current !== null && move(menu.current, event)}
      >
        {isOpen.value && (
          <>
            {head !== undefined && <div class="menu-head">{head}</div>}
            {items.map((item) => (
              <Item key={item.label} item={item} close={close} />
            ))}
          </>
        )}
      </div>
    </>
  )
}
