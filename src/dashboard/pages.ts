import { bundlePages, type Pages } from "./bundle.ts";

let bundled: Promise<Pages> | undefined;

/**
 * The pages, bundled when they are first asked for: that is how it goes from source. In the executable
 * the build has put the finished text in the place of this file.
 */
export function pages(): Promise<Pages> {
  bundled ??= bundlePages();
  return bundled;
}
