/**
 * The module `longstop/testing`: tries the team's handlers without a server, by the code that runs them in
 * production. What is exported here is public: `longstop init` writes its types beside the configuration.
 */
export type {
  Delivered,
  DeliverOptions,
  Receiver,
  SampleOptions,
  StepFailure,
  TestClock,
  TestEmitted,
  TestEvent,
  TestInbox,
  TestLine,
} from "../config/types/testing.ts";
export { deliver } from "./deliver.ts";
export { inbox } from "./inbox.ts";
export { sample } from "./sample.ts";
export { testClock } from "./test-clock.ts";
