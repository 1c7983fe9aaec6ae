const heads = ["O", "N", "F", "Cl", "Br"]
const rings = ["c1ccccc1", "c1ccncc1", "C1CCCCC1", "c1ccsc1", "C1CCNCC1", "c1ccoc1", "C1CCOCC1", "c1ccc2ccccc2c1"]

const structureOf = (nth: number): string =>
  `${heads[nth % 5]}${"C".repeat(1 + (Math.floor(nth / 5) % 25))}${rings[Math.floor(nth / 125)]}`

/** A ring that is not closed, an atom with too many bonds, and an element that does not exist. */
const bad = ["C1CC(", "CC(C)(C)(C)(C)C", "Xx"]

/** 1,000 compounds with different structures, as a scientist has them in a table. Each hundredth structure is bad. */
export const rows = Array.from({ length: 1000 }, (_, nth) => ({
  "Compound ID": `NEW-${String(nth + 1).padStart(4, "0")}`,
  SMILES: nth % 100 === 99 ? (bad[Math.floor(nth / 100) % bad.length] ?? "") : structureOf(nth),
  Supplier: "Acme Chemicals"
}))
