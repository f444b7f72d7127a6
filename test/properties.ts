import fc from 'fast-check';

// For every test file: the same runs each time, so that a change is blamed for what it did. `npm run properties` takes others.
const asked = process.env['JOBWARDEN_SEED'];
const seed = asked === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(asked ?? 20261122);
if (!Number.isSafeInteger(seed)) throw new Error(`JOBWARDEN_SEED=${asked}: a whole number or the word random.`);
fc.configureGlobal({ seed });
