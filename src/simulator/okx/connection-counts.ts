// How many connections of one account have one private channel: told after each subscription, limited to 30 (okx.md 4.1, 4.3).

export class ConnectionCounts {
  private readonly holders = new Map<string, Set<object>>();

  /** Returns how many there are now. A connection counts once, however often it subscribes. */
  add(uid: number, channel: string, connection: object): number {
    const key = `${uid}|${channel}`;
    let holders = this.holders.get(key);
    if (holders === undefined) this.holders.set(key, (holders = new Set()));
    holders.add(connection);
    return holders.size;
  }

  remove(uid: number, channel: string, connection: object): void {
    this.holders.get(`${uid}|${channel}`)?.delete(connection);
  }

  removeAll(uid: number, connection: object): void {
    for (const [key, holders] of this.holders) if (key.startsWith(`${uid}|`)) holders.delete(connection);
  }
}
