import { invalid } from './refusal.ts';

const id = '(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}';
const shapes = {
  topics: new RegExp(`^projects/[^/]+/topics/${id}$`),
  subscriptions: new RegExp(`^projects/[^/]+/subscriptions/${id}$`),
} as const;

/** Refuses a resource name that Pub/Sub would refuse: 3 to 255 characters, a letter first, never `goog` (Pub/Sub RPC reference). */
export function checkName(name: string, kind: keyof typeof shapes): string {
  if (shapes[kind].test(name)) return name;
  const wanted = `projects/PROJECT/${kind}/ID with an ID of 3 to 255 characters that starts with a letter`;
  throw invalid(`Invalid resource name given (name=${name}): expected ${wanted}.`);
}

/** The project and the short id in a checked resource name. */
export function partsOf(name: string): { readonly project: string; readonly id: string } {
  const [, project = '', , id = ''] = name.split('/');
  return { project, id };
}
