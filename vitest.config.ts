import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: ['test/secrets/setup.ts', 'test/properties.ts'],
    include: ['test/**/*.test.ts'],
    // The Google clients would otherwise look for a metadata server that only exists in the cloud.
    env: { METADATA_SERVER_DETECTION: 'none', NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
