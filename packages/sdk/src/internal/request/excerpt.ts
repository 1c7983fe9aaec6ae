/** Replaces the secrets in a text by `<redacted>`. */
export type Hide = (text: string) => string

/** The text after the excerpt in which secrets are hidden, too: a hidden secret can make the text shorter. */
export const margin = 10_000

/** The beginning of a text, at most this long. */
export const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text)

/** The beginning of a text, for an error or a log. Secrets are hidden before the text is cut. */
export const excerpt = (text: string, length: number, hide: Hide): string =>
  cut(hide(text.slice(0, length + margin)), length)
