/** Hides the secrets in a text. */
export type Hide = (text: string) => string

/** How much more than the excerpt is searched for secrets: a text becomes shorter when they are hidden. */
export const margin = 10_000

/** A text, cut to this length. */
export const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text)

/** The beginning of a text, for an error or a log. Secrets are hidden before the text is cut. */
export const excerpt = (text: string, length: number, hide: Hide): string =>
  cut(hide(text.slice(0, length + margin)), length)
