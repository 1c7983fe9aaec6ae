import * as FastCheck from "fast-check"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Secrets from "../src/internal/auth/secrets.js"
import * as ErrorBody from "../src/internal/request/errorBody.js"
import { processorTime } from "./support/processorTime.js"
import { every, spellings } from "./support/spellings.js"

const hiding = (...secrets: ReadonlyArray<string>) => {
  const { add, hide } = Secrets.make()
  for (const secret of secrets) add(secret)
  return hide
}

const awkward = [
  "canary-client-secret",
  'quote"back\\slash/slash',
  "50%25 off + 3 = &amp; <b>",
  "%63%61%6e%61%72%79",
  "\\u0063\\u0061nary\\n",
  "ünïcödé-géheimnis-日本",
  "emoji-\u{1f600}-secret",
  "it's;a~tick`{and}[more]|^",
  "aaaaaaaaaaaa",
  "abcabcabcabc",
  "+/+/+/+/+/==",
  "   spaced   out   ",
  // Their ends look like the beginning of an escape.
  "&     %C0",
  "canary-%e2%82",
  "canary-&#12"
]

describe("a secret is hidden", () => {
  for (const secret of awkward) {
    it(`${JSON.stringify(secret)} in every spelling, and in two spellings one within the other`, () => {
      const hide = hiding(secret)
      const trimmed = secret.trim()
      for (const [name, spell] of every) {
        expect([name, hide(`before ${spell(trimmed)} after`)]).toEqual([name, "before <redacted> after"])
        expect([name, hide(spell(trimmed))]).toEqual([name, "<redacted>"])
      }
      for (const [inner, spellInner] of spellings) {
        for (const [outer, spellOuter] of spellings) {
          const text = `before ${spellOuter(spellInner(trimmed))} after`
          expect([inner, outer, hide(text)]).toEqual([inner, outer, "before <redacted> after"])
        }
      }
    })
  }

  it("at any position, beside any other text", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 40 }).filter(
          (text) => text.trim() === text
        ),
        FastCheck.string({ maxLength: 20 }),
        FastCheck.string({ maxLength: 20 }),
        FastCheck.constantFrom(...every),
        (secret, before, after, [, spell]) => {
          const shown = hiding(secret)(`${before} ${spell(secret)} ${after}`)
          assert(shown.includes("<redacted>"))
          assert(!shown.includes(spell(secret)))
        }
      ),
      { numRuns: 2000 }
    )
  })

  it("at each of its occurrences", () => {
    for (const secret of awkward.map((secret) => secret.trim())) {
      const hide = hiding(secret)
      for (let times = 1; times < 8; times++) {
        expect(hide(secret.repeat(times)).replaceAll("<redacted>", "")).toBe("")
        expect(hide(`${secret.repeat(times)}.`)).not.toContain(secret.slice(0, 4))
      }
    }
  })

  it("completely, if another secret is a part of it or overlaps it", () => {
    for (const others of [
      ["canary-secret", "canary-secret-and-its-end"],
      ["canary-secret-and-its-end", "canary-secret"],
      ["its-secret-canary", "secret-canary"],
      ["one-and-the-canary", "the-canary-and-two"]
    ] as const) {
      const hide = hiding(...others)
      for (const secret of others) expect(hide(`a ${secret} b`)).toBe("a <redacted> b")
    }
    expect(hiding("one-and-the-canary", "the-canary-and-two")("a one-and-the-canary-and-two b")).toBe("a <redacted> b")
  })

  it("also as a part of a header: after the scheme, as the password of Basic, as a cookie", () => {
    expect(hiding("Bearer canary-token")("you sent canary-token")).toBe("you sent <redacted>")
    expect(hiding("token canary-token")("you sent canary-token")).toBe("you sent <redacted>")
    const basic = `Basic ${Buffer.from("me:canary-password").toString("base64")}`
    expect(hiding(basic)(`you sent ${basic}`)).toBe("you sent Basic <redacted>")
    expect(hiding("Bearer canary-token")("it must begin with Bearer")).toBe("it must begin with Bearer")
    expect(hiding(basic)(`you sent ${basic.slice(6)}`)).toBe("you sent <redacted>")
    expect(hiding(basic)("the password canary-password is wrong")).toBe("the password <redacted> is wrong")
    expect(hiding("a=canary-one; session=canary-two")("the session canary-two has ended")).toBe(
      "the session <redacted> has ended"
    )
  })

  it("in the Base64 of a longer text, at any offset", () => {
    const secret = "canary-client-secret"
    const hide = hiding(secret)
    for (let before = 0; before < 7; before++) {
      for (const encoding of ["base64", "base64url"] as const) {
        const basic = Buffer.from(`${"i".repeat(before)}:${secret}ÿÿ>>??`).toString(encoding)
        expect(hide(`Authorization: Basic ${basic}, and more`)).toBe("Authorization: Basic <redacted>, and more")
        const cut = hide(`Basic ${basic.slice(0, -16)}`)
        expect(cut).toBe("Basic <redacted>")
      }
    }
  })

  it("from eight characters anywhere, from four as a separate word, shorter never", () => {
    const hide = hiding("hunter2", "abc", "eightlon")
    expect(hide("hunter2 'hunter2' x=hunter2&y client_hunter2 %22hunter2%22")).not.toContain("hunter2")
    expect(hide(JSON.stringify(JSON.stringify("hunter2")))).not.toContain("hunter2")
    expect(hide("thunter2, hunter22")).toBe("thunter2, hunter22")
    expect(hide("xeightlonx")).toBe("x<redacted>x")
    expect(hide("abc")).toBe("abc")
  })

  for (const secret of ['canary "client"/sécret & more', "can&amp%41\\u0041end"]) {
    it(`also if only the beginning of ${JSON.stringify(secret)} is left at the end of a truncated text`, () => {
      const hide = hiding(secret)
      for (const [name, spell] of every) {
        const spelled = spell(secret)
        const whole = `before ${spelled}`
        for (let length = "before ".length; length < whole.length; length++) {
          for (const mark of ["", "…"]) {
            const shown = hide(`${whole.slice(0, length)}${mark}`).slice("before ".length)
            if (shown !== "<redacted>")
              expect([name, shown, spell(secret.slice(0, 4)).startsWith(shown.replace("…", ""))]).toEqual([
                name,
                shown,
                true
              ])
          }
        }
      }
    })
  }

  it("for the newest of very many secrets, and those in use", () => {
    const { add, hide } = Secrets.make()
    for (let nth = 0; nth < 1000; nth++) {
      add("the-client-secret")
      add(`access-token-${nth}`)
    }
    expect(hide("the-client-secret access-token-999 access-token-998")).not.toContain("access")
    expect(hide("the-client-secret")).toBe("<redacted>")
    expect(hide("access-token-5")).toBe("access-token-5")
  })
})

