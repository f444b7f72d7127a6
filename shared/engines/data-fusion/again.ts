import { EngineError } from '../engine.ts';

/** What an error says, without the name of the engine before it. */
export function wordsOf({ message }: EngineError): string {
  return message.replace('[data-fusion] ', '');
}

/** The same failure in other words; the first is its cause. */
export function again(error: EngineError, says: string): EngineError {
  const { failure, retryable, status } = error;
  return new EngineError('data-fusion', says, {
    failure,
    retryable,
    ...(status !== undefined && { status }),
    cause: error,
  });
}
