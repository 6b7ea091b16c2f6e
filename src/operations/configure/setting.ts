import type { Budget } from "./budget.ts";
import type { Build, Major, Target } from "./target.ts";

/** A server setting that is written, with the value for a target and why. Values as in postgresql.conf, without quotes. */
export interface ServerSetting {
  readonly name: string;
  /** What database configuration guides commonly write, by the number the checklist gives it (S1-S141). */
  readonly guide?: readonly Guided[];
  /** Null where this target has no use for it. */
  readonly value: (target: Target, budget: Budget) => string | null;
  readonly why: string;
  /** First and last major that know it. */
  readonly from?: Major;
  readonly until?: Major;
  /** What the server must be built with. */
  readonly needs?: (build: Build) => boolean;
}

export interface Guided {
  readonly id: string;
  readonly value: string;
}

export interface SettingGroup {
  readonly title: string;
  readonly settings: readonly ServerSetting[];
}

/** A setting of the checklist that is not written, and why. */
export interface LeftOut {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

/** One of the guide's lines. */
export function guided(id: string, value: string): readonly Guided[] {
  return [{ id, value }];
}

/** By environment. */
export function by<Value>(environment: { development: Value; staging: Value; production: Value }): (target: Target) => Value {
  return (target) => environment[target.environment];
}

const units = [
  ["TB", 1024 ** 4],
  ["GB", 1024 ** 3],
  ["MB", 1024 ** 2],
  ["kB", 1024],
] as const;

/** Bytes as postgresql.conf has them. */
export function memory(bytes: number): string {
  const unit = units.find(([, size]) => bytes >= size && bytes % size === 0) ?? (["kB", 1024] as const);
  return `${Math.floor(bytes / unit[1])}${unit[0]}`;
}
