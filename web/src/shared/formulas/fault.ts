/** The browser can't tell what the server will make of it. */
export class Unknown extends Error {}

/** The values don't fit the formula. */
export class Misfit extends Error {}
