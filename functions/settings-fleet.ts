import { z } from 'zod';
import { topic, type Setting } from './settings-shape.ts';

const accounts = /^[^\s,@]+@[^\s,@]+(?:\s*,\s*[^\s,@]+@[^\s,@]+){0,63}$/;

/** What spreads a sweep over many instances. */
export const fleetSettings = {
  JOBWARDEN_SHARDS: {
    schema: z.string().regex(/^(?:[1-9]|[1-5]\d|6[0-4])$/),
    for: 'watch',
    required: false,
    otherwise: '1',
    means:
      'Into how many parts the targets are split where there are more than one sweep can hold; each is swept by an instance of the function shard. 1: never.',
    write: 'a number from 1 to 64, the same for watch and shard',
  },
  JOBWARDEN_SHARD_TOPIC: {
    schema: topic,
    for: 'watch',
    required: false,
    otherwise: '',
    means: 'The Pub/Sub topic that watch hands the parts out by; it is needed for more than one shard.',
    write: 'projects/PROJECT/topics/TOPIC',
  },
  JOBWARDEN_TARGETS_PER_SWEEP: {
    schema: z.string().regex(/^[1-9]\d{0,4}$/),
    for: 'watch',
    required: false,
    // 95 requests a second for the 40 s of a listing are 3,800 pages; the rest is for targets with more than one.
    otherwise: '3500',
    means: 'Above how many targets watch splits them into shards.',
    write: 'a number from 1 to 99999',
  },
  JOBWARDEN_SHARD_IDENTITIES: {
    schema: z.string().regex(accounts),
    for: 'watch',
    required: false,
    otherwise: '',
    means:
      'Service accounts that the shards call BigQuery as, in turn: its quota is counted for each of them. Without any, all shards share that of their own.',
    write: 'addresses of service accounts, with commas between them, the same for watch and shard',
  },
} as const satisfies Readonly<Record<string, Setting>>;
