import { type Budget, budgetOf } from "./budget.ts";
import type { ServerSetting } from "./setting.ts";
import { settingGroups } from "./settings/index.ts";
import type { Target } from "./target.ts";

/** A setting as a target gets it. */
export interface RenderedSetting {
  readonly name: string;
  readonly value: string;
  readonly why: string;
  readonly guide: ServerSetting["guide"];
}

export interface RenderedGroup {
  readonly title: string;
  readonly settings: readonly RenderedSetting[];
}

/** What this server knows and this target needs, in the order of the file. */
export function renderedGroups(target: Target, budget: Budget = budgetOf(target)): readonly RenderedGroup[] {
  return settingGroups.map(({ title, settings }) => ({
    title,
    settings: settings.flatMap((setting) => {
      const value = isKnown(setting, target) ? setting.value(target, budget) : null;
      return value === null ? [] : [{ name: setting.name, value, why: setting.why, guide: setting.guide }];
    }),
  }));
}

export function renderedSettings(target: Target, budget?: Budget): readonly RenderedSetting[] {
  return renderedGroups(target, budget).flatMap(({ settings }) => settings);
}

function isKnown({ from, until, needs }: ServerSetting, { build }: Target): boolean {
  return (from === undefined || build.major >= from) && (until === undefined || build.major <= until) && (needs?.(build) ?? true);
}
