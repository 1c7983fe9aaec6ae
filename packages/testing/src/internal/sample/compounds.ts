/** A compound of the sample: an anilinoquinazoline with two substituents on the aniline and one tail. */
export interface Compound {
  readonly name: string
  readonly smiles: string
  readonly molecularWeight: string
  readonly series: string
}

interface Part {
  readonly smiles: string
  readonly weight: number
}

const hydrogen: Part = { smiles: "", weight: 1.008 }
const fluoro: Part = { smiles: "F", weight: 18.998 }
const chloro: Part = { smiles: "Cl", weight: 35.45 }
const bromo: Part = { smiles: "Br", weight: 79.904 }
const methyl: Part = { smiles: "C", weight: 15.035 }
const methoxy: Part = { smiles: "OC", weight: 31.034 }
const ethynyl: Part = { smiles: "C#C", weight: 25.03 }
const cyano: Part = { smiles: "C#N", weight: 26.018 }
const trifluoromethyl: Part = { smiles: "C(F)(F)F", weight: 69.005 }

/** Substituents in para and in meta position. */
const patterns: ReadonlyArray<readonly [para: Part, meta: Part]> = [
  [hydrogen, hydrogen],
  [fluoro, chloro],
  [hydrogen, ethynyl],
  [hydrogen, bromo],
  [fluoro, bromo],
  [hydrogen, cyano],
  [chloro, trifluoromethyl],
  [methyl, chloro],
  [hydrogen, methoxy],
  [fluoro, ethynyl]
]

const tails: ReadonlyArray<Part & { readonly series: string }> = [
  { smiles: "C", weight: 15.035, series: "Dimethoxy" },
  { smiles: "CC", weight: 29.062, series: "Ethoxy" },
  { smiles: "CCOC", weight: 59.088, series: "Methoxyethoxy" },
  { smiles: "CCCN1CCOCC1", weight: 128.195, series: "Morpholine" }
]

const core = 264.264

const branch = ({ smiles }: Part): string => (smiles === "" ? "" : `(${smiles})`)

/** EK-0001 … EK-0040. */
export const compounds: ReadonlyArray<Compound> = tails
  .flatMap((tail) => patterns.map(([para, meta]) => ({ tail, para, meta })))
  .map(({ meta, para, tail }, index) => ({
    name: `EK-${String(index + 1).padStart(4, "0")}`,
    smiles: `COc1cc2ncnc(Nc3ccc${branch(para)}c${branch(meta)}c3)c2cc1O${tail.smiles}`,
    molecularWeight: (core + para.weight + meta.weight + tail.weight).toFixed(2),
    series: tail.series
  }))
