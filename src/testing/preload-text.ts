import { bundlePreload } from "./bundle.ts";

/**
 * What is loaded before a team's tests, as one text, bundled when it is asked for: that is how it goes
 * from source. In the executable the build has put the finished text in the place of this file.
 */
export const preloadText = (): Promise<string> => bundlePreload();
