/** The version in `package.json`. `npm run version` writes this file. */
export const version = "0.0.0"
