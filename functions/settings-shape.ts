import { z } from 'zod';

/** One setting: how it is read, what it is for, and what to write. The README's table and the error texts come from here. */
export interface Setting {
  readonly schema: z.ZodType<string>;
  readonly for: 'watch' | 'notify' | 'both' | 'doctor';
  /** Whether it has to be set: by both functions, by `watch` alone, or not; never where the setting in `unless` is set. */
  readonly required: boolean | 'watch';
  readonly unless?: string;
  readonly otherwise: string;
  readonly means: string;
  readonly write: string;
  /** An endpoint of a stand-in: refused where the functions run in the cloud. */
  readonly localOnly?: boolean;
  /** Its value is never shown. */
  readonly secret?: boolean;
  /** Where the functions run in the cloud it has to be this, if it is set. */
  readonly inCloudIfSet?: { readonly schema: z.ZodType<string>; readonly write: string };
  /** Where the functions run in the cloud it has to be set, and to this. */
  readonly inCloud?: { readonly schema: z.ZodType<string>; readonly write: string };
}

/** A Pub/Sub topic by its full name. */
export const topic = z.string().regex(/^projects\/[^/]+\/topics\/[^/]+$/);
/** A secret of any kind. */
export const token = z.string().regex(/^\S{8,}$/);
/** An address over HTTP. */
export const url = z.url({ protocol: /^https?$/ });
/** `host:port`. */
export const hostPort = z.string().regex(/^[\w.-]+:\d+$/);
/** Text that looks like a JSON object. */
export const json = z.string().regex(/^\s*\{[\s\S]*\}\s*$/);
/** A place in a bucket. */
export const inBucket = z.string().regex(/^gs:\/\/[a-z\d][a-z\d._-]{1,220}[a-z\d](?:\/[^\s/][^\p{Cc}]*)?\/?$/u);
/** A path; what looks like an address and is none of a bucket is a mistake rather than the name of a folder. */
export const folder = z.string().regex(/^(?![a-z][a-z\d+.-]+:)[^\p{Cc}]+$/iu);