describe("text without a secret stays", () => {
  for (const text of ["", "nothing to hide", "%41 &amp; \\u0041 \\n", "canary.", "client-secret", "a".repeat(2000)]) {
    it(JSON.stringify(text.slice(0, 50)), () => {
      expect(hiding("canary-client-secret", "abcabcabcabc")(text)).toBe(text)
    })
  }
})

describe("hiding secrets takes linear time", () => {
  const megabyte = (text: string) => text.repeat(Math.ceil(1_000_000 / text.length))
  const secret = "canary-client-secret"
  const basic = Buffer.from(secret).toString("base64")
  for (const [name, text, known] of [
    ["a page", megabyte("<p>Something went wrong &amp; nobody knows why.</p>\n"), secret],
    ["only secrets", megabyte(secret), secret],
    ["only their beginning", megabyte(secret.slice(0, -1)), secret],
    ["one letter", megabyte("a"), "a".repeat(2000)],
    ["one letter, and another at its end", megabyte("a"), `${"a".repeat(2000)}b`],
    ["escapes", megabyte("%25"), secret],
    ["half escapes", megabyte("%c3&#\\u00"), secret],
    ["backslashes", megabyte("\\"), secret],
    ["ampersands", megabyte("&"), secret],
    ["one long Base64", megabyte(basic), secret],
    ["opened tags", megabyte("<"), secret],
    ["titles", megabyte("<title"), secret],
    ["spaces", megabyte(" "), secret]
  ] as const) {
    it(`${name} of 1 MB`, () => {
      const hide = hiding(...Array.from({ length: 5 }, (_, nth) => `${nth}-another-secret`), known)
      const time = processorTime()
      hide(text)
      const body = new TextEncoder().encode(text)
      expect(ErrorBody.read({ status: 500, headers: {} as never, body }, hide).message.length).toBeLessThan(1100)
      expect(time()).toBeLessThan(5000)
    })
  }
})
