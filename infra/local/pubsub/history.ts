import { bytesOf } from './message.ts';
import type { Message } from './message.ts';

/** The newest messages of one topic, oldest first. */
export interface History {
  readonly add: (message: Message) => void;
  readonly all: () => readonly Message[];
}

/** Remembers messages up to a count and a number of bytes, and forgets the oldest beyond either. */
export function createHistory(limit: { readonly messages: number; readonly bytes: number }): History {
  const kept: Message[] = [];
  let bytes = 0;
  const overfull = () => kept.length > limit.messages || bytes > limit.bytes;
  return {
    add(message) {
      kept.push(message);
      bytes += bytesOf(message);
      while (overfull()) {
        const oldest = kept.shift();
        if (oldest === undefined) return;
        bytes -= bytesOf(oldest);
      }
    },
    all: () => [...kept],
  };
}
