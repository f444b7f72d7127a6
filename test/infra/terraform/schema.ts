import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What a block of a resource takes: each argument, whether it has to be there, and what is inside where it is a block. */
export interface Block {
  readonly [argument: string]: { readonly required: boolean; readonly block?: Block | undefined };
}

const block: z.ZodType<Block> = z.lazy(() =>
  z.record(z.string(), z.object({ required: z.boolean(), block: block.optional() })),
);
const resource = z.object({ takes: block, gives: z.array(z.string()) });

const schemaFile = z.object({
  provider: z.string(),
  resources: z.record(z.string(), resource),
  data: z.record(z.string(), resource),
});

/** Names of resources, arguments and attributes as the provider has them. Types and values are not in it. */
export type ProviderSchema = z.infer<typeof schemaFile>;

const place = new URL('provider-schema.json', import.meta.url);

/** The schema that is kept with the project. */
export function providerSchema(): ProviderSchema {
  return schemaFile.parse(JSON.parse(readFileSync(place, 'utf8')));
}
