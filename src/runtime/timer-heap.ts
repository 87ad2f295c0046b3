// A binary heap of timers ordered by (time, sequence): equal times fire in the order they were set.
// Only virtual-clock.ts uses it; cancelled timers stay inside until they surface and are then thrown away.

export interface HeapTimer {
  readonly at: number;
  readonly sequence: number;
  /** Null once cancelled or fired. */
  fn: (() => void) | null;
}

function before(a: HeapTimer, b: HeapTimer): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}

export class TimerHeap {
  private readonly items: HeapTimer[] = [];

  push(timer: HeapTimer): void {
    const items = this.items;
    let index = items.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex];
      if (parent === undefined || before(parent, timer)) break;
      items[index] = parent;
      index = parentIndex;
    }
    items[index] = timer;
  }

  /** The earliest timer that is still wanted, left in place; null when none is. */
  peek(): HeapTimer | null {
    for (;;) {
      const top = this.items[0];
      if (top === undefined) return null;
      if (top.fn !== null) return top;
      this.pop();
    }
  }

  /** Takes the earliest entry off, cancelled or not. */
  pop(): HeapTimer | null {
    const items = this.items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined) return null;
    if (items.length === 0) return top;
    let index = 0;
    for (;;) {
      let childIndex = index * 2 + 1;
      let child = items[childIndex];
      if (child === undefined) break;
      const right = items[childIndex + 1];
      if (right !== undefined && before(right, child)) {
        child = right;
        childIndex++;
      }
      if (before(last, child)) break;
      items[index] = child;
      index = childIndex;
    }
    items[index] = last;
    return top;
  }
}
