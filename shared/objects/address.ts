import { briefly, nameFault } from './names.ts';

/** An object of Cloud Storage: `gs://bucket/name`. */
export interface Address {
  readonly bucket: string;
  readonly name: string;
}

/** What is wrong with an address and what to write instead; has the shape of a `Problem`. */
export interface AddressProblem {
  readonly code: 'object-address';
  readonly severity: 'error';
  readonly where: string;
  readonly text: string;
  readonly says: string;
  readonly try: string;
}

/** Whether a text means an object or a bucket of Cloud Storage, be it spelt right or wrong. */
export function isCloudAddress(text: string): boolean {
  return /^gs:/i.test(text.trim());
}

/** Reads `gs://bucket/name`, or says everything that is wrong with it. `where` is the setting or key it was written in. */
export function readAddress(text: string, where: string): Address | readonly AddressProblem[] {
  const match = /^gs:\/\/([^/]*)(?:\/(.*))?$/su.exec(text);
  if (match === null) return [problem(text, where, strangeForm(text))];
  const [, bucket = '', name = ''] = match;
  const faults = [bucketFault(bucket), objectFault(name)].filter((fault) => fault !== undefined);
  return faults.length === 0 ? { bucket, name } : faults.map((fault) => problem(text, where, fault));
}

/** Reads `gs://bucket`, with or without a slash at its end, or says what is wrong with it. */
export function readBucket(text: string, where: string): { readonly bucket: string } | readonly AddressProblem[] {
  const match = /^gs:\/\/([^/]*)(?:\/(.*))?$/su.exec(text);
  if (match === null) return [problem(text, where, strangeForm(text, ''))];
  const [, bucket = '', name = ''] = match;
  const extra = { says: 'it names an object, but a whole bucket is wanted', try: `gs://${briefly(bucket)}` };
  const faults = [bucketFault(bucket, ''), name === '' ? undefined : extra].filter((fault) => fault !== undefined);
  return faults.length === 0 ? { bucket } : faults.map((fault) => problem(text, where, fault));
}

interface Fault {
  readonly says: string;
  /** The address to write instead. */
  readonly try: string;
}

const example = '/policy.yaml';

function problem(text: string, where: string, fault: Fault): AddressProblem {
  const says = `"${briefly(text)}" is no address in Cloud Storage: ${fault.says}.`;
  return { code: 'object-address', severity: 'error', where, text, says, try: `Write it like ${fault.try}.` };
}

/** Links of the console and of the API are what people paste. */
function strangeForm(text: string, name = example): Fault {
  const link =
    /^https?:\/\/(?:storage\.(?:googleapis|cloud\.google)\.com|[\w.]+\/storage\/browser\/_details)\/([^?#;]+)/.exec(
      text,
    );
  if (link?.[1] !== undefined) return { says: 'it is a link', try: `gs://${briefly(link[1])}` };
  const rest = /^\s*gs:\/*(.*?)\s*$/isu.exec(text)?.[1];
  if (rest !== undefined && rest !== '') return { says: 'it does not begin with gs://', try: `gs://${briefly(rest)}` };
  return { says: 'it does not begin with gs://', try: `gs://your-bucket${name}` };
}

/** The rules for bucket names (Cloud Storage documentation, "Bucket names"). */
function bucketFault(bucket: string, name = example): Fault | undefined {
  if (bucket === '') return { says: 'the bucket is missing', try: `gs://your-bucket${name}` };
  const longest = bucket.includes('.') ? 222 : 63;
  const wellMade = /^[a-z\d](?:[a-z\d_.-]*[a-z\d])$/.test(bucket) && bucket.length >= 3 && bucket.length <= longest;
  const parts = bucket.split('.').every((part) => part.length >= 1 && part.length <= 63);
  if (wellMade && parts && !/^\d+(?:\.\d+){3}$/.test(bucket)) return undefined;
  const says = `no bucket can be called "${briefly(bucket)}" (3 to 63 small letters, digits, "-", "_" and ".")`;
  const lower = bucket.toLowerCase();
  const better = lower !== bucket && bucketFault(lower) === undefined ? lower : 'your-bucket';
  return { says, try: `gs://${better}${name}` };
}

function objectFault(name: string): Fault | undefined {
  if (name === '') return { says: 'the name of the object is missing', try: `gs://your-bucket${example}` };
  if (name.endsWith('/')) return { says: 'it names a folder', try: `gs://your-bucket/${briefly(name)}policy.yaml` };
  const generation = /^(.*)#\d+$/s.exec(name)?.[1];
  if (generation !== undefined)
    return { says: 'it names one generation', try: `gs://your-bucket/${briefly(generation)}` };
  const fault = nameFault(name);
  return fault === undefined
    ? undefined
    : { says: `its name cannot be used: ${fault}`, try: `gs://your-bucket${example}` };
}
