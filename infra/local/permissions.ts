/** What somebody may do on which resource. A set of permissions holds everywhere. */
export interface Permissions<Name extends string = string> {
  has(permission: Name, resource: string): boolean;
}

/** Permissions of a role where it is bound: `projects/P`, `buckets/B`, `projects/P/topics/T`, `projects/P/subscriptions/S`. */
export interface Grant {
  readonly role: string;
  readonly permissions: readonly string[];
  readonly on: readonly string[];
}

/** A permission that a stand-in needed for what it was asked; `granted` by the first role that has it there. */
export interface Needed {
  readonly permission: string;
  readonly resource: string;
  readonly granted: string | undefined;
}

/** What an identity with these grants may do, and everything that was ever needed of it, each once. */
export function recordedPermissions(grants: readonly Grant[]): Permissions & { needed(): readonly Needed[] } {
  const needed = new Map<string, Needed>();
  return {
    has: (permission, resource) => {
      const grant = grants.find((one) => one.permissions.includes(permission) && one.on.includes(resource));
      needed.set(`${permission} ${resource}`, { permission, resource, granted: grant?.role });
      return grant !== undefined;
    },
    needed: () => [...needed.values()],
  };
}
