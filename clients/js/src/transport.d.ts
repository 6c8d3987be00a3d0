import type { Options as EventOptions } from "./events.js";

/** The tokens of a session. Each refresh token works once; it is null if it is in a cookie. */
export interface Tokens {
  access: string;
  refresh: string | null;
}

/** A successful response. Events after `cursor` may not be reflected in `data` yet. */
export interface ApiResponse<T> {
  status: number;
  data: T;
  cursor: string;
  headers: Headers;
}

export interface Options {
  /** A key that makes repeats of a write safe; a new one for each call by default. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface FieldError {
  field: string;
  code: string;
  detail: string;
}

/** An error response (RFC 9457). */
export class Problem extends Error {
  status: number;
  code: string;
  errors: FieldError[];
  retryAfterSeconds: number | null;
}

/** No response arrived after all attempts. */
export class NoResponse extends Error {}

export interface TransportOptions {
  /** The address of the site, such as `https://social.example`. */
  url: string;
  /** The tokens of a session that was saved. */
  tokens?: Tokens | null;
  /** Called with each new pair of tokens, and with null when the session has ended. */
  onTokens?: (tokens: Tokens | null) => void;
}

export class Transport {
  constructor(options: TransportOptions);
  url: string;
  tokens: Tokens | null;
  get socketUrl(): string;
  get accessToken(): string;
  /** The options of an `EventClient` that uses these tokens. */
  get eventOptions(): Pick<EventOptions, "url" | "getAccessToken" | "refreshAccessToken">;
  /** Replaces the tokens; resolves to false when the session has ended. */
  refresh(): Promise<boolean>;
  /** Yields all pages of an operation that has a cursor. */
  pages<T extends { next: string | null }>(
    operation: (page: { cursor?: string }) => Promise<ApiResponse<T>>,
  ): AsyncGenerator<ApiResponse<T>>;
  /** Sends a request; the generated methods call this. */
  protected request(method: string, path: string, options?: object, details?: object): Promise<ApiResponse<any>>;
}
