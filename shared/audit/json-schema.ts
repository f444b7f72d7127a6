import { z } from 'zod';
import { auditEventSchema, schemaId } from './event.ts';

/** The JSON Schema (draft 2020-12) of an audit record, as it stands in `event.schema.json`. */
export function eventJsonSchema(): object {
  const schema = z.toJSONSchema(auditEventSchema, {
    io: 'input',
    // Read-only is a promise of our types; a reader of the file would take it for one about writing events.
    override: ({ jsonSchema }) => delete jsonSchema.readOnly,
  });
  return { $id: schemaId, ...schema };
}
