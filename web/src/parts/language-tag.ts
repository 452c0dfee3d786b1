// Some systems name a language that is no tag (`en-US@posix`). uPlot 1.6 formats with the browser's language as soon
// as it is loaded, and would not load there; so this is imported before it.

const isTag = (language: string): boolean => {
  try {
    return Intl.getCanonicalLocales(language).length > 0
  } catch {
    return false
  }
}

if (!isTag(navigator.language)) {
  const language = navigator.languages.find(isTag) ?? 'en'
  Object.defineProperty(navigator, 'language', { value: language, configurable: true })
}
