/**
 * The only source of time and asynchrony in a simulation.
 *
 *     timers, deferred callbacks, disk, network ──▶ due? ──▶ ready ──seed picks──▶ one step ──▶ microtasks drained ──▶ …
 *
 * Microtasks run in a fixed order in JavaScript, so only the order of steps determines a run. Virtual time advances only if no step is
 * ready, to the next due time.
 */

import type { Clock } from '@pipewright/apimachinery';
import { platform } from './platform.js';
import type { SeededRandom } from './random.js';
import type { Trace } from './trace.js';

/** The wall clock at the start of every simulation. */
export const START_DATE = Date.UTC(2026, 0, 1);

/** A process. After a crash its pending steps are dropped and none of its code runs again. */
export interface Owner {
  readonly name: string;
  readonly isAlive: boolean;
}

/** Tasks that run in the order in which they become due. */
interface Lane {
  /** Only the first is ready. */
  readonly waiting: Task[];
}

interface Task {
  readonly due: number;
  readonly order: number;
  readonly owner: Owner;
  readonly what: string;
  readonly run: () => void;
  readonly lane: Lane | undefined;
  cancelled: boolean;
}

/** Probabilities of timing faults. */
export interface TimingFaults {
  /** Of a timer, that it fires late because the process was busy. */
  readonly lateTimers: number;
  /** Of a reading of the clock, that time passes within the step. */
  readonly slowCode: number;
}

/** The step of a callback that a process has deferred. */
export const LATER_TURN = 'later turn';
/** The step of a timer. */
const TIMER = 'timer';
/** A timer that does not keep a process from ending. */
const BACKGROUND_TIMER = 'background timer';
const OWN: ReadonlySet<string> = new Set([TIMER, LATER_TURN]);

/** Why the scheduler stopped. */
export type Ended = 'done' | 'idle' | 'too-many-steps';

/** Runs the steps of one simulation. */
export class Scheduler {
  readonly trace: Trace;
  readonly #random: SeededRandom;
  readonly #timing: TimingFaults;
  readonly #timers = new TaskHeap();
  readonly #ready: Task[] = [];
  readonly #lanes = new Map<string, Lane>();
  #time = 0;
  #wallOffset = 0;
  #order = 0;

  constructor(random: SeededRandom, trace: Trace, timing: TimingFaults) {
    this.#random = random;
    this.trace = trace;
    this.#timing = timing;
  }

  /** Virtual milliseconds since the start. */
  get time(): number {
    return this.#time;
  }

