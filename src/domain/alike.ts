// Whether a name was probably meant to be another one: what is misspelt must not be passed over in silence.

/** How many letters must be added, left out or replaced, or neighbours exchanged, to make one of the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

/** Short words are one letter from many others (`stop` and `step`): they must be spelt alike. */
const slips = (name: string): number => (name.length < 6 ? 0 : name.length < 10 ? 1 : 2);

/** Whether `given` was probably meant to be `known`: `secretkey`, `access_key`, `symbol`, `supervisr`. */
export function alike(given: string, known: string): boolean {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_\s]/g, '');
  const [left, right] = [plain(given), plain(known)];
  return `${left}s` === right || left === `${right}s` || distance(left, right) <= slips(right);
}

/** An option of ours and its value: what other libraries call otherwise. */
type Elsewhere = Readonly<Record<string, readonly [name: string, value: string]>>;

/**
 * The first key of `given` that is none of `names`, but like one of them that is not given, or - set to true - what other libraries call something of
 * ours; null when there is none.
 * @param elsewhere how to say here what is so called elsewhere
 */
export function misspelt(
  given: object,
  names: readonly string[],
  elsewhere: Elsewhere = {},
): { readonly key: string; readonly meant: string } | null {
  const missing = names.filter((name) => Reflect.get(given, name) === undefined);
  for (const [key, value] of Object.entries(given)) {
    if (names.includes(key)) continue;
    const ours = value === true ? elsewhere[key] : undefined;
    // Said in our words as well, it does no harm.
    if (ours !== undefined && Reflect.get(given, ours[0]) === ours[1]) continue;
    const meant = ours === undefined ? missing.find((name) => alike(key, name)) : `${ours[0]}: '${ours[1]}'`;
    if (meant !== undefined) return { key, meant };
  }
  return null;
}

/** What other libraries call the choice of a testnet. Passed over, it would mean the live exchange. */
export const TESTNET_ELSEWHERE: Elsewhere = {
  testnet: ['endpoints', 'testnet'],
  sandbox: ['endpoints', 'testnet'],
  demo: ['endpoints', 'testnet'],
};
