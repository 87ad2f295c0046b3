// Whether a text can be an API key at all, before it is sent. Which keys an account needs is each exchange's part.

/** Visible ASCII, with spaces in between at most. Nothing else may stand in a header, and no exchange issues it. */
const KEY_TEXT = /^[!-~](?:[ -~]*[!-~])?$/;

/**
 * Left to the exchange, a line break from the end of a file would come back as a wrong signature, or as a request that cannot even be written
 * and is tried for ever.
 * @throws TypeError naming the option; the value itself is never shown
 */
export function checkKeyText(name: string, value: string): void {
  if (KEY_TEXT.test(value)) return;
  const what =
    value.trim() === value
      ? 'holds a character that no key has; copy it again'
      : 'begins or ends with a space or a line break; trim() it';
  throw new TypeError(`${name}: ${what}`);
}
