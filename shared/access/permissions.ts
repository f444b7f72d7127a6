import { z } from 'zod';
import type { Ask } from './ask.ts';

const held = z.object({ permissions: z.array(z.string()).default([]) });

/** Which of the permissions the caller has in a project (Resource Manager REST reference, projects.testIamPermissions). */
export async function heldInProject(ask: Ask, project: string, permissions: readonly string[]) {
  const url = `https://cloudresourcemanager.googleapis.com/v1/projects/${encodeURIComponent(project)}:testIamPermissions`;
  return new Set((await ask({ url, body: { permissions } }, held)).permissions);
}

/** Which of the permissions the caller has on a topic `projects/P/topics/T` (Pub/Sub REST reference, topics.testIamPermissions). */
export async function heldOnTopic(ask: Ask, topic: string, permissions: readonly string[]) {
  const url = `https://pubsub.googleapis.com/v1/${topic}:testIamPermissions`;
  return new Set((await ask({ url, body: { permissions } }, held)).permissions);
}
