export { Api } from "./api.js";
export * from "./events.js";
export * from "./models.js";
export { type ApiResponse, NoResponse, type Options, Problem, type Tokens, type TransportOptions } from "./transport.js";
