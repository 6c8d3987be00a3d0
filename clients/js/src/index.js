export { Api } from "./api.js";
export { EventClient, isAfterCursor } from "./events.js";
export { NoResponse, Problem } from "./transport.js";
