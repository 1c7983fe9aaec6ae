/** Loads modules, and says how many milliseconds that took: `load.js <module>…`. */
const begin = performance.now()
for (const module of process.argv.slice(2)) await import(module)
console.log(JSON.stringify(performance.now() - begin))
process.exit()
