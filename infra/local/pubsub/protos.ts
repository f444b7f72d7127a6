import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { AnyDefinition, PackageDefinition } from '@grpc/proto-loader';

type ProtoJson = Parameters<typeof fromJSON>[0];

/** The two gRPC services of Pub/Sub, from the definitions that the official client ships. */
export function pubSubServices(): { readonly publisher: ServiceDefinition; readonly subscriber: ServiceDefinition } {
  const path = createRequire(import.meta.url).resolve('@google-cloud/pubsub/build/protos/protos.json');
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isProtoJson(json)) throw new Error(`[pubsub] ${path} holds no protocol definitions.`);
  const definitions = fromJSON(json, { keepCase: false, longs: Number, enums: String, defaults: true });
  return {
    publisher: serviceIn(definitions, 'google.pubsub.v1.Publisher'),
    subscriber: serviceIn(definitions, 'google.pubsub.v1.Subscriber'),
  };
}

function serviceIn(definitions: PackageDefinition, name: string): ServiceDefinition {
  const definition = definitions[name];
  if (definition === undefined || !isService(definition)) throw new Error(`[pubsub] There is no service ${name}.`);
  return definition;
}

function isProtoJson(value: unknown): value is ProtoJson {
  return typeof value === 'object' && value !== null && 'nested' in value;
}

function isService(
  definition: AnyDefinition,
): definition is Exclude<AnyDefinition, { format: string }> & ServiceDefinition {
  return !('format' in definition);
}
