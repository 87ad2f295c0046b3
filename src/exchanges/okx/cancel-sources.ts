// Why OKX says an order ended without being filled: the texts of cancelSource (okx.md 7.4).
// One text for each code whatever the source, because pushes carry the code alone and only REST adds words.

/** The order was post-only and would have taken: in this framework it FAILED, for it never traded the way it was meant (contract). */
export const POST_ONLY_WOULD_TAKE = '31';

const TEXTS: Readonly<Record<string, string>> = {
  '0': 'Order was canceled by the system',
  '1': 'Order was canceled by you',
  '2': 'Reduce-only order was canceled because the position is too small',
  '3': 'Order was canceled for risk: maintenance margin too low',
  '4': 'Order was canceled because the borrowing limit was reached',
  '6': 'Order was canceled by auto-deleveraging',
  '7': 'Order was canceled because the contract was delivered',
  '9': 'Order was canceled because the balance fell short after a funding fee',
  '10': 'Order was canceled because the option expired',
  '13': 'FOK order was canceled because it could not be filled completely',
  '14': 'IOC order was partly canceled because it could not be filled completely',
  '15': 'Order was canceled because its price is beyond the price limit',
  '17': 'Order was canceled because the position is already closed',
  '20': 'Order was canceled by cancel-all-after',
  '21': 'Order was canceled because its position was closed',
  '22': 'Reduce-only order was canceled in favour of better-priced ones',
  '23': 'Reduce-only order was canceled in favour of better-priced ones',
  '27': 'Order was canceled because the prices of its counterparties differ by more than 5 %',
  '31': 'Post-only order would have taken liquidity',
  '32': 'Order was canceled by self-trade prevention',
  '33': 'Order was canceled because it matched too many orders',
  '36': 'Order was canceled because its stop-loss was triggered',
  '37': 'Order was canceled because its stop-loss was canceled',
  '38': 'Order was canceled by market maker protection',
  '39': 'Order was canceled by market maker protection',
  '42': 'Chase order was canceled because the price went too far',
  '43': 'Order was canceled because its price is beyond the index price',
  '44': 'Order was canceled because auto-conversion needs the funds',
  '45': 'Order was canceled by the price check of the retail price improvement program',
  '46': 'Order was canceled by delta reduction',
};

/** The reason of an ended order; null when the exchange gave none. */
export function cancelReason(cancelSource: string, words: string): string | null {
  if (cancelSource === '') return words === '' ? null : words;
  const known = TEXTS[cancelSource];
  return known === undefined ? `Order was canceled (cancelSource ${cancelSource})` : known;
}
