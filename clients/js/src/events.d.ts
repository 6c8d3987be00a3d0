import type { ServerEvent } from "./models.js";

export type ConnectionState = "stopped" | "connecting" | "live" | "offline";

export interface Options {
  /** The address of the WebSocket: `wss://…/ws`. */
  url: string;
  /** Called for each connection. */
  getAccessToken: () => string;
  /** Called when the server rejects the token; see events.js. */
  refreshAccessToken: () => Promise<boolean>;
  /** The position after which events are wanted. */
  cursor?: string;
  topics?: string[];
}

interface EventMap {
  event: CustomEvent<ServerEvent>;
  state: CustomEvent<ConnectionState>;
  resync: CustomEvent<string>;
  signedout: CustomEvent<undefined>;
  rejected: CustomEvent<any>;
}

/** Returns whether an event comes after a cursor. */
export function isAfterCursor(eventId: string | undefined, cursor: string): boolean;

/** Keeps one WebSocket open and remembers the cursor between connections. */
export class EventClient extends EventTarget {
  constructor(options: Options);
  state: ConnectionState;
  cursor: string;
  topics: Set<string>;
  start(): void;
  stop(): void;
  /** Resolves to true when state about the topics has to be read now. */
  subscribe(...topics: string[]): Promise<boolean>;
  unsubscribe(...topics: string[]): void;
  /** Replaces all topics. Resolves to true when state about new ones has to be read now. */
  setTopics(...topics: string[]): Promise<boolean>;
  /** Replaces all topics. Resolves to the new ones that have changed since the cursor. */
  replaceTopics(topics: string[], cursor: string): Promise<string[]>;
  sendTyping(userId: string, isTyping: boolean): void;
  checkConnection(): void;
  addEventListener<K extends keyof EventMap>(
    type: K,
    listener: (event: EventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}