  /** The wall clock of the simulated machine. */
  date(): Date {
    return new Date(START_DATE + Math.floor(this.#time) + this.#wallOffset);
  }

  /** Moves the wall clock forward or back; timers are not affected. */
  jumpWallClock(ms: number): void {
    this.#wallOffset += ms;
    this.note('wall clock', `jumps by ${ms} ms`);
  }

  /** Adds a line to the trace. */
  note(who: string, what: string): void {
    this.trace.add(this.#time, who, what);
  }

  /**
   * Schedules a step in `ms` milliseconds; returns a function that cancels it.
   *
   * @param lane tasks of one lane run in the order in which they become due
   */
  schedule(owner: Owner, ms: number, what: string, run: () => void, lane?: string): () => void {
    return this.scheduleAt(owner, this.#time + ms, what, run, lane);
  }

  /** Schedules a step at a time; see `schedule`. */
  scheduleAt(owner: Owner, due: number, what: string, run: () => void, lane?: string): () => void {
    const task: Task = {
      due,
      order: this.#order++,
      owner,
      what,
      run,
      lane: lane === undefined ? undefined : this.#laneOf(lane),
      cancelled: false,
    };
    if (due <= this.#time) this.#arrive(task);
    else this.#timers.push(task);
    return () => {
      task.cancelled = true;
    };
  }

  /** Returns the clock that is injected into a process. */
  clockOf(owner: Owner): Clock {
    const { name } = owner;
    return {
      date: () => this.date(),
      now: () => {
        if (this.#random.chance(this.#timing.slowCode)) this.#time += this.#random.between(1, 15);
        return this.#time;
      },
      after: (ms, run, background = false) => {
        const late = this.#random.chance(this.#timing.lateTimers) ? this.#random.between(1, 200) : 0;
        return this.schedule(
          owner,
          Math.max(1, ms) + late,
          background ? BACKGROUND_TIMER : TIMER,
          run,
          `${name} timers`,
        );
      },
      defer: (run) => void this.schedule(owner, 0, LATER_TURN, run, `${name} turns`),
    };
  }

  /** Returns the timers and later turns that keep a process from ending; messages from other processes do not. */
  pendingOf(owner: Owner): readonly string[] {
    const lanes = [...this.#lanes.values()].flatMap(({ waiting }) => waiting);
    const all = [...this.#timers.tasks, ...this.#ready.filter(({ lane }) => lane === undefined), ...lanes];
    return all.filter((task) => task.owner === owner && !task.cancelled && OWN.has(task.what)).map(({ what }) => what);
  }

  /** Runs steps until `isDone`, until none is left, or until there were `maxSteps`. */
  async run(isDone: () => boolean, maxSteps: number): Promise<Ended> {
    for (let steps = 0; !isDone();) {
      const task = this.#next();
      if (!task) return 'idle';
      if (task.cancelled || !task.owner.isAlive) continue;
      if (++steps > maxSteps) return 'too-many-steps';
      this.trace.add(this.#time, task.owner.name, task.what);
      task.run();
      await platform.drained();
    }
    return 'done';
  }

  /** Takes one of the ready tasks, chosen by the seed; advances time if none is ready. */
  #next(): Task | undefined {
    while (this.#ready.length === 0) {
      const first = this.#timers.pop();
      if (!first) return undefined;
      if (first.cancelled || !first.owner.isAlive) continue;
      this.#time = Math.max(this.#time, first.due);
      this.#arrive(first);
    }
    for (let due = this.#timers.first; due && due.due <= this.#time; due = this.#timers.first) {
      this.#timers.pop();
      if (!due.cancelled) this.#arrive(due);
    }
    const at = this.#ready.length === 1 ? 0 : this.#random.below(this.#ready.length);
    const task = this.#ready[at];
    const last = this.#ready.pop();
    if (last && task !== last) this.#ready[at] = last;
    if (task?.lane) {
      task.lane.waiting.shift();
      const [next] = task.lane.waiting;
      if (next) this.#ready.push(next);
    }
    return task;
  }

  #arrive(task: Task): void {
    if (task.lane) {
      task.lane.waiting.push(task);
      if (task.lane.waiting.length > 1) return;
    }
    this.#ready.push(task);
  }

  #laneOf(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known) return known;
    const made: Lane = { waiting: [] };
    this.#lanes.set(name, made);
    return made;
  }
}

/** A binary heap ordered by due time, then by insertion. */
class TaskHeap {
  readonly tasks: Task[] = [];

  get first(): Task | undefined {
    return this.tasks[0];
  }

  push(task: Task): void {
    const { tasks } = this;
    let at = tasks.length;
    tasks.push(task);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = tasks[above];
      if (!parent || isBefore(parent, task)) break;
      tasks[at] = parent;
      at = above;
    }
    tasks[at] = task;
  }

  pop(): Task | undefined {
    const { tasks } = this;
    const [first] = tasks;
    const last = tasks.pop();
    if (!last || tasks.length === 0) return first;
    let at = 0;
    for (;;) {
      const [left, right] = [tasks[2 * at + 1], tasks[2 * at + 2]];
      if (!left) break;
      const below = right && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
      const child = below === 2 * at + 1 ? left : right;
      if (!child || isBefore(last, child)) break;
      tasks[at] = child;
      at = below;
    }
    tasks[at] = last;
    return first;
  }
}

const isBefore = (one: Task, other: Task): boolean =>
  one.due < other.due || (one.due === other.due && one.order < other.order);
